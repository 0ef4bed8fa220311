"""Shards as tokens: documents and sentences where the text has them, however it is read."""

import os
import resource
import subprocess
import sys
from functools import partial
from itertools import pairwise
from types import SimpleNamespace

import h5py
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scripts.common.errors import UserError
from scripts.common.text import read_line_blocks, zstd_writer
from scripts.examples import tokenize_shard as step
from scripts.examples.h5.token_files import open_tokens
from scripts.examples.tokenize_shard import blank_lines, main, tokenize_shard
from tests.conftest import ROOT
from tests.examples.texts import TOKENS, shard, tokenizer_folder
from tests.runs import digest


@pytest.fixture(scope="module")
def vocab(tmp_path_factory):
    return tokenizer_folder(tmp_path_factory.mktemp("vocab"))


def documents_of(path):
    """The documents of a file of tokens, as lists of sentences of words."""
    tokens = open_tokens(path)
    tokens.verify()
    borders = tokens.sentences
    ids = tokens.tokens[0 : borders[-1]]
    sentences = [
        " ".join(TOKENS[index] for index in ids[begin:end]) for begin, end in pairwise(borders)
    ]
    documents = tokens.documents.tolist()
    return [sentences[a:b] for a, b in pairwise(documents)]


def write(path, text):
    with zstd_writer(path) as file:
        file.write(text)
    return path


lines = st.lists(st.sampled_from(["the cat .", "old dog", "river", "", "", "\u200b"]), max_size=12)


@settings(max_examples=25)
@given(lines=lines, block=st.sampled_from([1, 7, 40, 1000]), end=st.booleans())
def test_documents_and_sentences(tmp_path_factory, vocab, lines, block, end):
    """Any number of empty lines parts documents; the size of the blocks changes nothing."""
    folder = tmp_path_factory.mktemp("shard")
    path = write(folder / "a.txt.zst", "\n".join(lines) + "\n" * end)
    expected, current = [], []
    for line in [*lines, ""]:
        if line and line != "\u200b":
            current.append(line)
        if not line and current:
            expected.append(current)
            current = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(step, "read_line_blocks", partial(read_line_blocks, size=block))
        counts = tokenize_shard(path, vocab, folder / "a.h5")
    assert documents_of(folder / "a.h5") == expected
    assert counts["documents"] == len(expected)
    assert counts["sentences"] == sum(map(len, expected))
    tokenize_shard(path, vocab, folder / "b.h5")
    assert digest(folder / "a.h5") == digest(folder / "b.h5")


def test_same_bytes_in_another_process_and_folder(tmp_path, vocab):
    source = shard(tmp_path / "a.txt.zst", 50)
    tokenize_shard(source, vocab, tmp_path / "a.h5")
    (tmp_path / "other").mkdir()
    command = [
        sys.executable, "-m", "scripts.examples.tokenize_shard", str(source), "--tokenizer",
        str(vocab), "-o", "a.h5", "--threads", "3",
    ]  # fmt: skip
    subprocess.run(command, cwd=tmp_path / "other", env={"PYTHONPATH": str(ROOT)}, check=True)
    assert digest(tmp_path / "a.h5") == digest(tmp_path / "other/a.h5")
    assert [path.name for path in (tmp_path / "other").iterdir()] == ["a.h5"]


def test_special_tokens_in_text(tmp_path, vocab):
    path = write(tmp_path / "a.txt.zst", "the [MASK] [SEP] cat\n")
    tokenize_shard(path, vocab, tmp_path / "a.h5")
    assert documents_of(tmp_path / "a.h5") == [["the [ mask ] [ [UNK] ] cat"]]


def test_special_tokens_that_a_model_finds_in_text(tmp_path, vocab, monkeypatch):
    """They become unknown; others stay."""
    ids = np.arange(8, dtype=np.uint16)
    encoder = SimpleNamespace(encode=lambda text: (ids, np.array([5, 3])))
    monkeypatch.setattr(step, "line_encoder", lambda *_: encoder)
    tokenize_shard(write(tmp_path / "a.txt.zst", "x\ny\n"), vocab, tmp_path / "a.h5")
    tokens = open_tokens(tmp_path / "a.h5")
    assert tokens.tokens[0:8].tolist() == [1, 1, 1, 1, 1, 5, 6, 7]


def test_empty_lines():
    assert blank_lines(b"a\n\nbc\n\n").tolist() == [False, True, False, True, True]
    assert blank_lines(b"").tolist() == [True]
    assert blank_lines(b" \n").tolist() == [False, True]


