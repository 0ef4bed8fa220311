"""Model folders, sound and damaged."""

import json
import shutil
from types import SimpleNamespace

import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import (
    AutoModelForSequenceClassification,
    BertConfig,
    DistilBertConfig,
    ModernBertConfig,
    RobertaConfig,
)

from scripts.common.errors import UserError
from scripts.glue.finetuning import model_loader
from scripts.glue.tasks.official_tasks import OFFICIAL
from tests.glue.made import write_model

RTE, MNLI, STS = OFFICIAL["RTE"], OFFICIAL["MNLI"], OFFICIAL["STS-B"]


@pytest.fixture
def folder(model_folder, tmp_path):
    """A copy of the model that a test may damage."""
    return shutil.copytree(model_folder, tmp_path / "model")


def refused(folder, match, task=RTE, max_length=64):
    with pytest.raises(UserError, match=match) as caught:
        model_loader.load(folder, task, max_length)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def change_config(folder, **changes):
    path = folder / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def test_the_encoder_is_the_folders_and_the_head_is_new(model_folder):
    weights = load_file(model_folder / "model.safetensors")
    heads = []
    for seed in (1, 1, 2):
        torch.manual_seed(seed)
        model, _ = model_loader.load(model_folder, MNLI, 64)
        heads.append(model.classifier.weight)
        for name, tensor in model.bert.state_dict().items():
            assert torch.equal(tensor, weights[f"bert.{name}"]), name
    assert torch.equal(heads[0], heads[1])
    assert not torch.equal(heads[0], heads[2])
    assert heads[0].shape == (3, 32)
    assert model.config.id2label == dict(enumerate(MNLI.labels))


def test_a_finetuned_model_gets_a_new_head_too(model_folder, tmp_path):
    torch.manual_seed(1)
    model, tokenizer = model_loader.load(model_folder, MNLI, 64)
    with torch.no_grad():
        model.classifier.weight.fill_(9)
    model.save_pretrained(tmp_path)
    tokenizer.save_pretrained(tmp_path)
    for task, labels in ((MNLI, 3), (RTE, 2), (STS, 1)):
        found, tokenizer = model_loader.load(tmp_path, task, 64)
        assert found.classifier.weight.shape[0] == labels
        assert found.classifier.weight.abs().max() < 1
        assert torch.equal(found.bert.pooler.dense.weight, model.bert.pooler.dense.weight)
        assert tokenizer("fine house")["input_ids"]


def test_the_older_weights_file_will_do(folder):
    torch.save(load_file(folder / "model.safetensors"), folder / "pytorch_model.bin")
    (folder / "model.safetensors").unlink()
    model_loader.load(folder, RTE, 64)


def test_weights_of_the_days_of_tensorflow(folder, model_folder):
    weights = load_file(folder / "model.safetensors")
    for new, old in (("LayerNorm.weight", "LayerNorm.gamma"), ("LayerNorm.bias", "LayerNorm.beta")):
        weights = {name.replace(new, old): value + 1 for name, value in weights.items()}
    torch.save(weights, folder / "pytorch_model.bin")
    (folder / "model.safetensors").unlink()
    model, _ = model_loader.load(folder, RTE, 64)
    original, _ = model_loader.load(model_folder, RTE, 64)
    for name, value in original.bert.state_dict().items():
        assert torch.equal(model.bert.state_dict()[name], value + 1 + 1), name


def test_a_model_without_pooler_starts_a_new_one_and_says_so(folder, monkeypatch):
    said = []
    monkeypatch.setattr(model_loader.log, "info", lambda text, *values: said.append(text % values))
    model_loader.load(folder, RTE, 64)
    assert said == []
    weights = load_file(folder / "model.safetensors")
    kept = {name: value for name, value in weights.items() if "pooler" not in name}
    save_file(kept, folder / "model.safetensors", metadata={"format": "pt"})
    poolers = []
    for seed in (1, 1, 2):
        torch.manual_seed(seed)
        model, _ = model_loader.load(folder, RTE, 64)
        poolers.append(model.bert.pooler.dense.weight)
        for name, tensor in model.bert.state_dict().items():
            assert "pooler" in name or torch.equal(tensor, weights[f"bert.{name}"]), name
    assert torch.equal(poolers[0], poolers[1])
    assert not torch.equal(poolers[0], poolers[2])
    assert 0 < poolers[0].std() < 0.1
    assert said == [f"{folder}: the weights have no pooler; it starts from random weights"] * 3


def test_without_a_tokenizer(folder):
    for name in ("tokenizer.json", "vocab.txt", "tokenizer_config.json"):
        (folder / name).unlink()
    assert str(folder) in refused(folder, "no tokenizer there")


