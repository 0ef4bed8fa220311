"""Examples by index arithmetic: nothing lost, nothing twice, labels true, shares as stated."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scripts.common.random_numbers import below, chance, draw
from scripts.examples.h5.schema import IS_NEXT, IS_RANDOM
from scripts.examples.pairs.segment_pairs import (
    BORDER,
    SLOTS,
    draw_document,
    join_documents,
    lay_out,
    plan_full,
    plan_pairs,
    ranks,
    split_long,
    stretches,
    strip_separators,
)
from tests.examples.texts import text

CLS, SEP = 2, 3

some_documents = st.lists(
    st.lists(st.integers(1, 40), min_size=1, max_size=12), min_size=1, max_size=8
)
POOL = text([[5, 9, 3], [70], [1], [12] * 20], first_number=100)


def owners(source):
    """The number of the document of each token."""
    starts = source.sentences[source.documents]
    return np.repeat(source.numbers, np.diff(starts))


def covered(stretches, size):
    """How often each token lies in one of the stretches [n, 2]."""
    steps = np.zeros(size + 1, np.int64)
    np.add.at(steps, stretches[:, 0], 1)
    np.add.at(steps, stretches[:, 1], -1)
    return np.cumsum(steps)[:-1]


@settings(max_examples=80)
@given(
    documents=some_documents,
    room=st.integers(5, 60),
    short=st.sampled_from([0, 0.1, 0.5, 1]),
    duplicates=st.integers(1, 3),
    key=st.integers(0, 2**64 - 1),
)
def test_pairs(documents, room, short, duplicates, key):
    source = text(documents)
    plan = plan_pairs(source, POOL, key, 0, room, short, duplicates)
    true = plan.next_sentence == IS_NEXT
    assert set(plan.next_sentence.tolist()) <= {IS_NEXT, IS_RANDOM}
    # Conservation: in each duplicate every token once, in A or in a true B.
    for duplicate in range(duplicates):
        mine = plan.duplicate == duplicate
        stretches = np.concatenate([plan.a[mine], plan.b[mine & true]])
        assert (covered(stretches, len(source.tokens)) == 1).all()
    # Lengths: both have a token, both together have room.
    sizes = np.diff(plan.a)[:, 0], np.diff(plan.b)[:, 0]
    assert min(sizes[0].min(), sizes[1].min()) >= 1
    assert (sizes[0] + sizes[1]).max() <= room
    # Labels: a true B follows A in its document; a random B is a stretch of one other document.
    owner, foreign = owners(source), owners(POOL)
    assert (owner[plan.a[:, 0]] == owner[plan.a[:, 1] - 1]).all()
    assert (plan.b[true, 0] == plan.a[true, 1]).all()
    assert (owner[plan.b[true, 1] - 1] == owner[plan.a[true, 0]]).all()
    assert (foreign[plan.b[~true, 0]] == foreign[plan.b[~true, 1] - 1]).all()
    # A random B begins with a sentence.
    assert np.isin(plan.b[~true, 0], POOL.sentences).all()
    # In the order of duplicates, then of the text.
    assert (np.diff(plan.duplicate) >= 0).all()
    assert (np.diff(plan.a[:, 0])[np.diff(plan.duplicate) == 0] > 0).all()


def plain_pairs(source, key, room, short):
    """The procedure as its words have it, a document and an example at a time: A, true B or none."""
    for number, (first, last) in enumerate(pairwise(source.documents.tolist())):
        pieces = [source.sentences[first].item()]
        for begin, end in pairwise(source.sentences[first : last + 1].tolist()):
            count = max(1, -(-(end - begin) // (room // 2)))
            pieces += [begin + (end - begin) * piece // count for piece in range(1, count + 1)]
        lane, name = draw(key, 0), (1 << 40) + 2 * number
        target = room
        if chance(draw(lane, name), short):
            target = 2 + below(draw(lane, name + 1), room - 1).item()
        begin, stop = pieces[0], pieces[-1]
        while begin < stop:
            collected = [border for border in pieces if border > begin]
            while len(collected) > 1 and collected[-2] >= begin + target:
                collected.pop()
            end = min(collected[-1], begin + room)
            inner = [border for border in collected if border < end]
            dice = draw(lane, begin * SLOTS + BORDER)
            split = inner[below(dice, len(inner)).item()] if inner else end
            if not inner or dice.item() % 2:
                yield begin, split, None
                begin = split
            else:
                yield begin, split, end
                begin = end


@settings(max_examples=60)
@given(
    documents=some_documents,
    room=st.integers(5, 60),
    short=st.sampled_from([0, 0.1, 0.5, 1]),
    key=st.integers(0, 2**63),
)
def test_pairs_are_those_of_the_plain_procedure(documents, room, short, key):
    source = text(documents)
    plan = plan_pairs(source, POOL, key, 0, room, short, 1)
    ends = np.where(plan.next_sentence == IS_NEXT, plan.b[:, 1], -1)
    found = zip(*plan.a.T.tolist(), ends.tolist(), strict=True)
    expected = plain_pairs(source, key, room, short)
    assert list(found) == [(begin, split, end or -1) for begin, split, end in expected]


@settings(max_examples=30)
@given(
    documents=st.lists(some_documents.map(lambda d: d[0]), min_size=2, max_size=6),
    key=st.integers(0, 99),
)
def test_random_segments_never_come_from_the_same_document(documents, key):
    """The pool is the text itself: what is drawn must be of another document."""
    source = text(documents)
    plan = plan_pairs(source, source, key, 0, 20, 0.1, 2)
    random = plan.next_sentence == IS_RANDOM
    owner = owners(source)
    assert (owner[plan.a[random, 0]] != owner[plan.b[random, 0]]).all()


@settings(max_examples=30)
@given(documents=some_documents, cut=st.integers(1, 7), key=st.integers(0, 99))
def test_a_document_is_taken_apart_alike_in_any_company(documents, cut, key):
    """Splitting the text into two blocks changes no A, no label and no true B."""
    cut = min(cut, len(documents))
    whole = plan_pairs(text(documents), POOL, key, 1000, 30, 0.3, 1)
    parts = [(documents[:cut], 0, 0)]
    if documents[cut:]:
        parts.append((documents[cut:], sum(map(sum, documents[:cut])), cut))
    found = []
    for part, base, number in parts:
        plan = plan_pairs(text(part, number), POOL, key, 1000 + base, 30, 0.3, 1)
        random = plan.next_sentence == IS_RANDOM
        b = np.where(random[:, None], plan.b, plan.b + base)
        found += list(zip((plan.a + base).tolist(), b.tolist(), random.tolist(), strict=True))
    random = whole.next_sentence == IS_RANDOM
    assert found == list(zip(whole.a.tolist(), whole.b.tolist(), random.tolist(), strict=True))


def test_long_documents_are_taken_in_stretches():
    """Of 128 examples' length: where one ends, so does an example."""
    source = text([[7] * 20_000, [3]])
    plan = plan_pairs(source, POOL, 5, 0, 61, 0, 1)
    ends = np.arange(1, 18) * 128 * 61
    assert np.isin(-(-ends // 7) * 7, plan.a[:, 0]).all()
    true = plan.next_sentence == IS_NEXT
    assert (covered(np.concatenate([plan.a, plan.b[true]]), 140_003) == 1).all()


@settings(max_examples=100)
@given(
    documents=some_documents,
    room=st.integers(6, 60),
    duplicates=st.integers(1, 3),
    key=st.integers(0, 99),
    joined=st.booleans(),
)
def test_full_sequences(documents, room, duplicates, key, joined):
    """Every document token once a duplicate; all examples full but for a document's ends."""
    source = text(documents)
    if joined:
        source = join_documents(source, SEP)
        assert len(source.tokens) == sum(map(sum, documents)) + len(documents) - 1
    plan = plan_full(source, key, room, duplicates)
    if joined:
        plan = strip_separators(plan, source.tokens, SEP)
        assert (source.tokens[plan.a[:, 0]] != SEP).all()
        assert (source.tokens[plan.a[:, 1] - 1] != SEP).all()
    owner = owners(source)
    for duplicate in range(duplicates):
        mine = plan.a[plan.duplicate == duplicate]
        times = covered(mine, len(source.tokens))
        assert (times[source.tokens != SEP] == 1).all()
        assert (owner[mine[:, 0]] == owner[mine[:, 1] - 1]).all()
        if duplicate == 0 and not joined:
            sizes, last = np.diff(mine)[:, 0], np.append(np.diff(owner[mine[:, 0]]) != 0, True)
            assert (sizes[~last] == room).all()
    assert np.diff(plan.a).max() <= room
    assert np.diff(plan.a).min() >= 1


@settings(max_examples=100)
@given(lengths=st.lists(st.integers(1, 50), min_size=1, max_size=20), limit=st.integers(1, 20))
def test_split_long(lengths, limit):
    borders = np.concatenate([[0], np.cumsum(lengths)])
    found = split_long(borders, limit)
    assert np.isin(borders, found).all()
    assert 1 <= np.diff(found).min() <= np.diff(found).max() <= limit
    for begin, end in pairwise(borders):
        pieces = np.diff(found[(found >= begin) & (found <= end)])
        assert len(pieces) == -(-(end - begin) // limit)
        assert pieces.max() - pieces.min() <= 1


def test_layout():
    source = text([[3, 4], [5, 5]])
    plan = plan_pairs(source, POOL, 1, 0, 9, 0, 1)
    tokens, lengths, segment_b = lay_out(plan, source.tokens, POOL.tokens + 1000, CLS, SEP)
    ends = np.cumsum(lengths)
    assert ends[-1] == len(tokens)
    for row, (begin, end) in enumerate(zip(ends - lengths, ends, strict=True)):
        example = tokens[begin:end].tolist()
        a = source.tokens[slice(*plan.a[row])].tolist()
        other = source.tokens if plan.next_sentence[row] == IS_NEXT else POOL.tokens + 1000
        b = other[slice(*plan.b[row])].tolist()
        assert example == [CLS, *a, SEP, *b, SEP]
        assert segment_b[row] == len(a) + 2
    full = plan_full(source, 1, 9, 1)
    tokens, lengths, segment_b = lay_out(full, source.tokens, POOL.tokens[:0], CLS, SEP)
    assert (segment_b == lengths).all()
    assert (tokens == SEP).sum() == (tokens == CLS).sum() == len(lengths)


# Statistics: 3,000 documents of 40 sentences of 5 to 25 tokens


@pytest.fixture(scope="module")
def large():
    random = np.random.default_rng(3)
    source = text([random.integers(5, 26, 40).tolist() for _ in range(3000)])
    return source, plan_pairs(source, source, 77, 0, 125, 0.1, 1)


def deviations(found, total, share):
    return abs(found - total * share) / np.sqrt(total * share * (1 - share))


def test_half_of_the_pairs_are_random(large):
    """Where a choice was (two segments or more), within 4.5 standard deviations of one half."""
    source, plan = large
    starts = source.sentences[source.documents]
    # A single segment is left: A reaches its document's end (or a short target).
    choice = ~np.isin(plan.a[:, 1], starts) & ~plan.short
    random = (plan.next_sentence == IS_RANDOM)[choice]
    assert len(random) > 15_000
    assert deviations(random.sum(), len(random), 0.5) < 4.5
    assert (plan.next_sentence[~choice & ~plan.short] == IS_RANDOM).all()


def test_a_tenth_of_the_documents_is_short(large):
    source, plan = large
    short = np.unique(owners(source)[plan.a[plan.short, 0]])
    assert deviations(len(short), 3000, 0.1) < 4.5


def test_examples_are_full(large):
    """Nearly all examples of whole documents' middles have the full length."""
    source, plan = large
    true = (plan.next_sentence == IS_NEXT) & ~plan.short
    at_end = np.isin(plan.b[:, 1], source.sentences[source.documents])
    sizes = (plan.b[:, 1] - plan.a[:, 0])[true & ~at_end]
    assert (sizes == 125).all()


def test_borders_are_uniform(large):
    """The border between A and B is any of the inner ones: the mean rank is one half."""
    source, plan = large
    true = plan.next_sentence == IS_NEXT
    begin, split, end = plan.a[true, 0], plan.a[true, 1], plan.b[true, 1]
    first = np.searchsorted(source.sentences, begin, "right")
    inner = np.searchsorted(source.sentences, end, "left") - first
    rank = np.searchsorted(source.sentences, split) - first
    share = ((rank + 0.5) / inner)[inner > 1]
    # The mean of n uniform draws: its standard deviation is at most 1/sqrt(12 n).
    assert abs(share.mean() - 0.5) < 4.5 / np.sqrt(12 * len(share))


def test_random_documents_are_uniform(large):
    """Chi-squared over 30 groups of 100 documents: under the 10⁻⁵ quantile, 75."""
    source, plan = large
    random = plan.next_sentence == IS_RANDOM
    groups = np.bincount(owners(source)[plan.b[random, 0]] // 100, minlength=30)
    expected = random.sum() / 30
    assert ((groups - expected) ** 2 / expected).sum() < 75


# Known plans of small texts


def test_stretches_and_ranks():
    assert ranks(np.array([2, 0, 3])).tolist() == [0, 1, 0, 1, 2]
    source = text([[4, 4, 4, 4], [3], [9, 1]])
    borders = split_long(source.sentences, 4)
    assert borders.tolist() == [0, 4, 8, 12, 16, 19, 22, 25, 28, 29]
    begin, end, document = stretches(source, borders, 6)
    assert list(zip(begin.tolist(), end.tolist(), document.tolist(), strict=True)) == [
        (0, 8, 0), (8, 12, 0), (12, 16, 0), (16, 19, 1), (19, 25, 2), (25, 29, 2),
    ]  # fmt: skip
    whole = stretches(source, borders, 16)
    assert [part.tolist() for part in whole] == [[0, 16, 19], [16, 19, 29], [0, 1, 2]]


def test_a_stretch_ends_with_its_document():
    """Where the next border after a cut is the document's end, nothing is left."""
    source = text([[4, 4, 5], [2]])
    begin, end, document = stretches(source, source.sentences, 9)
    assert [begin.tolist(), end.tolist(), document.tolist()] == [[0, 13], [13, 15], [0, 1]]


def test_full_sequences_of_a_known_text():
    source = text([[5, 6], [3]])
    plan = plan_full(source, 8, 4, 2)
    first = plan.a[plan.duplicate == 0].tolist()
    assert first == [[0, 4], [4, 8], [8, 11], [11, 14]]
    assert plan.a[plan.duplicate == 1].tolist() == [[0, 3], [3, 7], [7, 11], [11, 12], [12, 14]]
    assert (plan.b == plan.a[:, 1:]).all()
    assert plan.next_sentence.tolist() == [-1] * len(plan.a)
    assert not plan.short.any()


def test_joined_documents_have_separators_between():
    source = join_documents(text([[2, 1], [1], [2]]), SEP)
    assert source.tokens.tolist() == [10, 11, 12, SEP, 13, SEP, 14, 15]
    assert [source.sentences.tolist(), source.documents.tolist()] == [[0, 8], [0, 1]]
    plan = strip_separators(plan_full(source, 0, 3, 1), source.tokens, SEP)
    assert plan.a.tolist() == [[0, 3], [4, 5], [6, 8]]
    alone = strip_separators(plan_full(source, 0, 1, 1), source.tokens, SEP)
    assert alone.a[:, 0].tolist() == [0, 1, 2, 4, 6, 7]


def test_pairs_of_a_known_text():
    source = text([[4, 6, 3, 5, 9], [2], [7, 7]])
    plan = plan_pairs(source, POOL, 11, 100, 12, 0.5, 2)
    first = plan.duplicate == 0
    assert plan.a[first].tolist() == [
        [0, 4], [4, 10], [10, 13], [13, 18], [18, 22], [22, 27], [27, 29], [29, 32], [32, 36],
        [36, 39], [39, 43],
    ]  # fmt: skip
    assert plan.b[~first].tolist() == [
        [17, 22], [17, 22], [87, 88], [220, 226], [14, 17], [160, 166], [87, 88], [87, 88],
        [36, 39], [17, 22],
    ]  # fmt: skip
    assert plan.next_sentence.tolist() == [1] * 19 + [0, 1]
    assert np.flatnonzero(~plan.short).tolist() == [6, 17]


def test_random_documents_are_others_even_in_a_pool_of_two():
    pool = text([[1], [1]], 5)
    keys = np.arange(400, dtype=np.uint64)
    numbers = np.repeat([5, 6], 200)
    found = draw_document(pool, keys, np.zeros(400, np.int64), numbers)
    assert (pool.numbers[found] == 11 - numbers).all()
    three = text([[1], [1], [1]], 5)
    counts = np.bincount(draw_document(three, keys, np.zeros(400, np.int64), numbers))
    assert counts.tolist() == [95, 92, 213]
