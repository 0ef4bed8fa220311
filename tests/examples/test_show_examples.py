"""The viewer: examples as text."""

import subprocess
import sys

import pytest

from scripts.common.errors import UserError
from scripts.examples.build_examples import Settings, build_examples
from scripts.examples.export_nvidia import export_nvidia
from scripts.examples.show_examples import show
from scripts.examples.tokenize_shard import tokenize_shard
from tests.conftest import ROOT
from tests.examples.texts import shard, tokenizer_folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("results")
    vocab = tokenizer_folder(folder / "vocab")
    tokenize_shard(shard(folder / "a.txt.zst", 20), vocab, folder / "a.h5")
    chosen = Settings(seq_length=64)
    build_examples(folder / "a.h5", folder / "examples/seq64/train/0000.h5", chosen)
    return folder


def test_command(folder):
    """It finds the tokenizer beside the examples, and prints no colour into a pipe."""
    file = folder / "examples/seq64/train/0000.h5"
    command = [sys.executable, "-m", "scripts.examples.show_examples", str(file), "-n", "3"]
    result = subprocess.run(
        command, env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=True
    )
    parts = result.stdout.strip().split("\n\n")
    assert [part.split(":")[0] for part in parts] == ["example 0", "example 1", "example 2"]
    for part in parts:
        title, text = part.split("\n")
        assert text.startswith("[CLS] ")
        assert text.endswith(" [SEP]")
        assert int(title.split()[4]) == text.count(": ") + text.count("[= ")
    assert "\x1b" not in result.stdout


def test_colours_and_epochs(folder):
    file = folder / "examples/seq64/train/0000.h5"
    plain, again, later = (
        show(file, folder / "vocab", -1, 5, epoch, 42, colour=False) for epoch in (0, 0, 1)
    )
    assert plain == again != later
    coloured = show(file, folder / "vocab", 0, 50, 0, 42, colour=True)
    for shade in ("\x1b[31m[MASK: ", "\x1b[33m[", "\x1b[32m[= ", "\x1b[2m[SEP]"):
        assert shade in coloured


def test_nvidia_files(folder):
    file = folder / "examples/seq64/train/0000.h5"
    export_nvidia(file, folder / "b.hdf5", seed=42)
    theirs = show(folder / "b.hdf5", folder / "vocab", 0, 5, 0, 0, colour=False)
    assert theirs == show(file, folder / "vocab", 0, 5, 0, 42, colour=False)


def test_errors(folder):
    file = folder / "examples/seq64/train/0000.h5"
    with pytest.raises(UserError, match="examples only"):
        show(file, folder / "vocab", 10_000, 1, 0, 0, colour=False)
    with pytest.raises(UserError, match=r"vocab\.txt: no such file"):
        show(file, folder / "none" / "vocab.txt", 0, 1, 0, 0, colour=False)