def test_with_another_models_tokenizer(folder, tmp_path):
    other = write_model(tmp_path / "other", extra=tuple(f"word{n}" for n in range(1050)))
    for name in ("tokenizer.json", "vocab.txt", "tokenizer_config.json"):
        shutil.copy(other / name, folder / name)
    refused(
        folder,
        "the tokenizer does not belong to the model: it has ids up to 1078, the model up to 28",
    )
    for name in ("config.json", "model.safetensors"):
        shutil.copy(other / name, folder / name)
    original = tmp_path / "small"
    write_model(original)
    for name in ("tokenizer.json", "vocab.txt", "tokenizer_config.json"):
        shutil.copy(original / name, folder / name)
    refused(folder, "does not belong to the model: it has ids up to 28, the model up to 1078")


@pytest.mark.parametrize("rows", [64, 128, 345, 1000])
def test_a_small_vocabulary_in_a_padded_table(tmp_path, rows):
    """Of DNA or characters, in a table as pretraining pads it, or larger."""
    model_loader.load(write_model(tmp_path, vocab_size=rows), RTE, 64)


def test_a_token_with_an_id_beyond_the_model(folder):
    """Also where the tokenizer has no more tokens than the model has rows."""
    path = folder / "tokenizer.json"
    tokenizer = json.loads(path.read_text())
    vocabulary = tokenizer["model"]["vocab"]
    vocabulary["##h"] += 5
    path.write_text(json.dumps(tokenizer))
    (folder / "vocab.txt").unlink()
    refused(folder, "it has ids up to 33, the model up to 28")


def test_with_another_padding(folder):
    change_config(folder, pad_token_id=3)
    refused(folder, "it pads with id 0, the model with 3")


def test_longer_texts_than_the_model_has_positions(folder):
    refused(folder, r"glue\.finetune\.max_length: 65 is more than the 64 positions", max_length=65)


