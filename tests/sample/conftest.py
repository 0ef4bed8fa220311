"""A world, and dumps of it, for all tests of the sample."""

from pathlib import Path

import pytest

from scripts.sample.make_sample import Settings, make_sample
from scripts.sample.world.world import World
from tests.sample.small_world import ARTICLES


@pytest.fixture(scope="session")
def world() -> World:
    return World(5)


@pytest.fixture(scope="session")
def dumps(tmp_path_factory) -> list[Path]:
    folder = tmp_path_factory.mktemp("dumps")
    files = [folder / "one.xml.bz2", folder / "two.xml.bz2"]
    make_sample(Settings(ARTICLES, seed=7), files, None, processes=1)
    return files
