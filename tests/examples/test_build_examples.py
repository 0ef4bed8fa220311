"""build_examples as a whole: from tokens to a file, and back to the text."""

import json
import os
import signal
import subprocess
import sys
import time
from itertools import pairwise

import h5py
import numpy as np
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from scripts.common.errors import UserError
from scripts.common.settings import section_of
from scripts.examples.build_examples import Settings, build_examples, main
from scripts.examples.h5.example_files import Examples
from scripts.examples.h5.token_files import open_tokens
from scripts.examples.tokenize_shard import tokenize_shard
from tests.conftest import ROOT
from tests.examples.texts import TOKENS, shard, tokenizer_folder
from tests.runs import digest

CLS, SEP, MASK = (TOKENS.index(token) for token in ("[CLS]", "[SEP]", "[MASK]"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Three shards as tokens: 0.h5, 1.h5, and one.h5 with a single document."""
    folder = tmp_path_factory.mktemp("tokens")
    vocab = tokenizer_folder(folder / "vocab")
    for name, documents in (("0", 40), ("1", 25), ("one", 1), ("none", 0)):
        source = shard(folder / f"{name}.txt.zst", documents, seed=documents)
        tokenize_shard(source, vocab, folder / f"{name}.h5")
    return folder


def corpus(path):
    tokens = open_tokens(path)
    borders = tokens.sentences
    return tokens.tokens.tolist(), tokens.documents, borders


def parts_of(path):
    """Each example's A, B and label, with the masked tokens put back."""
    examples = Examples([path])
    batch = examples.batch(np.arange(len(examples)))
    ids = batch.ids.copy()
    ids[batch.masked] = batch.labels
    for n, label in enumerate(batch.next_sentence.tolist()):
        example = ids[batch.offsets[n] : batch.offsets[n + 1]].tolist()
        second = batch.segments[batch.offsets[n] : batch.offsets[n + 1]].tolist()
        size = second.index(1) if 1 in second else len(second)
        assert example[0] == CLS
        assert example[size - 1] == example[-1] == SEP
        yield example[1 : size - 1], example[size:-1], label


settings_strategy = st.builds(
    Settings,
    seq_length=st.sampled_from([8, 16, 33, 128]),
    next_sentence=st.booleans(),
    masking=st.sampled_from(["dynamic", "static"]),
    whole_word=st.booleans(),
    max_predictions=st.sampled_from([None, 3]),
    short_fraction=st.sampled_from([0.0, 0.5]),
    join_documents=st.booleans(),
    duplicates=st.integers(1, 3),
    seed=st.integers(0, 5),
)


@settings(max_examples=15)
@given(chosen=settings_strategy)
def test_from_text_to_file_and_back(folder, tmp_path_factory, chosen):
    """All tokens are there, `duplicates` times, in their order; the statistics are right."""
    path = tmp_path_factory.mktemp("examples") / "a.h5"
    statistics = build_examples(folder / "0.h5", path, chosen, [folder / "1.h5"])
    found, random = [], 0
    for a, b, label in parts_of(path):
        found += a + (b if label == 0 else [])
        random += label == 1
        assert bool(b) == (label >= 0)
    if chosen.join_documents:
        found = [token for token in found if token != SEP]
    tokens, _, _ = corpus(folder / "0.h5")
    assert found == tokens * chosen.duplicates
    examples = Examples([path], tokenizer=folder / "vocab")
    examples.verify()
    lengths = examples.lengths
    assert lengths.max() <= chosen.seq_length
    assert statistics["examples"] == len(examples)
    assert statistics["tokens"] == lengths.sum()
    assert statistics["padding"] == len(examples) * chosen.seq_length - lengths.sum()
    assert statistics["random_b_share"] == round(random / len(examples), 6)
    sources = [source["name"] for source in examples.header.sources]
    assert sources == (["0.txt.zst", "1.txt.zst"] if chosen.next_sentence else ["0.txt.zst"])


def test_random_segments_are_of_other_documents(folder, tmp_path):
    """By content: each random B is found in a document, and A's own document is another one."""
    build_examples(folder / "0.h5", tmp_path / "a.h5", Settings(seq_length=64), [folder / "1.h5"])
    documents = []
    for name in ("0.h5", "1.h5"):
        tokens, ends, sentences = corpus(folder / name)
        borders = sentences[ends]
        documents += [tokens[a:b] for a, b in pairwise(borders)]

    def holders(part):
        text = f" {' '.join(map(str, part))} "
        return {n for n, d in enumerate(documents) if text in f" {' '.join(map(str, d))} "}

    checked = 0
    for a, b, label in parts_of(tmp_path / "a.h5"):
        if label == 1 and len(a) > 8 and len(b) > 8:  # long enough to be of one document only
            assert holders(a)
            assert holders(b)
            assert not holders(a) & holders(b)
            checked += 1
    assert checked > 20


def test_static_masks(folder, tmp_path):
    chosen = Settings(seq_length=64, masking="static", max_predictions=4, duplicates=2)
    statistics = build_examples(folder / "0.h5", tmp_path / "a.h5", chosen, [folder / "1.h5"])
    examples = Examples([tmp_path / "a.h5"])
    first, later = (examples.batch(np.arange(len(examples)), epoch) for epoch in (0, 5))
    assert (first.ids == later.ids).all()
    assert (first.masked == later.masked).all()
    counts = np.diff(np.searchsorted(first.masked, first.offsets))
    room = np.minimum(4, np.maximum(1, np.rint(examples.lengths * 0.15)))
    assert (counts == room).all()
    assert statistics["masked_share"] == round(len(first.masked) / len(first.ids), 6)
    assert 0.6 < (first.ids[first.masked] == MASK).mean() < 0.95


def run(arguments, cwd, **settings):
    command = [sys.executable, "-m", "scripts.examples.build_examples", *map(str, arguments)]
    environment = {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "3"}
    return subprocess.run(
        command, cwd=cwd, env=environment, capture_output=True, text=True, **settings
    )


def test_same_bytes_in_another_process_and_folder(folder, tmp_path):
    chosen = Settings(seq_length=32, seed=3)
    result = build_examples(folder / "0.h5", tmp_path / "a.h5", chosen, [folder / "1.h5"])
    (tmp_path / "other").mkdir()
    arguments = [
        folder / "0.h5", "--random-from", folder / "1.h5", "-o", "b.h5", "--statistics", "b.json",
        "--seq-length", 32, "--next-sentence", "--seed", 3,
    ]  # fmt: skip
    run(arguments, tmp_path / "other", check=True)
    assert digest(tmp_path / "a.h5") == digest(tmp_path / "other/b.h5")
    assert json.loads((tmp_path / "other/b.json").read_text()) == result


def test_command(folder, tmp_path, monkeypatch):
    """In this process, with the config's defaults: those of no setting by hand."""
    config = yaml.safe_load((ROOT / "config/config.yaml").read_text())
    chosen = section_of(Settings, config["examples"]) | {"seed": config["seed"], "seq_length": 16}
    assert Settings(**chosen) == Settings(seq_length=16)
    result = build_examples(folder / "0.h5", tmp_path / "a.h5", Settings(**chosen))
    words = [str(folder / "0.h5"), "-o", str(tmp_path / "b.h5"), "--seq-length", "16"]
    words += ["--statistics", str(tmp_path / "b.json")]
    monkeypatch.setattr(sys, "argv", ["build_examples", *words])
    main()
    assert digest(tmp_path / "a.h5") == digest(tmp_path / "b.h5")
    assert (tmp_path / "b.json").read_text() == json.dumps(result, indent=2) + "\n"


def test_a_single_document(folder, tmp_path):
    """Without any other document: an error that says so; with a spare one, it is taken."""
    chosen = Settings(seq_length=32)
    with pytest.raises(UserError, match="a single document"):
        build_examples(folder / "one.h5", tmp_path / "a.h5", chosen)
    assert not (tmp_path / "a.h5").exists()
    build_examples(folder / "one.h5", tmp_path / "a.h5", chosen, [], [folder / "1.h5"])
    build_examples(
        folder / "one.h5", tmp_path / "b.h5", Settings(seq_length=32, next_sentence=False)
    )
    assert len(Examples([tmp_path / "a.h5"])) > 0


def test_an_empty_shard(folder, tmp_path):
    result = build_examples(folder / "none.h5", tmp_path / "a.h5", Settings(seq_length=32))
    assert result["examples"] == 0
    assert len(Examples([tmp_path / "a.h5"])) == 0
    build_examples(
        folder / "0.h5", tmp_path / "b.h5", Settings(seq_length=32), [folder / "none.h5"]
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["none.h5"], "none.h5: no such file"),
        (["0.txt.zst"], "0.txt.zst: not HDF5"),
        (["0.h5", "--random-from", "foreign.h5"], "foreign.h5: made with another tokenizer"),
        (["0.h5", "--seq-length", "7"], "--seq-length 7: must be at least 8"),
        (["corrupt.h5"], "corrupt.h5: corrupt"),
        (["0.h5", "--random-from", "corrupt.h5"], "corrupt.h5: corrupt"),
    ],
)
def test_bad_input(folder, tmp_path, monkeypatch, arguments, message):
    """One line that names the file, and nothing written."""
    for name in ("0.h5", "0.txt.zst"):
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    foreign = tokenizer_folder(tmp_path / "vocab", lowercase=True)
    (foreign / "vocab.txt").write_text("other\n")
    tokenize_shard(tmp_path / "0.txt.zst", foreign, tmp_path / "foreign.h5")
    data = bytearray((folder / "0.h5").read_bytes())
    with h5py.File(folder / "0.h5") as file:
        data[file["tokens"].id.get_offset()] ^= 1
    (tmp_path / "corrupt.h5").write_bytes(data)
    before = set(os.listdir(tmp_path))
    if "--seq-length" not in arguments:
        arguments = [*arguments, "--seq-length", 32]
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["build_examples", *map(str, arguments), "-o", "a.h5"])
    with pytest.raises(UserError) as caught:
        main()
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)
    assert set(os.listdir(tmp_path)) == before


