"""Encoded examples and their batches."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from scripts.glue.files.tables import Rows
from scripts.glue.finetuning import model_loader, padded_batches
from scripts.glue.tasks.official_tasks import OFFICIAL
from tests.glue.made import NEUTRAL

TEXT = st.lists(st.sampled_from(NEUTRAL), min_size=1, max_size=40).map(" ".join)


@pytest.fixture(scope="module")
def tokenizer(model_folder):
    return model_loader.load_tokenizer(model_folder)


@settings(max_examples=25)
@given(
    pairs=st.lists(st.tuples(TEXT, TEXT), min_size=1, max_size=9),
    length=st.integers(8, 60),
    side=st.sampled_from(["right", "left"]),
)
def test_batches_are_what_the_tokenizer_pads(tokenizer, pairs, length, side):
    task, tokenizer.padding_side = OFFICIAL["RTE"], side
    rows = Rows(pairs, ["entailment"] * len(pairs), [])
    examples = padded_batches.encode(rows, task, tokenizer, length)
    order = list(range(len(pairs)))[::-1]
    expected = tokenizer(
        [pairs[index][0] for index in order],
        [pairs[index][1] for index in order],
        truncation=True,
        max_length=length,
        padding=True,
        return_tensors="pt",
    )
    found = examples.collate(order)
    assert examples.targets.tolist() == [0] * len(pairs)
    assert set(found) == set(expected)
    for name, tensor in found.items():
        assert torch.equal(tensor, expected[name])


def test_chunks_do_not_show(tokenizer, monkeypatch):
    rows = Rows([(" ".join(NEUTRAL[: n % 8 + 1]),) for n in range(7)], ["1"] * 7, [])
    whole = padded_batches.encode(rows, OFFICIAL["SST-2"], tokenizer, 32)
    monkeypatch.setattr(padded_batches, "CHUNK", 3)
    parts = padded_batches.encode(rows, OFFICIAL["SST-2"], tokenizer, 32)
    assert np.array_equal(whole.ids, parts.ids)
    assert np.array_equal(whole.offsets, parts.offsets)


def test_the_share_that_is_cut_is_logged(tokenizer, caplog, monkeypatch):
    monkeypatch.setattr(padded_batches.log, "handlers", [caplog.handler])
    monkeypatch.setattr(padded_batches.log, "propagate", False)
    rows = Rows([(" ".join(NEUTRAL[:1] * n),) for n in (2, 8, 9, 30)], ["1"] * 4, [])
    with caplog.at_level("INFO", "dump2glue"):
        padded_batches.encode(rows, OFFICIAL["SST-2"], tokenizer, 40)
        padded_batches.encode(rows, OFFICIAL["SST-2"], tokenizer, 10)
    assert caplog.messages == ["2 of 4 examples (50%) are cut to 10 tokens"]


@given(lengths=st.lists(st.integers(1, 50), min_size=1, max_size=300), size=st.integers(1, 8))
def test_each_epoch_has_each_example_once(lengths, size):
    for epoch in range(2):
        batches = padded_batches.grouped_batches(np.array(lengths), size, 3, epoch)
        assert sorted(np.concatenate(batches)) == list(range(len(lengths)))
        assert [len(batch) for batch in batches[:-1]] == [size] * (len(batches) - 1)


def test_order_depends_on_seed_and_epoch_alone():
    lengths = np.arange(500) % 37 + 1

    def order(seed, epoch):
        return np.concatenate(padded_batches.grouped_batches(lengths, 8, seed, epoch)).tolist()

    assert order(1, 0) == order(1, 0)
    assert order(1, 0) != order(1, 1)
    assert order(1, 0) != order(2, 0)


def test_batches_hold_like_lengths_in_random_order():
    rng = np.random.default_rng(0)
    lengths = rng.integers(5, 100, 4000)
    batches = padded_batches.grouped_batches(lengths, 20, 1, 0)
    assert all((np.diff(lengths[batch]) <= 0).all() for batch in batches)
    longest = np.array([lengths[batch].max() for batch in batches])
    assert (longest * 20).sum() < 1.1 * lengths.sum()
    assert (
        lengths[rng.permutation(4000)].reshape(-1, 20).max(axis=1) * 20
    ).sum() > 1.5 * lengths.sum()
    assert abs(np.corrcoef(longest, np.arange(len(longest)))[0, 1]) < 0.2


def test_whole_batches_come_first_and_hold_like_lengths():
    batches = [
        batch.tolist() for batch in padded_batches.grouped_batches(np.arange(1, 11), 4, 0, 0)
    ]
    assert batches[2] == [1, 0]
    assert sorted(batches[:2]) == [[5, 4, 3, 2], [9, 8, 7, 6]]


def test_lengths_are_alike_within_a_pool_of_fifty_batches():
    lengths = np.arange(250) + 1
    whole = lengths[np.array(padded_batches.grouped_batches(lengths, 2, 0, 0))]
    first_pool = np.random.default_rng([0, 0]).permutation(250)[:100]
    ranked = np.sort(lengths[first_pool])[::-1].reshape(-1, 2)
    assert {tuple(pair) for pair in ranked} <= {tuple(pair) for pair in whole}


def test_batches_are_as_long_as_their_longest():
    examples = padded_batches.Examples(
        OFFICIAL["SST-2"].kind,
        np.array([5, 6, 7, 8, 9, 10], np.int32),
        None,
        np.array([0, 1, 4, 6]),
        np.array([1, 0, 1]),
        3,
    )
    batch = examples.collate([2, 0])
    assert batch["input_ids"].tolist() == [[9, 10], [5, 3]]
    assert batch["attention_mask"].tolist() == [[1, 1], [1, 0]]
    assert list(batch) == ["input_ids", "attention_mask"]
    assert (len(examples), examples.lengths.tolist()) == (3, [1, 3, 2])


def test_long_texts_are_cut_and_test_sets_have_no_targets(tokenizer):
    rows = Rows([("house river king", "song"), ("house", "river")], None, [])
    examples = padded_batches.encode(rows, OFFICIAL["RTE"], tokenizer, 5)
    assert examples.lengths.tolist() == [5, 5]
    assert examples.targets is None
    assert examples.types.tolist() == [0, 0, 0, 1, 1] * 2