def test_command(tmp_path, vocab, monkeypatch):
    """It says how many threads the tokenizers may have."""
    source = shard(tmp_path / "a.txt.zst", 3)
    for threads, parallel in (("1", "false"), ("2", "true")):
        words = ["tokenize_shard", str(source), "--tokenizer", str(vocab), "--threads", threads]
        monkeypatch.setattr(sys, "argv", [*words, "-o", str(tmp_path / f"{threads}.h5")])
        for name in ("RAYON_NUM_THREADS", "TOKENIZERS_PARALLELISM"):
            monkeypatch.setenv(name, "")
        main()
        assert os.environ["RAYON_NUM_THREADS"] == threads
        assert os.environ["TOKENIZERS_PARALLELISM"] == parallel
    assert digest(tmp_path / "1.h5") == digest(tmp_path / "2.h5")


def test_bad_text(tmp_path, vocab):
    raw = tmp_path / "raw.txt"
    raw.write_bytes(b"the cat\n" * 70_000 + b"\xff dog\n")
    with pytest.raises(UserError, match=r"raw\.txt: line 70001 is not UTF-8"):
        tokenize_shard(raw, vocab, tmp_path / "a.h5")
    whole = shard(tmp_path / "whole.txt.zst", 200).read_bytes()
    (tmp_path / "cut.txt.zst").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(UserError, match=r"cut\.txt\.zst: truncated"):
        tokenize_shard(tmp_path / "cut.txt.zst", vocab, tmp_path / "a.h5")
    with pytest.raises(UserError, match="no such file"):
        tokenize_shard(tmp_path / "none.txt.zst", vocab, tmp_path / "a.h5")
    assert not list(tmp_path.glob("*.h5"))
    assert not list(tmp_path.glob(".*"))


def test_bad_tokenizer(tmp_path, vocab):
    source = shard(tmp_path / "a.txt.zst", 1)
    folder = tokenizer_folder(tmp_path / "broken")
    (folder / "tokenizer.json").write_text("{}")
    with pytest.raises(UserError, match=r"tokenizer\.json: not a tokenizer"):
        tokenize_shard(source, folder, tmp_path / "a.h5")
    folder = tokenizer_folder(tmp_path / "unnamed")
    (folder / "tokenizer_config.json").write_text('{"mask_token": "<m>"}')
    with pytest.raises(UserError, match=r"no mask token \(<m>\)"):
        tokenize_shard(source, folder, tmp_path / "a.h5")
    (folder / "tokenizer_config.json").write_text("{")
    with pytest.raises(UserError, match=r"tokenizer_config\.json: is not JSON"):
        tokenize_shard(source, folder, tmp_path / "a.h5")


def test_damaged_tokens(tmp_path, vocab):
    path = tmp_path / "a.h5"
    tokenize_shard(shard(tmp_path / "a.txt.zst", 30), vocab, path)
    data = path.read_bytes()
    for size in (0, 10, len(data) // 2, len(data) - 1):
        path.write_bytes(data[:size])
        with pytest.raises(UserError, match=r"a\.h5"):
            open_tokens(path)
    path.write_bytes(data)
    with h5py.File(path, "r+") as file:
        file["tokens"][3] = (file["tokens"][3] + 1) % 10
    tokens = open_tokens(path)
    with pytest.raises(UserError, match="corrupt"):
        tokens.verify()
    with h5py.File(path, "r+") as file:
        file["sentences"][-1] = 7
    with pytest.raises(UserError, match="do not agree"):
        open_tokens(path)


def test_kinds_of_tokens(tmp_path, vocab):
    tokenize_shard(shard(tmp_path / "a.txt.zst", 1), vocab, tmp_path / "a.h5")
    tokens = open_tokens(tmp_path / "a.h5")
    kinds = dict(zip(TOKENS, tokens.token_kinds.tolist(), strict=True))
    assert [kinds[token] for token in ("[PAD]", "[CLS]", "[SEP]", "[MASK]")] == [5] * 4
    assert kinds["[UNK]"] == kinds["[unused0]"] == 4
    assert kinds["##ing"] == 2
    assert kinds["cat"] == kinds["["] == 0
    assert np.unique(list(kinds.values())).tolist() == [0, 2, 4, 5]


def test_a_full_disk_is_said_of_the_output(vocab, tmp_path):
    given = shard(tmp_path / "a.txt.zst", 400)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, hard))
    try:
        with pytest.raises(OSError, match=r"File too large: '.*out\.h5"):
            tokenize_shard(given, vocab, tmp_path / "out.h5")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt.zst"]
