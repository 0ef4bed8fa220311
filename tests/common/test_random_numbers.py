import numpy as np
import pytest

from scripts.common.random_numbers import below, chance, draw, splitmix64

# Java's SplittableRandom and the authors' C code give these for a generator of this state.
FROM_0 = [0xE220A8397B1DCDAF, 0x6E789E6AA1B965F4, 0x06C45D188009454F, 0xF88BB8A8724C81EC]


def test_the_outputs_are_splitmix64s():
    assert draw(0, np.arange(4)).tolist() == FROM_0
    assert draw(np.array([0, 0]), np.array([2, 0])).tolist() == [FROM_0[2], FROM_0[0]]
    assert draw(0x9E3779B97F4A7C15, 1).tolist() == [FROM_0[2]]  # a key is a state to begin from


def test_the_state_is_mixed_in_place():
    state = np.array([0x9E3779B97F4A7C15], np.uint64)
    assert splitmix64(state) is state
    assert state.tolist() == FROM_0[:1]


def test_a_draw_leaves_its_arguments_as_they_are():
    key, counter = np.array([1, 2], np.uint64), np.array([3, 4], np.uint64)
    draw(key, counter)
    assert (key.tolist(), counter.tolist()) == ([1, 2], [3, 4])


@pytest.mark.parametrize(
    ("bits", "limit", "number"),
    [(0, 5, 0), (2**64 - 1, 5, 4), (2**63, 6, 3), (2**63 - 1, 6, 2), (2**64 - 1, 2**31, 2**31 - 1)],
)
def test_bits_become_numbers_below_a_limit(bits, limit, number):
    found = below(np.array([bits], np.uint64), limit)
    assert found.tolist() == [number]
    assert found.dtype == np.int64


def test_a_limit_for_each_draw():
    assert below(np.array([2**63, 2**63], np.uint64), np.array([2, 10])).tolist() == [1, 5]


def test_bits_become_chances():
    bits = np.array([0, 2**62 - 1, 2**62, 2**64 - 1], np.uint64)
    assert chance(bits, 0.25).tolist() == [True, True, False, False]
    assert chance(bits, 0.0).tolist() == [False] * 4
    assert chance(bits, 1.0).tolist() == [True] * 4
