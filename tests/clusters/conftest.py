"""A run on this machine, with which those on clusters are compared."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.clusters.needs import CONFIG
from tests.runs import clone, snakemake


@pytest.fixture(scope="session")
def local_run(made_once: Callable[..., Path]) -> Path:
    """A clone in which the workflow has run to its end on this machine. Copy it; never change it."""
    return made_once(
        "local", lambda folder: snakemake(clone(folder), "--cores", "2", "--configfile", CONFIG)
    )
