"""A pytest plugin that fails a test without a mark that costs over D2G_TIME_LIMIT seconds.

The limit is on the processor time of the test and of the children that it has waited for, which
other load on the machine hardly changes; and, five times as long, on the time that passes, for a
test that sleeps. It holds for the making of a fixture as well, which fails each test that uses it,
whichever came first. What a process spends on loading a library of hundreds of modules, torch, falls
on whoever is first to use it, and isn't counted.
"""

import os
import sys
import time
from collections.abc import Generator

import pytest

UNLIMITED = ("slow", "cluster", "gpu")
LIMIT = float(os.environ.get("D2G_TIME_LIMIT", "inf"))
LIBRARY = 300  # modules; torch has some 1,000, transformers' part that a model takes 400
fixtures: dict[str, float] = {}  # processor seconds, by name, of those made in this process


class Meter:
    """Counts from when it is made."""

    def __init__(self) -> None:
        self.begun, self.spent, self.modules = (
            time.monotonic(),
            processor_seconds(),
            len(sys.modules),
        )

    def cost(self) -> float:
        """Processor seconds; none where a library was loaded, which hides what else was done."""
        loaded = len(sys.modules) - self.modules >= LIBRARY
        return 0 if loaded else processor_seconds() - self.spent

    def passed(self) -> float:
        """Seconds by the clock."""
        return time.monotonic() - self.begun


def processor_seconds() -> float:
    """What this process and its children that have ended took since it began."""
    return sum(os.times()[:4])


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(fixturedef: pytest.FixtureDef) -> Generator[None, object, object]:
    meter = Meter()
    try:
        return (yield)
    finally:
        fixtures[fixturedef.argname] = meter.cost()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Function) -> Generator[None, None, None]:
    meter = Meter()
    yield
    cost, passed = meter.cost(), meter.passed()
    cost = max([cost, *(fixtures.get(name, 0) for name in item.fixturenames)])
    unmarked = not any(item.get_closest_marker(name) for name in UNLIMITED)
    if unmarked and (cost > LIMIT or passed > 5 * LIMIT):
        pytest.fail(
            f"it or a fixture took {cost:.1f} s of processor time, and {passed:.1f} s passed: over the"
            f" limit of {LIMIT:g} s; what needs more than two seconds is marked with pytest.mark.slow",
            pytrace=False,
        )
