"""A model's folder, looked at before anything is made of it."""

import json
from pathlib import Path

import pytest

from scripts.common.errors import UserError
from scripts.common.model_files import refuse_other


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "bert"}))
    for name in ("pytorch_model.bin", "vocab.txt"):
        (tmp_path / name).write_text("x")
    return tmp_path


def test_a_whole_folder_is_taken(folder):
    refuse_other(folder, "bert")


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("config.json", None, "config.json: no such file"),
        ("config.json", "{", "is not JSON"),
        ("config.json", "[]", "family None, not bert"),
        ("config.json", '{"model_type": "roberta"}', "a model of the family roberta, not bert"),
        ("pytorch_model.bin", None, "has none of model.safetensors, pytorch_model.bin"),
        ("vocab.txt", None, "has none of tokenizer.json, vocab.txt"),
        ("vocab.txt", "version https://git-lfs.github.com/spec/v1", "a git-lfs pointer"),
    ],
)
def test_what_lacks_or_is_another_is_named(folder, name, content, said):
    (folder / name).unlink()
    if content is not None:
        (folder / name).write_text(content)
    with pytest.raises(UserError, match=said) as caught:
        refuse_other(folder, "bert")
    assert str(folder) in str(caught.value)


def test_a_name_on_the_hub_is_no_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UserError, match="google/bert: no such folder; a name on the Hub must be"):
        refuse_other(Path("google/bert"), "bert")
