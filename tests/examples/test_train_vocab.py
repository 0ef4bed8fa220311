"""Vocabularies, trained or given: the same bytes again, and what transformers makes of them."""

import hashlib
import json
import subprocess
import sys
from argparse import Namespace
from dataclasses import replace
from functools import partial

import numpy as np
import pytest
import yaml

from scripts.common.digest import hash64
from scripts.common.errors import UserError
from scripts.common.random_numbers import draw
from scripts.common.settings import from_args, section_of
from scripts.common.text import read_line_blocks, zstd_writer
from scripts.examples import train_vocab as step
from scripts.examples.tokenizer.vocabulary import load_vocabulary
from scripts.examples.train_vocab import Settings, draw_sample, draw_shards, main, train_vocab
from tests.conftest import ROOT

FILES = ["tokenizer.json", "tokenizer_config.json", "vocab.txt"]
SETTINGS = Settings(size=300, lowercase=True, sample_mb=1, seed=1, max_length=128)


def prose(path, lines=2000, seed=0):
    """Random words of common syllables, with ties between them."""
    random = np.random.default_rng(seed)
    syllables = np.array(["ka", "to", "mi", "ren", "sul", "ba", "É", "ing", "漢", "x2", "no."])
    with zstd_writer(path) as file:
        for number in range(lines):
            words = ("".join(random.choice(syllables, random.integers(1, 4))) for _ in range(8))
            file.write(" ".join(words) + "\n" + "\n" * (number % 7 == 0))
    return path


@pytest.fixture(scope="module")
def shards(tmp_path_factory):
    folder = tmp_path_factory.mktemp("prose")
    return [prose(folder / f"{n}.txt.zst", seed=n) for n in range(3)]


@pytest.mark.slow
def test_training_is_deterministic(shards, tmp_path):
    """The same bytes from processes with 1 and 4 threads."""
    results = []
    for run, threads in enumerate((1, 4, 2)):
        output = tmp_path / str(run)
        command = [
            sys.executable, "-m", "scripts.examples.train_vocab", *map(str, shards), "-o",
            str(output), "--size", "300", "--lowercase", "--threads", str(threads),
        ]  # fmt: skip
        subprocess.run(command, env={"PYTHONPATH": str(ROOT)}, check=True)
        assert sorted(path.name for path in output.iterdir()) == FILES
        results.append([(output / name).read_bytes() for name in FILES])
    assert results[0] == results[1] == results[2]


@pytest.mark.slow
@pytest.mark.parametrize("lowercase", [True, False])
def test_transformers_loads_it(shards, tmp_path, lowercase):
    """AutoTokenizer, BERT's class: the same ids as the folder's tokenizer.json and as its vocab.txt."""
    from transformers import AutoTokenizer

    size = train_vocab(shards, tmp_path, replace(SETTINGS, lowercase=lowercase))
    tokens = (tmp_path / "vocab.txt").read_text().splitlines()
    assert len(tokens) == size == len(set(tokens)) <= 300
    assert tokens[:5] == ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    loaded = AutoTokenizer.from_pretrained(tmp_path)
    assert type(loaded).__name__.startswith("BertTokenizer")
    assert loaded.model_max_length == 128
    assert len(loaded) == loaded.vocab_size == size
    assert [loaded.convert_tokens_to_ids(token) for token in tokens] == list(range(size))
    text = "Katomi KATOMI Éing 漢to, no.x2 [unknown]☃"
    own = load_vocabulary(tmp_path)
    ids = loaded(text, text)
    body = own.tokenizer.encode(text, add_special_tokens=False).ids
    roles = own.special_ids
    assert ids["input_ids"] == [roles["cls"], *body, roles["sep"], *body, roles["sep"]]
    assert ids["token_type_ids"] == [0] * (len(body) + 2) + [1] * (len(body) + 1)
    assert loaded.tokenize("KATOMI") == loaded.tokenize("katomi") or not lowercase
    # An old program that knows vocab.txt only gets the same.
    from tokenizers.implementations import BertWordPieceTokenizer

    old = BertWordPieceTokenizer(str(tmp_path / "vocab.txt"), lowercase=lowercase)
    assert old.encode(text, add_special_tokens=False).ids == body


def test_sample_is_bounded_and_fair(shards):
    whole = draw_sample(dict(enumerate(shards)), 10**9, 1)
    assert sum(map(len, whole)) + len(whole) > 120_000
    for limit in (50_000, 5_000, 100):
        part = draw_sample(dict(enumerate(shards)), limit, 1)
        assert limit / 4 < sum(map(len, part)) + len(part) <= limit
        assert part != draw_sample(dict(enumerate(shards)), limit, 2)
    # From all over: each third of the text gives its share (binomial, 5 standard deviations).
    part = draw_sample(dict(enumerate(shards)), 50_000, 3)
    places = np.searchsorted(
        np.arange(0, 6000, 2000), [whole.index(line) for line in part], "right"
    )
    counts = np.bincount(places, minlength=4)[1:]
    assert (abs(counts - len(part) / 3) < 5 * np.sqrt(len(part) * 2 / 9)).all()


