"""Which examples a step sees depends on the seed and the position alone."""

import itertools

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from scripts.examples.h5.example_files import Examples
from scripts.pretrain.loop.micro_batches import Stream, cut, fixed, order
from scripts.pretrain.loop.processes import Processes


@given(st.integers(1, 3000), st.integers(0, 5), st.integers(0, 5))
def test_order_is_a_permutation(size, seed, epoch):
    indices = order(seed, epoch, np.arange(size), size)
    assert sorted(indices.tolist()) == list(range(size))


def test_order_differs_by_seed_and_epoch_and_looks_random():
    size = 10000
    orders = [order(*pair, np.arange(size), size) for pair in ((1, 0), (1, 1), (2, 0))]
    for a, b in ((0, 1), (0, 2), (1, 2)):
        assert (orders[a] == orders[b]).mean() < 0.01
    for indices in orders:
        assert abs(np.corrcoef(np.arange(size), indices)[0, 1]) < 0.05
        assert abs(np.corrcoef(indices[:-1], indices[1:])[0, 1]) < 0.05


@given(
    st.lists(st.integers(1, 128), min_size=8, max_size=300),
    st.integers(128, 2000),
    st.sampled_from([1, 2, 3, 8]),
)
def test_cut_takes_each_example_once_within_the_budget(lengths, tokens, processes):
    lengths = np.array(lengths)
    parts = cut(lengths, tokens, processes)
    assert sorted(np.concatenate(parts).tolist()) == list(range(len(lengths)))
    assert len(parts) % processes == 0
    assert all(len(part) for part in parts)
    most = len(lengths) // processes * processes
    if len(parts) < most:
        assert all(lengths[part].sum() <= tokens for part in parts if len(part) > 1)


def examples_of(batch) -> list:
    """What a micro-batch holds, example by example."""
    flat = np.full(batch.offsets[-1], -1)
    flat[batch.masked.numpy()] = batch.labels.numpy()
    return [
        (tuple(batch.ids[a:b].tolist()), tuple(flat[a:b].tolist()), int(label))
        for a, b, label in zip(batch.offsets, batch.offsets[1:], batch.next_sentence, strict=False)
    ]


def member(rank: int, count: int) -> Processes:
    """One of several processes that do not talk."""
    return Processes(rank, count, torch.device("cpu"))


@pytest.fixture
def examples(data):
    return Examples([data / "train.h5"], 42)


def test_processes_share_the_same_examples_and_masks(examples):
    def step(number, processes):
        works = [
            Stream(examples, 42, 300, lambda step: 48 * step, member(rank, processes)).work(number)
            for rank in range(processes)
        ]
        return sorted(
            x for work in works for batch in work.micro_batches for x in examples_of(batch)
        )

    for number in (0, 3, 8, 9):  # 48 x 9 is beyond the first epoch of 400
        one = step(number, 1)
        assert len(one) == 48
        assert one == step(number, 2) == step(number, 8)


def test_an_epoch_takes_each_example_once_and_the_next_masks_anew(examples):
    stream = Stream(examples, 42, 300, lambda step: 100 * step)
    epochs = [
        [x for step in steps for b in stream.work(step).micro_batches for x in examples_of(b)]
        for steps in (range(4), range(4, 8))
    ]
    plain = [
        sorted(tuple(np.where(np.array(m) >= 0, m, ids)) for ids, m, _ in epoch) for epoch in epochs
    ]
    assert plain[0] == plain[1]
    assert len(set(plain[0])) > 300
    assert epochs[0] != epochs[1]
    assert sorted(epochs[0]) != sorted(epochs[1])


def test_reading_ahead_gives_the_same_as_reading(examples):
    stream = Stream(examples, 42, 300, lambda step: 16 * step)
    for step, work in zip(range(3, 9), stream.steps(3, 9), strict=True):
        direct = stream.work(step)
        assert work.seeds == direct.seeds
        pairs = zip(work.micro_batches, direct.micro_batches, strict=True)
        assert all(examples_of(a) == examples_of(b) for a, b in pairs)


def test_a_step_counts_its_whole_batch(examples):
    stream = Stream(examples, 42, 300, lambda step: 16 * step, member(1, 2), lambda: [5, 7])
    work = stream.work(3)
    other = Stream(examples, 42, 300, lambda step: 16 * step, member(0, 2)).work(3)
    both = [*work.micro_batches, *other.micro_batches]
    lengths = np.concatenate([np.diff(batch.offsets) for batch in both])
    assert (work.examples, work.tokens, work.squares) == (16, lengths.sum(), (lengths**2).sum())
    assert work.masked == sum(len(batch.masked) for batch in work.micro_batches)
    assert work.pairs == sum(len(batch.next_sentence) for batch in work.micro_batches)
    assert work.notes == [5, 7]
    for batch in work.micro_batches:
        for start, stop in itertools.pairwise(batch.offsets):
            assert batch.positions[start:stop].tolist() == list(range(stop - start))
        assert batch.cu_seqlens.tolist() == list(batch.offsets)


@pytest.mark.parametrize(
    ("lengths", "tokens", "processes", "expected"),
    [
        ([3, 9, 5, 7], 12, 1, [[1], [3], [2, 0]]),
        ([5, 5, 5, 5], 10, 1, [[0, 1], [2, 3]]),
        ([5, 5, 5, 5], 9, 1, [[0], [1], [2], [3]]),
        ([5, 5, 5, 5], 100, 2, [[0, 1], [2, 3]]),
        ([5, 5, 5, 5, 5], 1, 2, [[0, 1], [2], [3], [4]]),
    ],
)
def test_cutting_by_hand(lengths, tokens, processes, expected):
    assert [part.tolist() for part in cut(np.array(lengths), tokens, processes)] == expected


def test_an_error_of_the_reader_reaches_the_loop(examples):
    stream = Stream(examples, 42, 300, lambda step: 16 * step)

    def fail(*_):
        raise ValueError("damaged")

    examples.batch = fail
    with pytest.raises(ValueError, match="damaged"):
        next(stream.steps(0, 2))


def test_validation_is_the_same_each_time(examples):
    one = [x for batch in fixed(examples, 42, 50, 300) for x in examples_of(batch)]
    two = [
        x
        for rank in (0, 1)
        for batch in fixed(examples, 42, 50, 300, member(rank, 2))
        for x in examples_of(batch)
    ]
    assert len(one) == 50
    assert sorted(one) == sorted(two)
