"""The viewer: examples as text."""

import sys
from pathlib import Path

import numpy as np
import pytest

from scripts.common.errors import UserError
from scripts.examples.build_examples import Settings, build_examples
from scripts.examples.export_nvidia import export_nvidia
from scripts.examples.h5.example_files import Batch, Examples
from scripts.examples.show_examples import default_tokenizer, main, show, spell, word
from scripts.examples.tokenize_shard import tokenize_shard
from tests.examples.texts import shard, tokenizer_folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("results")
    vocab = tokenizer_folder(folder / "vocab")
    tokenize_shard(shard(folder / "a.txt.zst", 20), vocab, folder / "a.h5")
    chosen = Settings(seq_length=64)
    build_examples(folder / "a.h5", folder / "examples/seq64/train/0000.h5", chosen)
    return folder


def test_command(folder, monkeypatch, capsys):
    """It finds the tokenizer beside the examples, and prints no colour into a pipe."""
    file = folder / "examples/seq64/train/0000.h5"
    monkeypatch.setattr(sys, "argv", ["show_examples", str(file), "--count", "3"])
    main()
    printed = capsys.readouterr().out
    parts = printed.strip().split("\n\n")
    assert [part.split(":")[0] for part in parts] == ["example 0", "example 1", "example 2"]
    for part in parts:
        title, text = part.split("\n")
        assert text.startswith("[CLS] ")
        assert text.endswith(" [SEP]")
        assert int(title.split()[4]) == text.count(": ") + text.count("[= ")
    assert "\x1b" not in printed
    monkeypatch.setattr(sys, "argv", [*sys.argv, "--color", "always"])
    main()
    assert "\x1b[2m[CLS]" in capsys.readouterr().out


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


def test_the_last_and_the_first(folder):
    file, vocab = folder / "examples/seq64/train/0000.h5", folder / "vocab"
    count = len(Examples([file]))

    def titles(first, number):
        text = show(file, vocab, first, number, 0, 42, colour=False)
        return [part.split(":")[0] for part in text.split("\n\n")]

    assert titles(-2, 5) == [f"example {count - 2}", f"example {count - 1}"]
    assert titles(count - 1, 1) == titles(-1, 1) == [f"example {count - 1}"]
    assert titles(-count, 1) == ["example 0"]
    for first in (count, -count - 1):
        with pytest.raises(UserError, match=f"has {count} examples only"):
            titles(first, 1)


def test_words():
    """Ordinary, hidden, replaced and kept ones, and one that goes on with a word."""
    tokens = ["[CLS]", "[MASK]", "the", "##s", "cat"]
    batch = Batch(
        ids=np.array([0, 2, 1, 3, 4, 2]),
        offsets=np.array([0, 6]),
        segments=np.zeros(6, np.int8),
        masked=np.array([2, 4, 5]),
        labels=np.array([3, 2, 2]),
        next_sentence=np.array([0]),
    )
    found = [word(batch, place, tokens, 1, False) for place in range(6)]
    assert found == [" [CLS]", " the", "[MASK: s]", "s", " [cat: the]", " [= the]"]
    coloured = [word(batch, place, tokens, 1, True) for place in (0, 1, 2, 4, 5)]
    assert coloured == [
        " \x1b[2m[CLS]\x1b[0m", " the", "\x1b[31m[MASK: s]\x1b[0m", " \x1b[33m[cat: the]\x1b[0m",
        " \x1b[32m[= the]\x1b[0m",
    ]  # fmt: skip


def test_spelling():
    found = [spell(token) for token in ("##ing", "##", "Ġword", "▁word", "word", "Ġ")]
    assert found == [
        ("", "ing"),
        (" ", "##"),
        (" ", "word"),
        (" ", "word"),
        (" ", "word"),
        (" ", "Ġ"),
    ]


def test_where_the_tokenizer_is():
    assert default_tokenizer(Path("/r/examples/p/train/0.h5")) == Path("/r/vocab")
    assert default_tokenizer(Path("/e/p/train/0.h5")) == Path("/vocab")
    assert default_tokenizer(Path("/p/train/0.h5")) == Path("vocab")
