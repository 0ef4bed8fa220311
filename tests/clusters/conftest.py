"""A run on this machine, with which those on clusters are compared."""

from pathlib import Path

import pytest

from tests.clusters.needs import CONFIG
from tests.runs import clone, snakemake


@pytest.fixture(scope="session")
def local_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clone in which the workflow has run to its end on this machine. Copy it; never change it."""
    folder = clone(tmp_path_factory.mktemp("local"))
    snakemake(folder, "--cores", "2", "--configfile", CONFIG)
    return folder
