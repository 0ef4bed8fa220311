"""Fixtures that all tests share."""

import gc
import os
import shutil
from collections.abc import Callable, Generator
from pathlib import Path

import pytest
from filelock import FileLock
from hypothesis import HealthCheck, settings

from tests import costs
from tests.dealing import dealt
from tests.runs import ROOT, clone, snakemake

# Tests run side by side: threads of one that wait for each other would keep the others waiting.
os.environ.setdefault("OMP_NUM_THREADS", "1")

settings.register_profile(
    "untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
settings.load_profile("untimed")  # a loaded machine fails no test


def pytest_configure(config: pytest.Config) -> None:
    # A hook of this file would not see the fixtures of a session, which begins above it.
    config.pluginmanager.register(costs)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection() -> Generator[None, object, object]:
    """Never look for garbage among the thousands of modules that are loaded here, which stay."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Generator[None, None, None]:
    """Mark what needs a whole run, before -m selects by marks; then deal out what is left."""
    for item in items:
        if isinstance(item, pytest.Function) and "finished_run" in item.fixturenames:
            item.add_marker("slow")
    yield
    if workers := int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", 0)):
        items[:] = dealt(items, workers)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real data, or a skip where this machine has none."""
    folder = Path(os.environ.get("D2G_SHARED", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"real data not found at {folder}; set D2G_SHARED to its folder")
    return folder


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """A function that fills a folder of a name by a function, once for all of xdist's workers."""
    base = tmp_path_factory.getbasetemp()
    common = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base

    def make(name: str, fill: Callable[[Path], object]) -> Path:
        folder, done = common / name, common / f"{name}.done"
        with FileLock(common / f"{name}.lock"):
            if not done.exists():
                shutil.rmtree(folder, ignore_errors=True)  # another worker failed at it
                folder.mkdir()
                fill(folder)
                done.touch()
        return folder

    return make


@pytest.fixture(scope="session")
def finished_run(made_once: Callable[..., Path]) -> Path:
    """A clone in which the small workflow has run to its end. Copy it; never change it.

    On one core, as those that are compared with it have more.
    """
    return made_once("finished", lambda folder: snakemake(clone(folder), "--cores", "1"))
