"""What there is in the invented world, and where: blocks of 60 things, each with a key.

A block is a province with its river, towns, families, their works, and so on. A larger world only
adds blocks to a smaller one.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from scripts.sample.world.draw import Draw

COUNTS = {
    "province": 1, "river": 1, "town": 8, "person": 20, "work": 12, "organisation": 5,
    "species": 4, "event": 4, "building": 4, "dish": 1,
}  # fmt: skip
BLOCK = sum(COUNTS.values())
FAMILIES = 5
SLOTS = [(kind, number) for kind, count in COUNTS.items() for number in range(count)]
STRIDE = 23  # has no factor in common with BLOCK, so that kinds alternate from page to page
Facts = dict[str, Any]  # text, numbers, keys, or lists of them


class Key(NamedTuple):
    """Which thing: its kind, its block, its number within the block."""

    kind: str
    block: int
    number: int


class Blocks:
    """The things of one seed; `facts` are all that is to know of one."""

    facts: Callable[[Key], Facts]

    def __init__(self, seed: int):
        self.seed = seed

    def key(self, page: int) -> Key:
        """The thing that article number `page` is about."""
        block, place = divmod(page, BLOCK)
        kind, number = SLOTS[place * STRIDE % BLOCK]
        return Key(kind, block, number)

    def draw(self, key: Key, purpose: str) -> Draw:
        return Draw(self.seed, purpose, *key)

    def earlier(self, key: Key, purpose: str) -> int:
        """A block up to this one, near it when the world is large."""
        return max(0, key.block - self.draw(key, purpose).below(min(key.block, 20) + 1))

    def title(self, key: Key) -> str:
        """The article's title: no two things share one."""
        return self.facts(key)["title"]

    def name(self, key: Key) -> str:
        return self.facts(key)["name"]
