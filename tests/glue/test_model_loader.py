"""Model folders, sound and damaged."""

import json
import shutil
from types import SimpleNamespace

import pytest
import torch
from safetensors.torch import load_file, save_file

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


def test_a_model_without_pooler_starts_a_new_one(folder):
    weights = load_file(folder / "model.safetensors")
    kept = {name: value for name, value in weights.items() if "pooler" not in name}
    save_file(kept, folder / "model.safetensors", metadata={"format": "pt"})
    model_loader.load(folder, RTE, 64)


def test_without_a_tokenizer(folder):
    for name in ("tokenizer.json", "vocab.txt", "tokenizer_config.json"):
        (folder / name).unlink()
    assert str(folder) in refused(folder, "no tokenizer there")


def test_with_another_models_tokenizer(folder, tmp_path):
    other = write_model(tmp_path / "other", extra=tuple(f"word{n}" for n in range(50)))
    for name in ("tokenizer.json", "vocab.txt", "tokenizer_config.json"):
        shutil.copy(other / name, folder / name)
    refused(folder, "the tokenizer does not belong to the model: it has 79 pieces")
    for name in ("config.json", "model.safetensors"):
        shutil.copy(other / name, folder / name)
    original = tmp_path / "small"
    write_model(original)
    for name in ("tokenizer.json", "vocab.txt", "tokenizer_config.json"):
        shutil.copy(original / name, folder / name)
    refused(folder, "does not belong to the model")


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
    refused(folder, "cannot be read as a|is not JSON")


def test_missing_files(folder):
    (folder / "model.safetensors").unlink()
    refused(folder, "cannot be read as a model")
    (folder / "config.json").unlink()
    refused(folder, r"config\.json: no such file")


def test_weights_of_another_shape_or_depth(folder):
    change_config(folder, num_hidden_layers=2)
    refused(folder, r"the weights lack bert\.encoder\.layer\.1\.")
    change_config(folder, num_hidden_layers=1, hidden_size=16)
    refused(folder, "has another shape than config.json says")


class Tokenizer(SimpleNamespace):
    """What is asked of a tokenizer: how many pieces it has, and with which id it pads."""

    def __len__(self):
        return self.size


def agree(size=100, pad=0, max_length=64, **config):
    """Whether such a tokenizer and such a model are taken for one."""
    shape = {"vocab_size": 100, "pad_token_id": 0, "max_position_embeddings": 64}
    config = SimpleNamespace(**{"model_type": "bert"} | shape | config)
    tokenizer = Tokenizer(size=size, pad_token_id=pad)
    try:
        model_loader.check_pair("folder", tokenizer, config, max_length)
    except UserError:
        return False
    return True


def test_a_table_of_embeddings_may_be_padded_by_a_tenth():
    assert [agree(size) for size in (89, 90, 100, 101)] == [False, True, True, False]
    assert agree(5, vocab_size=None)


def test_padding_must_be_alike_where_the_model_knows_it():
    assert [agree(pad=1), agree(pad=1, pad_token_id=1), agree(pad=1, pad_token_id=None)] == [
        *(False, True, True)
    ]


def test_positions_of_robertas_family_begin_behind_the_padding():
    roberta = {"model_type": "roberta", "pad_token_id": 1, "pad": 1, "max_position_embeddings": 66}
    assert [agree(max_length=length, **roberta) for length in (64, 65)] == [True, False]
    bert = roberta | {"model_type": "bert"}
    assert [agree(max_length=length, **bert) for length in (66, 67)] == [True, False]
    assert agree(max_length=999, max_position_embeddings=None)
    assert agree(max_length=999, max_position_embeddings=-1)


def test_a_heads_bias_is_zero_and_its_weights_are_drawn(model_folder):
    torch.manual_seed(3)
    model, _ = model_loader.load(model_folder, MNLI, 64)
    model.config.initializer_range = 0.5
    before = model.bert.pooler.dense.weight.clone()
    with torch.no_grad():
        model.classifier.bias.fill_(1)
    model_loader.renew_head(model, {"classifier.weight"})
    assert torch.equal(model.bert.pooler.dense.weight, before)
    assert model.classifier.bias.tolist() == [0, 0, 0]
    assert model.classifier.weight.std() < 0.05
    model_loader.renew_head(model, set())
    assert 0.3 < model.classifier.weight.std() < 0.7


def test_how_many_weights_are_lacking_beside_the_pooler(folder):
    weights = load_file(folder / "model.safetensors")
    kept = {name: value for name, value in weights.items() if "pooler" not in name}
    save_file(kept, folder / "model.safetensors", metadata={"format": "pt"})
    change_config(folder, num_hidden_layers=2)
    assert "and 15 more; is this a bert model?" in refused(folder, "the weights lack")


def test_code_that_lies_in_the_folder_is_never_run(folder):
    (folder / "mine.py").write_text(f"open({str(folder / 'pwned')!r}, 'w')\n")
    change_config(
        folder, auto_map={"AutoConfig": "mine.C", "AutoModelForSequenceClassification": "mine.M"}
    )
    model_loader.load(folder, RTE, 64)  # as the BERT that its config says it is
    change_config(folder, model_type="mine")
    refused(folder, "cannot be read as a model")
    assert not (folder / "pwned").exists()


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_weights_that_are_not_finite_are_refused(folder, value):
    weights = load_file(folder / "model.safetensors")
    weights["bert.encoder.layer.0.output.dense.weight"][3, 4] = value
    save_file(weights, folder / "model.safetensors", {"format": "pt"})
    said = refused(folder, "not finite")
    assert "encoder.layer.0.output.dense.weight" in said


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
