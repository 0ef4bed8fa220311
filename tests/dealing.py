"""The order of the tests by which xdist's workers end at about the same time.

`--dist worksteal` gives each worker a run of the list, all of as many tests, and whoever has none left
takes half of another's, from its end. So each run begins with its share of the long tests, module by
module, and ends with short ones, which are left to take.
"""

from collections import defaultdict
from collections.abc import Sequence

import pytest

# Seconds on two cores of modules that take over a minute; a long test elsewhere counts LONG.
SECONDS = {
    "tests/clusters/slurm/test_training.py": 420,
    "tests/clusters/slurm/test_sample.py": 150,
    "tests/clusters/azure/test_runs.py": 190,
    "tests/workflow/test_chaos.py": 150,
    "tests/benchmarks/test_gpu.py": 120,
    "tests/glue/test_intervals.py": 90,
    "tests/faults/test_names.py": 90,
    "tests/faults/test_steps.py": 90,
    "tests/pretrain/test_resume.py": 80,
    "tests/workflow/test_runs.py": 80,
    "tests/corpus/test_wikipedia_source.py": 70,
    "tests/workflow/test_reruns.py": 70,
    "tests/glue/test_rules.py": 60,
}
LONG = 6


def is_long(item: pytest.Item) -> bool:
    """Whether a test is marked as one that takes longer than others."""
    return any(item.get_closest_marker(mark) for mark in ("slow", "cluster"))


def module(item: pytest.Item) -> str:
    """The file of a test, from the repository's root."""
    return item.nodeid.partition("::")[0]


def shares(counts: dict[str, int], workers: int) -> list[list[str]]:
    """Each worker's modules, the longest dealt first; `counts` are their numbers of long tests."""
    seconds = {name: SECONDS.get(name, LONG * count) for name, count in counts.items()}
    found: list[list[str]] = [[] for _ in range(workers)]
    sums = [0] * workers
    for name in sorted(seconds, key=lambda name: (-seconds[name], name)):
        least = sums.index(min(sums))
        found[least].append(name)
        sums[least] += seconds[name]
    return found


def dealt(items: Sequence[pytest.Item], workers: int) -> list[pytest.Item]:
    """The tests in the order for so many workers: a run for each, whose long ones come first."""
    long: dict[str, list[pytest.Item]] = defaultdict(list)
    for item in filter(is_long, items):
        long[module(item)].append(item)
    short = [item for item in items if not is_long(item)]
    counts = {name: len(members) for name, members in long.items()}
    order: list[pytest.Item] = []
    begin = 0
    for number, names in enumerate(shares(counts, workers)):
        order += [item for name in names for item in long[name]]
        begin += (len(items) - begin) // (workers - number)
        filling = max(0, begin - len(order))
        order += short[:filling]
        del short[:filling]
    return order
