"""The examples of a shard: known digests, statistics, and what is refused."""

import numpy as np
import pytest

from scripts.common.errors import UserError
from scripts.examples.build_examples import Settings, build_examples
from scripts.examples.h5.example_files import Examples
from scripts.examples.pairs import windows
from tests.examples.texts import tokens_file

LONG, SHORT = [[7, 12, 3, 9, 20, 5] * 4, [4], [30, 2, 60]], [[6, 6], [11, 1, 8, 5, 9, 13]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tokens")
    tokens_file(folder / "long.h5", LONG)
    tokens_file(folder / "short.h5", SHORT, seed=1, name="1")
    tokens_file(folder / "single.h5", [[5, 9, 4]], seed=2)
    return folder


def built(folder, target, **settings):
    chosen = Settings(**{"seq_length": 32, "seed": 1} | settings)
    statistics = build_examples(folder / "long.h5", target, chosen, [folder / "short.h5"])
    examples = Examples([target])
    examples.verify()
    return examples, statistics


@pytest.mark.parametrize(
    ("settings", "digest"),
    [
        ({}, "717ee1738b80d30a"),
        ({"short_fraction": 0.9, "duplicates": 3}, "74fe650dd83a61c1"),
        ({"masking": "static", "max_predictions": 3}, "1c36c88d99d4e995"),
        ({"masking": "static", "whole_word": True, "mlm_probability": 0.4}, "ae23bac24a6d49db"),
        ({"next_sentence": False, "duplicates": 3}, "9cdb704b07aa3f5c"),
        ({"next_sentence": False, "join_documents": True, "duplicates": 2}, "a78ff76b749e9f74"),
        ({"seq_length": 9, "seed": 5}, "6606ea925587e2b5"),
    ],
)
def test_bytes_never_change(folder, tmp_path, settings, digest):
    """The digest of the content: another one means other examples from the same text."""
    examples, _ = built(folder, tmp_path / "a.h5", **settings)
    assert examples.shards[0].digest[:16] == digest


def test_blocks_change_nothing_without_pairs(folder, tmp_path, monkeypatch):
    """Nor, with stored masks, the numbers that these are drawn by."""
    settings = {"next_sentence": False, "masking": "static", "duplicates": 1}
    whole, told = built(folder, tmp_path / "a.h5", **settings)
    monkeypatch.setattr(windows, "block_ranges", lambda own, size: [(0, 24), (24, 25), (25, 28)])
    parts, told_again = built(folder, tmp_path / "b.h5", **settings)
    assert (parts.shards[0].digest, told_again) == (whole.shards[0].digest, told)


def test_blocks_are_of_a_million_tokens_over_all_duplicates(folder, tmp_path, monkeypatch):
    asked = []
    ranges = windows.block_ranges
    monkeypatch.setattr(
        windows, "block_ranges", lambda own, size: asked.append(size) or ranges(own, size)
    )
    for duplicates in (1, 3, 100):
        built(folder, tmp_path / "a.h5", duplicates=duplicates)
    assert asked == [1 << 20, (1 << 20) // 3, 1 << 17]


def test_statistics(folder, tmp_path):
    examples, told = built(folder, tmp_path / "a.h5", masking="static", short_fraction=0.5)
    lengths, labels = examples.lengths, examples.batch(np.arange(len(examples))).next_sentence
    count, tokens = len(examples), int(lengths.sum())
    random = examples.shards[0].arrays["segment_b"][labels == 1]
    assert told == {
        "seq_length": 32, "duplicates": 1, "documents": 3, "sentences": 28, "split_sentences": 6,
        "corpus_tokens": sum(map(sum, LONG)), "examples": count, "tokens": tokens,
        "padding": 32 * count - tokens, "padding_share": round(1 - tokens / (32 * count), 6),
        "short_share": told["short_share"],
        "random_b_share": round(float((labels == 1).mean()), 6),
        "random_b_tokens": int((lengths[labels == 1] - random - 1).sum()),
        "masked_share": round(examples.shards[0].arrays["mask_ids"].size / tokens, 6),
    }  # fmt: skip
    assert 0 < told["short_share"] < 1


def test_statistics_of_nothing(tmp_path):
    tokens_file(tmp_path / "none.h5", [])
    chosen = Settings(seq_length=32, masking="static")
    told = build_examples(tmp_path / "none.h5", tmp_path / "a.h5", chosen)
    shares = [told[f"{name}_share"] for name in ("short", "random_b", "masked", "padding")]
    assert (told["examples"], told["padding"], shares) == (0, 0, [0, 0, 0, 1])


def test_random_segments_come_from_all_sources(folder, tmp_path):
    examples, _ = built(folder, tmp_path / "a.h5", duplicates=20)
    names = [source["name"] for source in examples.header.sources]
    assert names == ["0.txt.zst", "1.txt.zst"]


def test_spare_tokens_are_for_a_single_document_only(folder, tmp_path):
    chosen, single = Settings(seq_length=16), folder / "single.h5"
    with pytest.raises(UserError, match="a single document"):
        build_examples(single, tmp_path / "a.h5", chosen, [single][:0], [])
    build_examples(single, tmp_path / "a.h5", chosen, [], [folder / "short.h5"])
    assert len(Examples([tmp_path / "a.h5"]).header.sources) == 2
    build_examples(folder / "long.h5", tmp_path / "b.h5", chosen, [], [folder / "short.h5"])
    assert len(Examples([tmp_path / "b.h5"]).header.sources) == 1
