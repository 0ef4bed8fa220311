"""Model folders, sound and damaged."""

import json
import shutil

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
    assert str(folder) in refused(folder, "a model without a tokenizer")


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
    refused(folder, "cannot be read as a")


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
