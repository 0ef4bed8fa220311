"""How attention on a CPU goes through sequences."""

from itertools import accumulate

import pytest

from scripts.pretrain.kernels.tiles import attention_tiles


@pytest.mark.parametrize("lengths", [[64] * 5, [5], [64, 1], list(range(64, 0, -1)), [3, 60, 3]])
def test_tiles_cover_every_token_once(lengths):
    edges = (0, *accumulate(lengths))
    seen = []
    for tile in attention_tiles(edges, heads=2):
        if tile.rows is None:
            seen += range(tile.start, tile.stop)
        else:
            seen += tile.rows[tile.places].tolist()
            assert tile.padding.logical_not().sum() == tile.stop - tile.start
    assert seen == list(range(edges[-1]))
