"""A Slurm cluster for all tests, and clones of the repository set up for it as a user would."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.clusters.needs import require
from tests.clusters.slurm.lab import Lab, missing
from tests.clusters.slurm.runs import Site, Training, train_here


@pytest.fixture(scope="session")
def lab() -> Iterator[Lab]:
    """A running cluster of two nodes with two pretended GPUs each."""
    require(missing())
    with tempfile.TemporaryDirectory(prefix="slurm-lab.") as folder, Lab(Path(folder)) as lab:
        yield lab


@pytest.fixture
def site(lab: Lab, tmp_path: Path) -> Iterator[Callable[..., Site]]:
    """A function that sets a clone up to run on the lab; what still runs at the end is ended."""
    sites = []

    def make(kind: type[Site], folder: Path, changes: dict[str, str] | None = None, **settings):
        sites.append(kind(lab, folder, tmp_path / "snakemake.log", changes or {}, **settings))
        return sites[-1]

    yield make
    for each in sites:
        each.close()
    lab.resume()


@pytest.fixture
def training(site, local_run: Path, tmp_path: Path) -> Callable[..., Training]:
    """A function that makes a place where only the training is left to do."""

    def make(changes: dict[str, str] | None = None, **settings) -> Training:
        folder = tmp_path / "run"
        shutil.copytree(local_run, folder, symlinks=True)
        return site(Training, folder, changes, **settings)

    return make


@pytest.fixture(scope="session")
def undisturbed(lab: Lab, local_run: Path, made_once: Callable[..., Path]) -> Path:
    """The folder of a training on two nodes with two processes each that nothing happened to."""

    def train(folder: Path) -> None:
        shutil.copytree(local_run, folder, symlinks=True, dirs_exist_ok=True)
        training = Training(lab, folder, folder / "snakemake.log", {})
        training.start()
        training.finish()

    return made_once("undisturbed", train)


@pytest.fixture(scope="session")
def by_two(local_run: Path, made_once: Callable[..., Path]) -> Path:
    """The folder of the same training by two processes, without a cluster."""

    def train(folder: Path) -> None:
        shutil.copytree(local_run, folder, symlinks=True, dirs_exist_ok=True)
        train_here(folder, gpus=2)

    return made_once("by two", train)
