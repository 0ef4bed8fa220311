"""Fixtures that all tests share."""

import os
from pathlib import Path

import pytest

from tests.runs import ROOT, clone, snakemake


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real data, or a skip where this machine has none."""
    folder = Path(os.environ.get("D2G_SHARED", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"real data not found at {folder}; set D2G_SHARED to its folder")
    return folder


@pytest.fixture(scope="session")
def finished_run(tmp_path_factory) -> Path:
    """A clone in which the small workflow has run to its end. Copy it; never change it."""
    folder = clone(tmp_path_factory.mktemp("finished"))
    snakemake(folder, "--cores", "2")
    return folder
