"""A storage account for all tests, and a Batch account for each."""

import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.clusters.azure import azurite
from tests.clusters.azure.runs import Place, repository
from tests.clusters.azure.service import Service
from tests.clusters.needs import require

PROFILE = azurite.ROOT / "profiles/azure-batch/config.yaml"


@pytest.fixture(scope="session")
def storage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[azurite.Azurite]:
    """A running Azurite."""
    program = azurite.find()
    if program is None:
        require("azurite is missing: npm install --prefix .azurite azurite@3.35.0")
    running = azurite.Azurite(program, tmp_path_factory.mktemp("azurite"))
    yield running
    running.close()


def hides() -> bool:
    """Whether a task can be kept from seeing the submitting machine's files."""
    return subprocess.run(["unshare", "-m", "true"], capture_output=True).returncode == 0


@pytest.fixture
def place(storage: azurite.Azurite, tmp_path: Path) -> Iterator[Callable[[str | Path], Place]]:
    """Makes a place to run in: of a Snakefile's text, or of a folder that is there already."""
    services = []

    def make(what: str | Path) -> Place:
        folder = what
        if isinstance(what, str):
            folder = repository(tmp_path / "work", what, PROFILE)
        service = Service(
            tmp_path / "service",
            str(Path(sys.executable).parent),
            hidden=[folder] if hides() else [],
        )
        services.append(service)
        return Place(folder, service, storage, f"test-{uuid.uuid4().hex[:12]}")

    yield make
    for service in services:
        service.close()
