"""Each worker begins with long tests, and none is lost."""

from collections import Counter
from itertools import pairwise
from types import SimpleNamespace

import pytest

from tests.dealing import SECONDS, dealt, is_long, module
from tests.runs import ROOT


def make(name: str, mark: str | None) -> SimpleNamespace:
    return SimpleNamespace(nodeid=name, get_closest_marker=lambda asked: asked == mark)


ITEMS = [
    *(make(f"tests/a.py::{n}", "cluster" if n % 2 else None) for n in range(8)),
    *(make(f"tests/b.py::{n}", "slow") for n in range(3)),
    *(make(f"tests/c.py::{n}", None) for n in range(70)),
    *(make(f"tests/workflow/test_chaos.py::{n}", "slow") for n in range(1)),
    make("tests/a.py::again", "slow"),
]


@pytest.mark.parametrize("workers", [1, 2, 3, 4, 7])
def test_each_run_begins_with_its_long_tests(workers):
    order = dealt(ITEMS, workers)
    assert Counter(map(id, order)) == Counter(map(id, ITEMS))
    borders = [0]
    for number in range(workers):  # as xdist's worksteal parts them
        borders.append(borders[-1] + (len(order) - borders[-1]) // (workers - number))
    runs = [order[start:end] for start, end in pairwise(borders)]
    kinds = [[is_long(item) for item in run] for run in runs]
    assert all(kind == sorted(kind, reverse=True) for kind in kinds)
    assert sum(kind[0] for kind in kinds) == min(workers, 3)
    for name in ("tests/a.py", "tests/b.py"):
        assert sum(any(is_long(i) and module(i) == name for i in run) for run in runs) == 1


def test_more_long_tests_than_a_run_holds_lose_none():
    assert sorted(map(id, dealt(ITEMS[:14], 4))) == sorted(map(id, ITEMS[:14]))


def test_the_modules_that_are_known_are_there():
    assert all((ROOT / name).is_file() for name in SECONDS)
