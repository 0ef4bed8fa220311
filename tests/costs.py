"""A pytest plugin that fails a test without a mark that costs over D2G_TIME_LIMIT seconds.

The limit is on the processor time of the test and of the children that it has waited for, which
other load on the machine hardly changes; and, five times as long, on the time that passes, for a
test that sleeps. It holds for the making of a fixture as well, which fails each test that uses it,
whichever came first.
"""

import os
import time
from collections.abc import Generator

import pytest

UNLIMITED = ("slow", "cluster", "gpu")
LIMIT = float(os.environ.get("D2G_TIME_LIMIT", "inf"))
fixtures: dict[str, float] = {}  # processor seconds, by name, of those made in this process


def processor_seconds() -> float:
    """What this process and its children that have ended took since it began."""
    return sum(os.times()[:4])


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(fixturedef: pytest.FixtureDef) -> Generator[None, object, object]:
    begun = processor_seconds()
    try:
        return (yield)
    finally:
        fixtures[fixturedef.argname] = processor_seconds() - begun


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Function) -> Generator[None, None, None]:
    begun, spent = time.monotonic(), processor_seconds()
    yield
    passed = time.monotonic() - begun
    cost = processor_seconds() - spent
    cost = max([cost, *(fixtures.get(name, 0) for name in item.fixturenames)])
    unmarked = not any(item.get_closest_marker(name) for name in UNLIMITED)
    if unmarked and (cost > LIMIT or passed > 5 * LIMIT):
        pytest.fail(
            f"it or a fixture took {cost:.1f} s of processor time, and {passed:.1f} s passed: over the"
            f" limit of {LIMIT:g} s; what needs more than two seconds is marked with pytest.mark.slow",
            pytrace=False,
        )