def test_no_more_shards_are_read_than_the_sample_needs():
    assert draw_shards([10] * 500, 5000, 1) == list(range(500))
    drawn = draw_shards([10] * 500, 300, 1)
    assert len(drawn) == 30
    assert drawn == sorted(drawn) != list(range(30))
    assert drawn != draw_shards([10] * 500, 300, 2)
    assert set(draw_shards([10] * 500, 200, 1)) < set(drawn)
    often = np.bincount(np.concatenate([draw_shards([10] * 20, 50, n) for n in range(400)]))
    assert len(often) == 20
    assert (abs(often - 100) < 5 * np.sqrt(100 * 3 / 4)).all()  # binomial, 5 standard deviations


def test_a_sample_of_a_few_shards(shards, tmp_path, caplog):
    caplog.set_level("INFO")
    one = replace(SETTINGS, sample_mb=shards[0].stat().st_size / 4e6)
    train_vocab(shards, tmp_path / "few", one)
    assert "reading 1 of 3 shards" in caplog.text
    train_vocab(shards, tmp_path / "all", SETTINGS)
    assert "reading 3 of 3 shards" in caplog.text


def test_training_errors(shards, tmp_path):
    with pytest.raises(UserError, match=r"vocab\.size: 30 is too small"):
        train_vocab(shards, tmp_path, replace(SETTINGS, size=30))
    (tmp_path / "empty.txt").write_text("\n\n")
    with pytest.raises(UserError, match="no sentence"):
        train_vocab([tmp_path / "empty.txt"], tmp_path, SETTINGS)
    (tmp_path / "latin.txt").write_bytes(b"caf\xe9\n")
    with pytest.raises(UserError, match="not UTF-8"):
        train_vocab([tmp_path / "latin.txt"], tmp_path, SETTINGS)


def test_a_small_vocabulary(shards, tmp_path, monkeypatch):
    """The command's, in this process: what it was the day before."""
    monkeypatch.setattr(step, "READ", 100)  # of all shards
    settings = {"--size": 300, "--sample-mb": 0.02, "--seed": 1, "--max-length": 64}
    flags = [str(word) for pair in settings.items() for word in pair]
    names = [str(shard) for shard in shards]
    monkeypatch.setattr(sys, "argv", ["train_vocab", *names, "-o", str(tmp_path), *flags])
    monkeypatch.setenv("RAYON_NUM_THREADS", "1")
    main()
    tokens = (tmp_path / "vocab.txt").read_text().splitlines()
    assert len(tokens) == 300
    assert tokens[50:56] == ["ing", "x2", "ba", "##to", "##ren", "##no"]
    assert json.loads((tmp_path / "tokenizer_config.json").read_text())["model_max_length"] == 64


def test_defaults_by_hand():
    config = yaml.safe_load((ROOT / "config/config.yaml").read_text())
    chosen = section_of(Settings, config["vocab"]) | {"seed": config["seed"]}
    assert Settings(**chosen) == Settings()
    least = {"size": 256, "sample_mb": 0.001, "max_length": 8, "seed": 0}
    assert from_args(Settings, Namespace(lowercase=True, **least)) == Settings(**least)
    for name in least:
        with pytest.raises(UserError, match=f"--{name.replace('_', '-')} -1: must be "):
            from_args(Settings, Namespace(lowercase=True, **least | {name: -1}))


def test_the_sample_keeps_its_order_and_leaves_empty_lines_out(tmp_path):
    (tmp_path / "a.txt").write_text("one\n\ntwo\n")
    (tmp_path / "b.txt").write_text("three\nfour")
    paths = [tmp_path / "a.txt", tmp_path / "b.txt"]
    everything = [b"one", b"two", b"three", b"four"]
    assert (
        draw_sample(dict(enumerate(paths)), 19, 0) == everything
    )  # 15 letters, and a line break each
    for seed in range(20):
        part = draw_sample(dict(enumerate(paths)), 18, seed)
        assert part == [line for line in everything if line in part] != everything
    assert draw_sample(dict(enumerate(paths)), 0, 0) == []


def test_the_bound_is_halved_until_the_sample_fits(tmp_path):
    """And no further: of 60 lines, for every limit."""
    lines = [b"x" * (n % 9 + 1) for n in range(60)]
    (tmp_path / "a.txt").write_bytes(b"\n".join(lines))
    hashes = draw(hash64(7, "vocabulary", 0), np.arange(60)).tolist()
    for limit in range(2, 370, 3):
        for halvings in range(65):
            fits = [n for n in range(60) if hashes[n] < 1 << 64 - halvings]
            if sum(len(lines[n]) + 1 for n in fits) <= limit:
                break
        assert draw_sample({0: tmp_path / "a.txt"}, limit, 7) == [lines[n] for n in fits]


def test_the_same_sample_for_ever(shards):
    part = draw_sample(dict(enumerate(shards)), 2000, 5)
    digest = hashlib.sha256(b"\n".join(part)).hexdigest()
    assert (len(part), digest[:16]) == (35, "f1070ee5531a5ed8")


def test_the_sample_does_not_depend_on_the_blocks(shards, monkeypatch):
    whole = draw_sample(dict(enumerate(shards)), 5_000, 1)
    monkeypatch.setattr(step, "read_line_blocks", partial(read_line_blocks, size=1000))
    assert draw_sample(dict(enumerate(shards)), 5_000, 1) == whole
