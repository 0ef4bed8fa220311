"""Runs of snakemake against the stand-in: where they run, and what they leave."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from azure.storage.blob import BlobServiceClient

from tests.clusters.azure.azurite import Azurite
from tests.clusters.azure.service import Service

IMAGE = "example.azurecr.io/dump2glue:1"
IDENTITY = (
    "/subscriptions/s/resourceGroups/g/providers/Microsoft.ManagedIdentity"
    "/userAssignedIdentities/nodes"
)
LIMIT = 1200  # seconds that no machine should need
# What differs from a run on the real service: its GPUs are pretended, its waiting short.
HERE = ("--seconds-between-status-checks", "1", "--azure-batch-pools-gpu-check", "nvidia-smi -L")


@dataclass
class Place:
    """A working directory with the profile, a service and a storage account."""

    folder: Path
    service: Service
    azurite: Azurite
    container: str

    @property
    def environment(self) -> dict[str, str]:
        """The login machine's environment: account, identity, storage."""
        return (
            {key: os.environ[key] for key in ("PATH", "HOME", "LANG") if key in os.environ}
            | self.service.environment
            | {
                "AZURITE_CONNECTION_STRING": self.azurite.connection,
                "SNAKEMAKE_AZURE_BATCH_POOLS_ACCOUNT_URL": self.service.url,
                "SNAKEMAKE_AZURE_BATCH_POOLS_SUBSCRIPTION_ID": "11111111-2222-3333-4444-555555555555",
                "SNAKEMAKE_AZURE_BATCH_POOLS_RESOURCE_GROUP_NAME": "group",
                "SNAKEMAKE_AZURE_BATCH_POOLS_MANAGED_IDENTITY_RESOURCE_ID": IDENTITY,
                "OMP_NUM_THREADS": "1",
            }
        )

    def start(self, *args: str) -> subprocess.Popen:
        """Start snakemake with the profile; its one stream comes back as text."""
        command = [
            *(sys.executable, "-m", "snakemake", "--nocolor", "--profile", "azure-batch"),
            *("--default-storage-prefix", f"az://{self.container}/run"),
            *("--envvars", "AZURITE_CONNECTION_STRING", "OMP_NUM_THREADS"),
            *(*HERE, *args),
        ]
        return subprocess.Popen(
            command,
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            # What a shell runs in the background ignores Ctrl-C, and so would all that it starts.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )

    def run(self, *args: str, check: bool = True) -> subprocess.CompletedProcess:
        """Run snakemake with the profile to its end."""
        process = self.start(*args)
        text = finish(process)
        if check and process.returncode:
            raise AssertionError(f"snakemake failed:\n{text[-8000:]}")
        return subprocess.CompletedProcess(args, process.returncode, text)

    def blobs(self) -> dict[str, bytes]:
        """All blobs of the run's folder, by path."""
        client = BlobServiceClient.from_connection_string(self.azurite.connection)
        container = client.get_container_client(self.container)
        if not container.exists():
            return {}
        return {
            name.removeprefix("run/"): container.download_blob(name).readall()
            for name in container.list_blob_names()
        }

    def tasks(self) -> list[dict]:
        """The bodies of all tasks that were asked for."""
        return [
            entry["body"]
            for entry in self.service.requests
            if entry["method"] == "POST" and entry["path"].endswith("/tasks")
        ]

    def pools(self) -> list[dict]:
        """The bodies of all pools that were asked for."""
        return [entry["body"] for entry in self.service.requests if entry["method"] == "PUT"]

    def refusals(self) -> list[str]:
        """What the service found wrong with requests."""
        return [
            f"{entry['method']} {entry['path']}: {entry['error']}"
            for entry in self.service.requests
            if entry["status"] in (400, 401, 413, 415)
        ]

    def leftovers(self) -> list[str]:
        """Pools and jobs that still exist."""
        return [*self.service.cluster.pools, *self.service.cluster.jobs]


def repository(folder: Path, snakefile: str, profile: Path) -> Path:
    """A git repository with a Snakefile and the profile, which is all that a small run needs."""
    folder.mkdir()
    (folder / "Snakefile").write_text(snakefile)
    (folder / "azure-batch").mkdir()
    (folder / "azure-batch/config.yaml").write_text(profile.read_text())
    (folder / ".gitignore").write_text(".snakemake/\n")
    track(folder)
    return folder


def track(folder: Path) -> None:
    """Make all files of a folder known to git, which decides what travels to a task."""
    for command in (["init", "-q"], ["add", "-A"]):
        subprocess.run(["git", *command], cwd=folder, check=True)


def finish(process: subprocess.Popen) -> str:
    """Wait for the end of snakemake and return what it printed."""
    try:
        return process.communicate(timeout=LIMIT)[0]
    except subprocess.TimeoutExpired:
        process.kill()
        raise AssertionError(f"no end:\n{process.communicate()[0][-8000:]}") from None


def wait_until(condition: Callable[[], object], process: subprocess.Popen) -> None:
    """Wait until a condition holds; an AssertionError if snakemake ends before."""
    end = time.monotonic() + LIMIT
    while not condition():
        if process.poll() is not None or time.monotonic() > end:
            process.kill()
            raise AssertionError(f"waited in vain:\n{process.communicate()[0][-8000:]}")
        time.sleep(0.05)


def steps(text: str) -> int:
    """How many jobs snakemake has finished."""
    return len(re.findall(r"^Finished jobid: ", text, re.MULTILINE))
