"""Tiles of attention on a CPU: neighbouring sequences of about one length, padded to the longest."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, pairwise

import torch
from torch import Tensor

ALONE = 224  # tokens from which on a sequence is worth its own products
SCORES = 1 << 21  # attention scores a tile: what stays in the cache between two products


@dataclass(frozen=True)
class Tile:
    """Sequences [start, stop) of a flat token array, padded to one length.

    `places` [stop - start] says in which place of the padded tile [count x length] each token stands,
    `padding` [count, 1, 1, length] is True at the other places; both are None where nothing is padded.
    A sequence that is `alone` is taken head by head.
    """

    start: int
    stop: int
    count: int
    length: int
    alone: bool
    places: Tensor | None = None
    padding: Tensor | None = None


@lru_cache(maxsize=8)  # all layers of a forward and a backward pass ask for the same
def attention_tiles(
    offsets: tuple[int, ...], heads: int, alone: int = ALONE, slack: float = 0.9
) -> tuple[Tile, ...]:
    """Cut sequences, of which the i-th is [offsets[i], offsets[i + 1]) of the flat array, into tiles.

    Neighbours share a tile while the shortest has at least `slack` of the longest's tokens and the
    tile's scores fit the cache. Those of `alone` tokens or more do not.
    """
    lengths = [stop - start for start, stop in pairwise(offsets)]
    firsts: list[int] = []
    low = high = 0
    for index, length in enumerate(lengths):
        low, high = min(low, length), max(high, length)
        full = not firsts or (index - firsts[-1] + 1) * heads * high * high > SCORES
        if full or high >= alone or low < slack * high:
            firsts.append(index)
            low = high = length
    edges = pairwise([*firsts, len(lengths)])
    return tuple(make_tile(offsets[first : last + 1], alone) for first, last in edges)


def query_tiles(tiles: tuple[Tile, ...], offsets: Sequence[int]) -> tuple[Tile, ...]:
    """For each tile one of those of its tokens that ask, the i-th sequence's [offsets[i], offsets[i + 1])."""
    edges = accumulate((tile.count for tile in tiles), initial=0)
    return tuple(make_tile(offsets[first : last + 1]) for first, last in pairwise(edges))


def make_tile(offsets: Sequence[int], alone: int = ALONE) -> Tile:
    """One tile of all the sequences between `offsets`."""
    start, stop, count = offsets[0], offsets[-1], len(offsets) - 1
    lengths = torch.tensor(offsets).diff()
    length = int(lengths.max())
    single = count == 1 and length >= alone
    if count * length == stop - start:
        return Tile(start, stop, count, length, single)
    padding = torch.arange(length) >= lengths[:, None]
    places = (~padding).view(-1).nonzero().view(-1)
    return Tile(start, stop, count, length, single, places, padding.view(count, 1, 1, length))