@pytest.mark.slow
def test_killed_at_any_moment(folder, tmp_path):
    """After a kill there is no file of the final name, or a whole one; a rerun mends all."""
    reference = tmp_path / "reference.h5"
    chosen = Settings(seq_length=16, duplicates=40)
    build_examples(folder / "0.h5", reference, chosen, [folder / "1.h5"])
    command = [
        sys.executable, "-m", "scripts.examples.build_examples", str(folder / "0.h5"),
        "--random-from", str(folder / "1.h5"), "--seq-length", "16", "--next-sentence",
        "--duplicates", "40", "-o", "a.h5",
    ]  # fmt: skip
    (tmp_path / "work").mkdir()
    for delay in np.linspace(0.05, 0.6, 8):
        process = subprocess.Popen(
            command, cwd=tmp_path / "work", env={"PYTHONPATH": str(ROOT)}, stderr=subprocess.DEVNULL
        )
        time.sleep(delay)
        process.send_signal(signal.SIGKILL)
        process.wait()
        target = tmp_path / "work/a.h5"
        if target.exists():
            assert digest(target) == digest(reference)
            target.unlink()
    subprocess.run(command, cwd=tmp_path / "work", env={"PYTHONPATH": str(ROOT)}, check=True)
    assert os.listdir(tmp_path / "work") == ["a.h5"]
    assert digest(tmp_path / "work/a.h5") == digest(reference)
