"""A model's folder, looked at before anything is made of it."""

import json

import pytest

from scripts.common.errors import UserError
from scripts.common.model_files import find_model, weight_files


@pytest.fixture
def folder(tmp_path):
    for name in ("config.json", "pytorch_model.bin", "vocab.txt", "merges.txt"):
        (tmp_path / name).write_text("x")
    return tmp_path


def test_a_whole_folders_files(folder):
    names = ["config.json", "pytorch_model.bin", "vocab.txt", "merges.txt"]
    assert find_model(folder) == [f"{folder}/{name}" for name in names]


def test_files_that_are_elsewhere():
    files = {"m", "m/config.json", "m/model.safetensors", "m/pytorch_model.bin", "m/vocab.txt"}
    assert find_model("m/", files.__contains__) == [
        "m/config.json",
        "m/model.safetensors",
        "m/vocab.txt",
    ]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("config.json", None, r"no config there \(config.json\)"),
        ("pytorch_model.bin", None, "no weights there"),
        ("vocab.txt", None, r"no tokenizer there \(tokenizer.json or vocab.txt or"),
        ("pytorch_model.bin", "version https://git-lfs.github.com/spec/v1", "a git-lfs pointer"),
        ("vocab.txt", "version https://git-lfs.github.com/spec/v1", "a git-lfs pointer"),
    ],
)
def test_what_lacks_or_is_a_pointer_is_named(folder, name, content, said):
    (folder / name).unlink()
    if content is not None:
        (folder / name).write_text(content)
    with pytest.raises(UserError, match=said) as caught:
        find_model(folder)
    assert str(folder) in str(caught.value)


def test_weights_in_several_files(folder):
    index = folder / "model.safetensors.index.json"
    index.write_text(json.dumps({"weight_map": {"a": "x-2", "b": "x-1", "c": "x-2"}}))
    with pytest.raises(UserError, match=r"x-1: no such file, which model.safetensors.index.json"):
        weight_files(folder)
    for name in ("x-1", "x-2"):
        (folder / name).write_text("x")
    assert weight_files(folder) == [f"{folder}/{name}" for name in (index.name, "x-1", "x-2")]
    for wrong in ([], {}, {"weight_map": []}, {"weight_map": {"a": 1}}):
        index.write_text(json.dumps(wrong))
        with pytest.raises(UserError, match="does not say which files"):
            weight_files(folder)
    (folder / "x-1").unlink()
    index.write_text(json.dumps({"weight_map": {"a": f"../{folder.name}/../x-1"}}))
    with pytest.raises(UserError, match="x-1: no such file"):  # of no other folder
        weight_files(folder)


def test_a_name_on_the_hub_is_no_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UserError, match="google/bert: no such folder; a model of the Hub must be"):
        find_model("google/bert")
