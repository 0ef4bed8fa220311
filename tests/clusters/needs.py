"""What the tests on clusters run, and what they need."""

import os

import pytest

CONFIG = "tests/clusters/small.yaml"


def require(missing: str | None) -> None:
    """Skip a test for what this machine lacks; with REQUIRE_CLUSTERS set, fail it."""
    if missing and os.environ.get("REQUIRE_CLUSTERS"):
        pytest.fail(missing)
    if missing:
        pytest.skip(missing)
