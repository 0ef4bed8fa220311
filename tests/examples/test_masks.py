"""Masks: how many, where, by what replaced, and of what they are a function."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scripts.common.random_numbers import draw
from scripts.examples.masking.masks import Masking, count, keys, mask, sort_keys, sums
from scripts.examples.masking.token_kinds import CONTINUES, NEVER_DRAWN, NEVER_MASKED
from tests.examples.made import MASK, VOCABULARY, pairs, token_kinds

KINDS = token_kinds()


def examples(count, seed=0, seq_length=32):
    tokens, lengths, _, _ = pairs(count, seq_length, seed)
    return tokens.astype(np.int32), np.concatenate([[0], np.cumsum(lengths)])


@settings(max_examples=60)
@given(
    count=st.integers(0, 12),
    seed=st.integers(0, 1000),
    probability=st.floats(0.01, 0.99),
    bound=st.integers(0, 6),
    whole_word=st.booleans(),
)
def test_counts_and_places(count, seed, probability, bound, whole_word):
    ids, offsets = examples(count, seed)
    before = ids.copy()
    masking = Masking(KINDS, MASK, probability, bound, whole_word)
    places, labels = mask(ids, offsets, keys(seed, 3, np.arange(count)), masking)
    assert (np.diff(places) > 0).all()
    assert (labels == before[places]).all()
    untouched = np.ones(len(ids), bool)
    untouched[places] = False
    assert (ids[untouched] == before[untouched]).all()
    assert not (KINDS[labels] & NEVER_MASKED).any()
    changed = ids[places] != labels
    assert (
        (ids[places][changed] == MASK) | ((KINDS[ids[places][changed]] & NEVER_DRAWN) == 0)
    ).all()
    for begin, end in pairwise(offsets):
        expected = max(1, round((end - begin) * probability))
        expected = min(expected, bound or expected, end - begin - 3)
        found = ((places >= begin) & (places < end)).sum()
        assert found <= expected
        if not whole_word:
            assert found == expected


@settings(max_examples=40)
@given(seed=st.integers(0, 1000), order=st.permutations(range(9)), whole_word=st.booleans())
def test_masks_depend_on_the_example_alone(seed, order, whole_word):
    """The same masks in any order, alone or in company."""
    ids, offsets = examples(9, seed)
    masking = Masking(KINDS, MASK, 0.3, 0, whole_word)
    together = ids.copy()
    mask(together, offsets, keys(seed, 1, np.arange(9)), masking)
    for index in order:
        alone = ids[offsets[index] : offsets[index + 1]].copy()
        bounds = np.array([0, len(alone)])
        mask(alone, bounds, keys(seed, 1, np.array([index])), masking)
        assert (alone == together[offsets[index] : offsets[index + 1]]).all()


def test_epochs_and_seeds_differ():
    ids, offsets = examples(50)
    masking = Masking(KINDS, MASK, 0.15)

    def places(seed, epoch):
        return mask(ids.copy(), offsets, keys(seed, epoch, np.arange(50)), masking)[0].tolist()

    assert places(1, 0) == places(1, 0)
    assert places(1, 0) != places(1, 1)
    assert places(1, 0) != places(2, 0)
    assert places(1, 2) != places(2, 1)


def words_of(kinds):
    """Groups of positions that make a word, naively."""
    words = []
    for position, kind in enumerate(kinds):
        if kind & NEVER_MASKED:
            words.append(None)
        elif kind & CONTINUES and words and words[-1] is not None:
            words[-1].append(position)
        else:
            words.append([position])
    return [word for word in words if word]


@settings(max_examples=60)
@given(seed=st.integers(0, 10_000), probability=st.floats(0.05, 0.9))
def test_whole_words(seed, probability):
    """Words are masked whole, and none that was left out would still have fitted."""
    ids, offsets = examples(6, seed)
    before = ids.copy()
    masking = Masking(KINDS, MASK, probability, 0, True)
    places = set(mask(ids, offsets, keys(seed, 0, np.arange(6)), masking)[0].tolist())
    for begin, end in pairwise(offsets):
        words = words_of(KINDS[before[begin:end]])
        taken = [[begin + p in places for p in word] for word in words]
        assert all(all(flags) or not any(flags) for flags in taken)
        number = min(max(1, round((end - begin) * probability)), end - begin - 3)
        room = number - sum(map(sum, taken))
        assert all(len(flags) > room for flags in taken if not any(flags)) or room == 0


@pytest.fixture(scope="module")
def many():
    """20,000 examples of 40 tokens, masked once: (places in the example, labels, replacements)."""
    count, length = 20_000, 40
    random = np.random.default_rng(1)
    ids = random.integers(5, VOCABULARY, count * length).astype(np.int32)
    ids[::length], ids[length - 1 :: length] = 2, 3
    offsets = np.arange(count + 1) * length
    places, labels = mask(ids, offsets, keys(11, 0, np.arange(count)), Masking(KINDS, MASK, 0.15))
    return places % length, labels, ids[places]


def deviations(found, total, share):
    """How many standard deviations a count is from what is expected."""
    return abs(found - total * share) / np.sqrt(total * share * (1 - share))


def test_eighty_ten_ten(many):
    """120,000 draws: within 4.5 standard deviations (one failure in 150,000 seeds)."""
    _, labels, seen = many
    ordinary = VOCABULARY - 5
    assert len(labels) == 120_000
    assert deviations((seen == MASK).sum(), len(seen), 0.8) < 4.5
    assert deviations((seen == labels).sum(), len(seen), 0.1 + 0.1 / ordinary) < 4.5
    changed = (seen != MASK) & (seen != labels)
    assert deviations(changed.sum(), len(seen), 0.1 * (1 - 1 / ordinary)) < 4.5


def test_replacements_are_uniform(many):
    """Chi-squared of the random tokens over the 95 ordinary ones: under the 10⁻⁵ quantile, 161."""
    _, labels, seen = many
    random = seen[(seen != MASK) & (seen != labels)]
    counts = np.bincount(random, minlength=VOCABULARY)[5:]
    expected = len(random) / len(counts)
    assert ((counts - expected) ** 2 / expected).sum() < 161
    assert (np.bincount(random, minlength=5)[:5] == 0).all()


def test_positions_are_uniform(many):
    """Chi-squared over the 38 positions between [CLS] and [SEP]: under the 10⁻⁵ quantile, 84."""
    places, _, _ = many
    counts = np.bincount(places, minlength=40)
    assert counts[0] == counts[39] == 0
    expected = len(places) / 38
    assert ((counts[1:39] - expected) ** 2 / expected).sum() < 84


def test_pairs_of_positions_are_independent(many):
    """Two neighbours are masked together as often as chance has it: 6·5/(38·37) of pairs."""
    places, _, _ = many
    table = np.zeros((20_000, 40), bool)
    table[np.repeat(np.arange(20_000), 6), places] = True
    together = (table[:, 1:38] & table[:, 2:39]).sum()
    assert deviations(together, 20_000 * 37, 30 / (38 * 37)) < 5


# Known masks of three examples of 12, 4 and 2 tokens


def three(**settings):
    ids = np.array([2, *range(5, 15), 3, 2, 9, 10, 3, 2, 3], np.int32)
    masking = Masking(KINDS, MASK, **{"probability": 0.3} | settings)
    keyed = keys(3, 1, np.arange(3))
    return (*mask(ids, np.array([0, 12, 16, 18]), keyed, masking), ids)


def test_the_same_masks_for_ever():
    places, labels, ids = three()
    assert (places.tolist(), labels.tolist()) == ([7, 8, 9, 10, 13], [11, 12, 13, 14, 9])
    assert ids[places].tolist() == [4, 4, 4, 46, 4]
    places, _, ids = three(whole_word=True, probability=0.5)
    assert (places.tolist(), ids[places].tolist()) == (
        [2, 6, 7, 8, 9, 10, 13, 14],
        [4, 4, 4, 4, 4, 46, 4, 4],
    )
    assert len(three(max_predictions=2)[0]) == 3


def test_keys_follow_from_seed_epoch_and_number():
    assert keys(3, 1, np.array([0, 5])).tolist() == [3608400687859252187, 16664260424613834261]
    assert keys(3, np.array([1, 2]), np.array([0, 5]))[0] == 3608400687859252187
    assert keys(3, np.array([1, 2]), np.array([0, 5]))[1] == keys(3, 2, np.array([5]))[0]


def test_how_many():
    masking = Masking(KINDS, MASK, 0.15)
    lengths = np.array([2, 5, 10, 16, 17, 128, 512])
    assert count(lengths, lengths - 2, masking).tolist() == [0, 1, 2, 2, 3, 19, 77]
    bounded = Masking(KINDS, MASK, 0.15, 20)
    assert count(lengths, lengths - 2, bounded).tolist() == [0, 1, 2, 2, 3, 19, 20]


def test_no_examples_and_none_maskable():
    masking = Masking(KINDS, MASK, 0.15)
    for whole_word in (False, True):
        masking = Masking(KINDS, MASK, 0.15, 0, whole_word)
        for ids in (np.zeros(0, np.int32), np.array([2, 3], np.int32)):
            offsets = np.array([0, len(ids)] if len(ids) else [0])
            places, labels = mask(ids, offsets, keys(1, 0, np.arange(len(offsets) - 1)), masking)
            assert len(places) == len(labels) == 0


def test_sums():
    assert sums(np.array([True, False, True, True]), np.array([0, 2, 2, 4])).tolist() == [1, 0, 2]


def test_sort_keys_hold_the_position_in_their_lowest_bits():
    columns = np.arange(0, 1_000_000, 9999)
    order = sort_keys(np.full(len(columns), 9, np.uint64), columns)
    assert (order & np.uint64((1 << 20) - 1)).tolist() == columns.tolist()
    assert (order >> np.uint64(20)).tolist() == (draw(9, columns) >> np.uint64(20)).tolist()


def test_drawable_tokens_are_the_ordinary_ones():
    assert Masking(KINDS, MASK, 0.15).drawable.tolist() == list(range(5, VOCABULARY))


def test_examples_of_a_single_word():
    """It is masked whole where it has room, and not at all where it has none."""
    ids = np.array([2, 6, 3, 2, 6, 5, 3, 2, 6, 5, 5, 3], np.int32)
    kinds = np.where(np.arange(VOCABULARY) == 5, CONTINUES, KINDS)
    for probability, expected in ((0.3, [1]), (0.6, [1, 4, 5, 8, 9, 10])):
        masking = Masking(kinds, MASK, probability, 0, True)
        offsets = np.array([0, 3, 7, 12])
        assert mask(ids.copy(), offsets, keys(1, 0, np.arange(3)), masking)[0].tolist() == expected