@pytest.mark.parametrize("name", ["config.json", "model.safetensors", "tokenizer.json"])
@pytest.mark.parametrize("damage", ["cut", "empty", "other"])
def test_damaged_files(folder, name, damage):
    data = (folder / name).read_bytes()
    if name == "tokenizer.json":
        (folder / "vocab.txt").unlink()
    (folder / name).write_bytes(
        {"cut": data[: len(data) // 2], "empty": b"", "other": b"<html>404</html>"}[damage]
    )
    refused(folder, "cannot be read as a|is not JSON|truncated, corrupt")


def test_missing_files(folder):
    (folder / "model.safetensors").unlink()
    refused(folder, "no weights there")
    (folder / "config.json").unlink()
    refused(folder, r"no config there")


def test_weights_of_another_shape_or_depth(folder):
    change_config(folder, num_hidden_layers=2)
    refused(folder, r"bert\.encoder\.layer\.1\..* and 15 more are lacking")
    change_config(folder, num_hidden_layers=1, hidden_size=16)
    refused(folder, "have another shape than config.json says")


def agree(highest=99, pad=0, max_length=64, first=0, **config):
    """Whether such a tokenizer and such a model are taken for one."""
    shape = {"vocab_size": 100, "pad_token_id": 0, "max_position_embeddings": 64}
    config = SimpleNamespace(**shape | config)
    tokenizer = SimpleNamespace(get_vocab=lambda: {"a": 0, "b": highest}, pad_token_id=pad)
    try:
        model_loader.check_pair("folder", tokenizer, config, max_length, first)
    except UserError:
        return False
    return True


def test_a_table_of_embeddings_has_room_for_all_ids_and_not_twice_as_much():
    assert [agree(highest) for highest in (0, 99, 100)] == [True, True, False]
    large = [agree(highest, vocab_size=30_000) for highest in (14_999, 15_000, 29_999)]
    assert large == [False, True, True]
    assert agree(5, vocab_size=None)


def test_padding_must_be_alike_where_the_model_knows_it():
    assert [agree(pad=1), agree(pad=1, pad_token_id=1), agree(pad=1, pad_token_id=None)] == [
        *(False, True, True)
    ]


def test_positions_of_robertas_family_begin_behind_the_padding():
    assert [agree(max_length=length, first=2) for length in (62, 63)] == [True, False]
    assert [agree(max_length=length) for length in (64, 65)] == [True, False]
    assert agree(max_length=999, max_position_embeddings=None)
    assert agree(max_length=999, max_position_embeddings=-1)
    for config, first in ((BertConfig(pad_token_id=1), 0), (RobertaConfig(pad_token_id=1), 2)):
        model = model_loader.empty(AutoModelForSequenceClassification, config)
        assert model_loader.first_position(model) == first


def test_a_head_is_drawn_anew_as_transformers_draws_it_but_for_what_is_pretrained(tmp_path):
    """ModernBERT's dense layer and norm are trained with its words, RoBERTa's by no pretraining."""
    cases = (
        (ModernBertConfig, {"classifier.weight", "classifier.bias"}),
        (RobertaConfig, {f"classifier.{x}.{y}" for x in ("dense", "out_proj") for y in ("weight", "bias")}),
        (DistilBertConfig, {f"{x}classifier.{y}" for x in ("pre_", "") for y in ("weight", "bias")}),
    )  # fmt: skip
    for config, expected in cases:
        model = model_loader.empty(AutoModelForSequenceClassification, config())
        assert model_loader.new_names(model) == expected


def test_how_many_weights_are_lacking_beside_the_pooler(folder):
    weights = load_file(folder / "model.safetensors")
    kept = {name: value for name, value in weights.items() if "pooler" not in name}
    save_file(kept, folder / "model.safetensors", metadata={"format": "pt"})
    change_config(folder, num_hidden_layers=2)
    refused(folder, "and 15 more are lacking; is this a bert model?")


def test_code_that_lies_in_the_folder_is_never_run(folder):
    (folder / "mine.py").write_text(f"open({str(folder / 'pwned')!r}, 'w')\n")
    change_config(
        folder, auto_map={"AutoConfig": "mine.C", "AutoModelForSequenceClassification": "mine.M"}
    )
    model_loader.load(folder, RTE, 64)  # as the BERT that its config says it is
    change_config(folder, model_type="mine")
    refused(folder, "cannot be read as a model")
    assert not (folder / "pwned").exists()


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_weights_to_train_are_fp32_whatever_the_file_holds(folder, dtype):
    weights = {
        name: value.to(dtype) for name, value in load_file(folder / "model.safetensors").items()
    }
    save_file(weights, folder / "model.safetensors", {"format": "pt"})
    change_config(folder, dtype=str(dtype).removeprefix("torch."))
    model, _ = model_loader.load(folder, RTE, 64)
    assert {parameter.dtype for parameter in model.parameters()} == {torch.float32}


@pytest.mark.parametrize("name", ["model.safetensors", "tokenizer.json"])
def test_a_pointer_of_git_lfs_is_called_one(folder, name):
    (folder / name).write_text("version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 9\n")
    assert refused(folder, "a git-lfs pointer, not the file").startswith(str(folder / name))


def test_layers_that_the_config_does_not_name_are_refused(folder):
    weights = load_file(folder / "model.safetensors")
    more = {name.replace("layer.0", "layer.1"): v.clone() for name, v in weights.items()} | weights
    save_file(more, folder / "model.safetensors", metadata={"format": "pt"})
    refused(folder, r"bert\.encoder\.layer\.1\.attention.* and 15 more have no place in a model")
    base = {name.removeprefix("bert."): value for name, value in more.items() if "cls" not in name}
    save_file(base, folder / "model.safetensors", metadata={"format": "pt"})
    refused(folder, r"encoder\.layer\.1\.attention.* and 15 more have no place in a model")


def test_weights_in_several_files(folder):
    weights = load_file(folder / "model.safetensors")
    model, _ = model_loader.load(folder, RTE, 64)
    (folder / "model.safetensors").unlink()
    names = {name: f"part-{number % 2}.safetensors" for number, name in enumerate(weights)}
    for part in set(names.values()):
        save_file({name: weights[name] for name in weights if names[name] == part}, folder / part)
    index = folder / "model.safetensors.index.json"
    index.write_text(json.dumps({"weight_map": names}))
    other, _ = model_loader.load(folder, RTE, 64)
    for name, value in model.bert.state_dict().items():
        assert torch.equal(value, other.bert.state_dict()[name])


def test_segments_that_a_model_does_not_know(folder, tmp_path):
    weights = load_file(folder / "model.safetensors")
    name = "bert.embeddings.token_type_embeddings.weight"
    save_file(weights | {name: weights[name][:1].clone()}, folder / "model.safetensors")
    change_config(folder, type_vocab_size=1)
    refused(folder, r"tells 2 segments apart, the model 1 \(type_vocab_size\)")
    model_loader.load(folder, OFFICIAL["SST-2"], 64)
    (folder / "tokenizer_config.json").write_text(
        json.dumps({"tokenizer_class": "BertTokenizer", "model_input_names": ["input_ids"]})
    )
    model_loader.load(folder, RTE, 64)


def test_a_config_that_asks_for_tuples_gives_a_model_that_can_be_evaluated(folder):
    change_config(folder, return_dict=False)
    model, tokenizer = model_loader.load(folder, RTE, 64)
    assert model(**tokenizer("fine house", return_tensors="pt")).logits.shape == (1, 2)


def test_models_that_cannot_be_finetuned_are_refused(folder):
    change_config(
        folder, quantization_config={"quant_method": "bitsandbytes", "load_in_8bit": True}
    )
    refused(folder, r"config\.json: a quantized model")
    change_config(folder, quantization_config=None, model_type="fnet")
    refused(folder, "cannot tell a batch's padding from its text")
