"""How attention on a CPU goes through sequences."""

from itertools import accumulate

import pytest

from scripts.pretrain.kernels.tiles import attention_tiles, make_tile, query_tiles


@pytest.mark.parametrize("lengths", [[64] * 5, [5], [64, 1], list(range(64, 0, -1)), [3, 60, 3]])
def test_tiles_cover_every_token_once(lengths):
    edges = (0, *accumulate(lengths))
    seen = []
    for tile in attention_tiles(edges, heads=2):
        seen += range(tile.start, tile.stop)
        if tile.places is None:
            assert tile.count * tile.length == tile.stop - tile.start
        else:
            assert len(tile.places) == tile.stop - tile.start
            assert not tile.padding.flatten()[tile.places].any()
            assert tile.padding.sum() == tile.count * tile.length - len(tile.places)
    assert seen == list(range(edges[-1]))


def cuts(lengths, heads=1, **options) -> list[int]:
    """How many sequences each tile has."""
    tiles = attention_tiles((0, *accumulate(lengths)), heads, **options)
    assert [tile.start for tile in tiles[1:]] == [tile.stop for tile in tiles[:-1]]
    return [tile.count for tile in tiles]


def test_neighbours_of_similar_length_share_a_tile():
    assert cuts([100, 95, 90, 89, 85]) == [3, 2]  # 89 is below nine tenths of 100
    assert cuts([90, 95, 100, 101]) == [3, 1]  # 90 is below nine tenths of 101
    assert cuts([10, 5, 10], slack=0.5) == [3]
    assert cuts([]) == []


def test_long_sequences_stay_alone():
    assert cuts([224, 223, 223]) == [1, 2]
    assert cuts([8, 8, 7], alone=8) == [1, 1, 1]
    tiles = attention_tiles((0, 8, 16, 23), 1, alone=8)
    assert [tile.alone for tile in tiles] == [True, True, False]


def test_the_scores_of_a_tile_fit_the_cache():
    assert cuts([128] * 130, heads=1) == [128, 2]  # 2^21 / 128^2
    assert cuts([128] * 130, heads=2) == [64, 64, 2]


def test_a_padded_tile_by_hand():
    tile = make_tile((4, 7, 9))
    assert (tile.start, tile.stop, tile.count, tile.length) == (4, 9, 2, 3)
    assert tile.places.tolist() == [0, 1, 2, 3, 4]
    assert tile.padding.shape == (2, 1, 1, 3)
    assert tile.padding.flatten().tolist() == [False] * 5 + [True]
    assert make_tile((4, 7, 10)).places is None


def test_the_tokens_that_ask_have_tiles_of_their_own():
    tiles = attention_tiles((0, 64, 128, 131, 134), heads=2)
    assert [tile.count for tile in tiles] == [2, 2]
    long, short = query_tiles(tiles, [0, 5, 7, 8, 9])
    assert (long.start, long.stop, long.count, long.length) == (0, 7, 2, 5)
    assert long.places.tolist() == [0, 1, 2, 3, 4, 5, 6]
    assert (short.start, short.stop, short.count, short.length) == (7, 9, 2, 1)
    assert short.places is None
    assert not query_tiles(attention_tiles((0, 300), heads=2), [0, 30])[0].alone
