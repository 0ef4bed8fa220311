"""Runs of the workflow on a lab, from a clone whose profile was edited as a user would."""

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psutil

from tests.clusters.needs import CONFIG
from tests.clusters.slurm.lab import Lab
from tests.runs import ROOT, digest, snakemake

PROFILE = "profiles/slurm/config.yaml"
IMAGE = Path(__file__).parent / "image"
TARGET = "results/pretrain/short/model.safetensors"
LOG = "logs/pretrain/short.log"
TRAINING = """\
pretrain:
  nodes: {nodes}
  gpus: {processes}
  cpu_threads: 1
  checkpoint_steps: 1
  validate_steps: 0
  phases:
    - {{name: short, seq_length: 64, steps: 60, batch_size: 8, learning_rate: 1.0e-3, warmup: 0.1, dropout: 0.1}}
"""


class Site:
    """A folder with a clone of the repository, as on the lab's login node."""

    def __init__(self, lab: Lab, folder: Path, log: Path, changes: dict[str, str]):
        self.lab, self.folder, self.log = lab, folder, log
        self.configs = [CONFIG]
        self.process: subprocess.Popen | None = None
        self.edit_profile(changes)

    def edit_profile(self, changes: dict[str, str]) -> None:
        """Set the partitions in the profile, and make further changes to its text."""
        text = (ROOT / PROFILE).read_text()
        partitions = [f"slurm_partition: {name}" for name in ("cpu", "gpu")]
        for old, new in ({f"# {line}": line for line in partitions} | changes).items():
            assert text.count(old) == 1, old
            text = text.replace(old, new)
        (self.folder / PROFILE).write_text(text)

    def start(self, *arguments: str) -> subprocess.Popen:
        """Start snakemake with the profile."""
        path = os.pathsep.join(filter(None, [str(IMAGE), os.environ.get("PYTHONPATH")]))
        with open(self.log, "w") as log:
            self.process = subprocess.Popen(
                [
                    *("setpriv", "--pdeathsig", "KILL"),  # it ends with this process
                    *(sys.executable, "-m", "tests.clusters.slurm.impatient", "--nocolor"),
                    *("--profile", "slurm", "--slurm-init-seconds-before-status-checks", "1"),
                    *(*arguments, "--configfile", *self.configs),
                ],
                cwd=self.folder,
                env=self.lab.env | {"OMP_NUM_THREADS": "1", "PYTHONPATH": path},
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        return self.process

    def wait_for(self, condition: Callable[[], object], what: str) -> None:
        """Wait until a condition holds, while snakemake runs."""

        def holds() -> object:
            assert self.process.poll() is None, self.log.read_text()[-8000:]
            return condition()

        self.lab.wait_for(holds, what)

    def finish(self, seconds: float = 1800) -> str:
        """Wait until snakemake has succeeded and return what it printed."""
        status = self.process.wait(seconds)
        text = self.log.read_text()
        assert status == 0, text[-8000:]
        return text

    def close(self) -> None:
        """End snakemake, and its jobs."""
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.lab.cancel_all()


class Training(Site):
    """A site where all but the training is done already; `start` begins or goes on with it."""

    def __init__(self, lab, folder, log, changes, nodes: int = 2, processes: int = 2):
        super().__init__(lab, folder, log, changes)
        shutil.rmtree(folder / "results/pretrain")
        config = folder / "training.yaml"
        config.write_text(TRAINING.format(nodes=nodes, processes=processes))
        self.configs.append(config.name)

    def start(self, *arguments: str) -> subprocess.Popen:
        return super().start(TARGET, *arguments)

    def text(self) -> str:
        """The training's log."""
        log = self.folder / LOG
        return log.read_text() if log.exists() else ""

    def hold(self) -> int:
        """Let the training make some steps, then stand still; the step that it has reached."""
        begun = self.step()
        self.wait_for(lambda: self.step() >= begun + 3, "three more steps")
        assert self.send(signal.SIGSTOP) > 0
        return self.step()

    def step(self) -> int:
        """The newest checkpoint's step."""
        found = (self.folder / "results/checkpoints").glob("*/step-*")
        return max((int(path.name.removeprefix("step-")) for path in found), default=0)

    def send(self, number: signal.Signals) -> int:
        """Send a signal to all processes that train here, and say how many they are."""
        count = 0
        for process in psutil.process_iter(["cmdline", "cwd"]):
            words = process.info["cmdline"] or []
            here = process.info["cwd"] == str(self.folder)
            if here and "scripts.pretrain.pretrain" in words:
                process.send_signal(number)
                count += 1
        return count


def weights(folder: Path) -> str:
    """The digest of the finished model."""
    return digest(folder / TARGET)


def train_here(folder: Path, gpus: int) -> None:
    """Train in a copy of a finished run without the cluster, on a node that shows so many GPUs."""
    shutil.rmtree(folder / "results/pretrain")
    (folder / "training.yaml").write_text(TRAINING.format(nodes=1, processes=gpus))
    visible = {"CUDA_VISIBLE_DEVICES": ",".join(map(str, range(gpus)))}
    words = ("--cores", "2", TARGET, "--configfile", CONFIG, "training.yaml")
    snakemake(folder, *words, environment=visible)


def submitted(text: str) -> list[str]:
    """The ids of the Slurm jobs that a run of snakemake submitted, in order."""
    return re.findall(r"has been submitted with SLURM jobid (\d+)", text)
