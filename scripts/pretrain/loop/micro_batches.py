"""Which examples a step trains on, cut into micro-batches, and read ahead of their use.

The order of examples is a function of the seed and the position alone: position p is example
`order(p mod N)` of epoch p div N. A global batch is cut into micro-batches by its lengths; which
process takes which changes no sample and no mask.
"""

import itertools
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice, pairwise

import numpy as np
from torch import Tensor

from scripts.common.digest import hash64
from scripts.common.random_numbers import splitmix64
from scripts.examples.h5.example_files import Examples
from scripts.pretrain.architectures.micro_batch import MicroBatch, micro_batch
from scripts.pretrain.loop.processes import ALONE, Processes

ROUNDS = 4  # of a Feistel network: enough to look random (Luby and Rackoff, 1988)


def order(seed: int, epoch: int, indices: np.ndarray, size: int) -> np.ndarray:
    """A permutation of range(size), drawn from (seed, epoch), at `indices`.

    A Feistel network over the next power of four, walked until it is back in range, so that no
    permutation need be stored.
    """
    half = max(1, ((size - 1).bit_length() + 1) // 2)
    low = np.uint64((1 << half) - 1)
    keys = [np.uint64(hash64("order", seed, epoch, turn)) for turn in range(ROUNDS)]
    result = np.asarray(indices).astype(np.uint64)
    pending = np.arange(len(result))
    while len(pending):
        value = result[pending]
        left, right = value >> np.uint64(half), value & low
        for key in keys:
            left, right = right, left ^ (splitmix64(right ^ key) & low)
        value = (left << np.uint64(half)) | right
        result[pending] = value
        pending = pending[value >= np.uint64(size)]
    return result.astype(np.int64)


def cut(lengths: np.ndarray, tokens: int, processes: int) -> list[np.ndarray]:
    """Cut examples into micro-batches of at most `tokens` tokens, as many for each process.

    Returns indices into `lengths`, longest examples first, about equal in tokens. An example
    longer than `tokens` makes a micro-batch of its own.
    """
    ranked = np.argsort(-lengths, kind="stable")
    ends = np.cumsum(lengths[ranked])
    most = len(lengths) // processes * processes
    number = -(-int(ends[-1]) // tokens)
    number = min(-(-number // processes) * processes, most)
    while True:
        wanted = ends[-1] * np.arange(1, number) / number
        edges = np.concatenate([[0], np.searchsorted(ends, wanted) + 1, [len(ranked)]])
        for k in range(1, number):  # no part may be empty
            edges[k] = min(max(edges[k], edges[k - 1] + 1), len(ranked) - (number - k))
        parts = [ranked[a:b] for a, b in pairwise(edges)]
        fits = all(len(part) == 1 or lengths[part].sum() <= tokens for part in parts)
        if fits or number == most:
            return parts
        number = min(number + processes, most)


@dataclass(frozen=True)
class Work:
    """A process's share of a step, with the counts of the whole global batch.

    `squares` sums the squared lengths, which attention's work follows. `notes` are the sums over
    the processes of what each had to say, see Stream.
    """

    micro_batches: list[MicroBatch]
    seeds: list[int]
    examples: int
    tokens: int
    squares: int
    masked: int
    pairs: int
    notes: list[int]


class Stream:
    """The steps' work, read ahead by a thread.

    `position(step)` and `position(step + 1)` bound a step's samples. The thread has the processes
    agree once a step, in the same order on each, on the counts of the global batch and on the sums
    of `notes()`, whatever else they must agree on.
    """

    def __init__(
        self,
        examples: Examples,
        seed: int,
        tokens: int,
        position: Callable[[int], int],
        processes: Processes = ALONE,
        notes: Callable[[], list[int]] = list,
    ):
        self.examples, self.seed, self.tokens, self.position = examples, seed, tokens, position
        self.processes, self.notes = processes, notes

    def work(self, step: int) -> Work:
        """This process's share of a step."""
        first, last = self.position(step), self.position(step + 1)
        size = len(self.examples)
        epochs, indices = np.divmod(np.arange(first, last), size)
        for epoch in np.unique(epochs):
            chosen = epochs == epoch
            indices[chosen] = order(self.seed, int(epoch), indices[chosen], size)
        lengths = self.examples.lengths[indices].astype(np.int64)
        parts = cut(lengths, self.tokens, self.processes.count)
        mine = range(self.processes.rank, len(parts), self.processes.count)
        batches = [self.read(indices[parts[k]], epochs[parts[k]]) for k in mine]
        masked = sum(len(batch.masked) for batch in batches)
        pairs = sum(int((batch.next_sentence >= 0).sum()) for batch in batches)
        masked, pairs, *notes = self.processes.agree([masked, pairs, *self.notes()])
        return Work(
            micro_batches=batches,
            seeds=[hash64("dropout", self.seed, step, k) % 2**62 for k in mine],
            examples=last - first,
            tokens=int(lengths.sum()),
            squares=int((lengths**2).sum()),
            masked=masked,
            pairs=pairs,
            notes=notes,
        )

    def read(self, indices: np.ndarray, epochs: np.ndarray) -> MicroBatch:
        """Read examples, each with the masks of its epoch."""
        batch = micro_batch(self.examples.seq_length, **vars(self.examples.batch(indices, epochs)))
        return batch.mapped(Tensor.pin_memory) if self.processes.device.type == "cuda" else batch

    def steps(self, first: int, last: int | None, ahead: int = 3) -> Iterator[Work]:
        """Yield the work of steps first to last - 1 (None: no end), read ahead by a thread.

        What was begun is ended when the caller stops early, so that all processes have agreed as often.
        """
        numbers = itertools.count(first) if last is None else iter(range(first, last))
        with ThreadPoolExecutor(1, "examples") as thread:
            begun = deque(thread.submit(self.work, step) for step in islice(numbers, ahead))
            while begun:
                yield begun.popleft().result()
                begun.extend(thread.submit(self.work, step) for step in islice(numbers, 1))


def fixed(
    examples: Examples, seed: int, most: int, tokens: int, processes: Processes = ALONE
) -> Iterator[MicroBatch]:
    """A process's share of the same `most` examples, with the same masks, at each call."""
    size = len(examples)
    indices = order(seed, 0, np.arange(min(size, most)), size)
    parts = cut(examples.lengths[indices].astype(np.int64), tokens, 1)
    for part in parts[processes.rank :: processes.count]:
        yield micro_batch(examples.seq_length, **vars(examples.batch(indices[part], 0)))
