"""Each step of a run under a fault of the machine or of its files: the same bytes, or one line that says why not.

D2G_FAULTS (default 60) is the number of faults, D2G_SEED (default 1) draws them:

    D2G_FAULTS=200 D2G_SEED=7 python -m pytest tests/faults/test_steps.py
"""

import json
import os
import random
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.faults.damage import cut, flip, garbage
from tests.runs import SMALL, deterministic

pytestmark = pytest.mark.slow

FAULTS = int(os.environ.get("D2G_FAULTS", "60"))
SEED = os.environ.get("D2G_SEED", "1")
LIMIT = 180  # seconds, on a machine that has other work
YEAR = 365 * 24 * 3600

# Prints the jobs that Snakemake would run, each with its command and files, as lines of JSON.
LISTING = """
import contextlib, json, logging, os, sys
from snakemake.cli import main
from snakemake.logging import logger

class Jobs(logging.Filter):
    def filter(self, record):
        if getattr(record, "rule_name", None) and getattr(record, "shellcmd", None):
            files = [list(map(str, getattr(record, key))) for key in ("input", "output")]
            lines.append(json.dumps([record.rule_name, record.shellcmd, *files]))
        return True

lines = []
logger.addFilter(Jobs())
with open(os.devnull, "w") as nowhere, contextlib.redirect_stderr(nowhere):
    with contextlib.suppress(SystemExit), contextlib.redirect_stdout(nowhere):
        main(["-n", "-p", "--forceall", "--cores", "2", "--configfile", sys.argv[1]])
print("\\n".join(lines))
"""


@dataclass
class Job:
    """A job of the finished run."""

    rule: str
    command: str
    inputs: list[str]
    outputs: list[str]


@pytest.fixture(scope="session")
def jobs(finished_run, made_once) -> list[Job]:
    """All jobs of the small run, in an order that does not change."""

    def write(folder: Path) -> None:
        run = [sys.executable, "-c", LISTING, SMALL]
        done = subprocess.run(run, cwd=finished_run, check=True, capture_output=True, text=True)
        (folder / "jobs.jsonl").write_text(done.stdout)

    lines = (made_once("jobs", write) / "jobs.jsonl").read_text().splitlines()
    return sorted((Job(*json.loads(line)) for line in lines), key=lambda job: job.command)


def limited(limit: str, low: float, high: float) -> Callable[[Job, Path, random.Random], str]:
    """A fault: the job's command under a limit of `prlimit`, drawn by its order of magnitude."""

    def fault(job: Job, folder: Path, rng: random.Random) -> str:
        most = round(low * (high / low) ** rng.random())
        # Root may have any number of processes: a user of another number may not.
        other = "setpriv --reuid 54321 --clear-groups --inh-caps +dac_override,+fowner "
        other += "--ambient-caps +dac_override,+fowner "
        user = other if limit == "nproc" and os.geteuid() == 0 else ""
        if limit == "nproc" and os.geteuid():
            most += threads_of_mine()
        job.command = f"exec {user}prlimit --{limit}={most} bash -c {shlex.quote(job.command)}"
        return f"{limit} {most}"

    return fault


def threads_of_mine() -> int:
    """The threads that this user has on the machine."""
    mine = [path for path in Path("/proc").glob("[0-9]*") if path.stat().st_uid == os.getuid()]
    return sum(len(list(path.glob("task/*"))) for path in mine)


NO_ROOM = limited("fsize", 1, 300_000)  # bytes that any file may have


def no_room_for_the_log(job: Job, folder: Path, rng: random.Random) -> str:
    job.command = re.sub(r"--log \S+", "--log /dev/full", job.command)
    return "log on a full disk"


def damage(job: Job, folder: Path, rng: random.Random) -> str:
    """Bits, a cut or nonsense where the format has a checksum, else a cut that leaves no whole file."""
    checked = (".zst", ".h5", ".bz2")
    files = [name for name in job.inputs if name.endswith((*checked, ".json", ".zip"))]
    if not files:
        return NO_ROOM(job, folder, rng)
    path = folder / rng.choice(files)
    data = bytearray(path.read_bytes())
    how = rng.choice([flip, cut, garbage] if path.name.endswith(checked) else [cut])
    how(data, rng)
    path.write_bytes(data)
    return f"{how.__name__} of {path.relative_to(folder)}"


def future(job: Job, folder: Path, rng: random.Random) -> str:
    for name in job.inputs:
        if (folder / name).exists():
            os.utime(folder / name, (time.time() + YEAR,) * 2)
    return "inputs from the future"


KINDS = [
    limited("as", 30e6, 4e9),
    limited("as", 30e6, 4e9),
    limited("nproc", 1, 12),
    limited("nproc", 1, 12),
    limited("nofile", 4, 64),
    NO_ROOM,
    NO_ROOM,
    no_room_for_the_log,
    damage,
    damage,
    damage,
    future,
]


def whole(finished: Path, folder: Path, name: str) -> bool:
    """Whether an output, a file or a folder, is what it was."""
    path = folder / name
    files = [path] if path.is_file() else [file for file in path.rglob("*") if file.is_file()]
    return all(
        file.read_bytes() == (finished / file.relative_to(folder)).read_bytes()
        for file in files
        if deterministic(file.relative_to(folder))
    )


@pytest.mark.parametrize("number", range(FAULTS))
def test_a_step_under_a_fault_gives_the_same_bytes_or_says_why_not(
    finished_run, jobs, tmp_path, number
):
    rng = random.Random(f"{SEED} {number}")
    step = rng.choice(sorted({job.rule for job in jobs}))
    job = Job(**vars(rng.choice([job for job in jobs if job.rule == step])))
    for name in ("results", "glue_results.tsv", "glue_results.md"):
        source = finished_run / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, tmp_path / name)
    for name in job.outputs:
        path = tmp_path / name
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    shutil.rmtree(tmp_path / "results/checkpoints")
    told = f"{rng.choice(KINDS)(job, tmp_path, rng)}: {job.command}"
    run = subprocess.Popen(
        ["bash", "-c", job.command],
        cwd=tmp_path,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        said = run.communicate(timeout=LIMIT)[1]
    except subprocess.TimeoutExpired:
        os.killpg(run.pid, signal.SIGKILL)
        raise AssertionError(f"{told}: it hangs") from None
    assert "Traceback" not in said, f"{told}\n{said[-4000:]}"
    made = [name for name in job.outputs if (tmp_path / name).exists()]
    assert all(whole(finished_run, tmp_path, name) for name in made), f"{told}\n{said[-4000:]}"
    if run.returncode == 0:
        assert made == job.outputs, told
    else:
        last = (said.strip().splitlines() or [""])[-1]
        assert "error" in last, f"{told}: {run.returncode} without a reason\n{said[-4000:]}"
