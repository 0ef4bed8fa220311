"""Random choices that depend on an identity alone."""

import random
from collections.abc import Sequence
from typing import TypeVar

from scripts.common.digest import hash64

T = TypeVar("T")


class Draw:
    """A stream of choices, the same for the same identity on every machine and Python version."""

    def __init__(self, *identity: str | int):
        self.random = random.Random(hash64(*identity)).random

    def below(self, bound: int) -> int:
        """A whole number from 0 to bound - 1."""
        return int(self.random() * bound)

    def between(self, low: int, high: int) -> int:
        """A whole number from low to high, both included."""
        return low + int(self.random() * (high - low + 1))

    def chance(self, probability: float) -> bool:
        return self.random() < probability

    def pick(self, items: Sequence[T]) -> T:
        return items[int(self.random() * len(items))]

    def sample(self, items: Sequence[T], count: int) -> list[T]:
        """`count` different items, or all of them, in random order."""
        rest = list(items)
        count = min(count, len(rest))
        for index in range(count):
            other = index + int(self.random() * (len(rest) - index))
            rest[index], rest[other] = rest[other], rest[index]
        return rest[:count]

    def shuffled(self, items: Sequence[T]) -> list[T]:
        return self.sample(items, len(items))
