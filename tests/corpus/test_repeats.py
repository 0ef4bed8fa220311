import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripts.corpus.duplicates.repeats import repeats


def one_by_one(columns):
    """The rule as it is said: whoever shares a digest with one who stays is left out."""
    seen, found = [set() for _ in columns], []
    for row in zip(*columns, strict=True):
        found.append(any(value in known for value, known in zip(row, seen, strict=True)))
        if not found[-1]:
            for value, known in zip(row, seen, strict=True):
                known.add(value)
    return found


@given(st.lists(st.tuples(*[st.integers(0, 6)] * 3), max_size=30))
def test_says_what_looking_at_each_in_turn_would_say(rows):
    columns = [np.array(column, np.uint64) for column in zip(*rows, strict=True)] or [
        np.empty(0, np.uint64)
    ]
    assert repeats(columns).tolist() == one_by_one([column.tolist() for column in columns])


def test_of_many_documents_with_few_repeats():
    draw = random.Random(1)
    columns = [[draw.getrandbits(64) for _ in range(2000)] for _ in range(4)]
    for _ in range(300):
        column = draw.choice(columns)
        column[draw.randrange(2000)] = column[draw.randrange(2000)]
    found = repeats(np.array(column, np.uint64) for column in columns)
    assert found.tolist() == one_by_one(columns)
    assert 200 < found.sum() < 300


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        # A left-out document stands for nothing: c shares a band with b alone.
        ([[1, 1, 1, 9], [1, 7, 7, 7]], [False, True, True, False]),
        ([[1, 2, 3, 4], [1, 1, 5, 5]], [False, True, False, True]),
        ([[5, 5, 5]], [False, True, True]),
        ([[3]], [False]),
    ],
)
def test_the_first_stays(columns, expected):
    assert repeats(np.array(column, np.uint64) for column in columns).tolist() == expected
