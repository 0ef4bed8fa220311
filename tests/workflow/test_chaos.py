"""Kill processes of a run at random, start it again until it is done, and compare what comes out.

The undisturbed run had one core and another folder: neither may change a byte.

D2G_KILLS (default 3) is the number of kills; the seed of D2G_SEED (default 1) draws them. A run is
killed some times until it ends; what it made is compared with an undisturbed run, and the next one
starts from nothing, until all kills are spent:

    D2G_KILLS=40 python -m pytest tests/workflow/test_chaos.py -s
"""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.runs import OUTPUTS, SMALL, contents, unrun

KILLS = int(os.environ.get("D2G_KILLS", "3"))
SNAKEMAKE = [sys.executable, "-m", "snakemake", "--nocolor", "--configfile", SMALL]

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200 + 120 * KILLS)]


def start(folder: Path) -> subprocess.Popen:
    """A run as the leader of a group of processes; what it says goes to said.txt."""
    with open(folder / "said.txt", "w") as said:
        return subprocess.Popen(
            [*SNAKEMAKE, "--cores", "3"],
            cwd=folder,
            env=os.environ | {"OMP_NUM_THREADS": "1"},
            stdout=said,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def members(group: int) -> dict[int, str]:
    """The running processes of a group, with their commands."""
    found = {}
    for entry in Path("/proc").iterdir():
        try:
            words = (entry / "stat").read_text().rsplit(")", 1)[1].split()
            if int(words[2]) == group and words[0] != "Z":
                command = (entry / "cmdline").read_bytes().replace(b"\0", b" ")
                found[int(entry.name)] = command.decode(errors="replace")
        except (OSError, IndexError, ValueError):
            continue
    return found


def kill_one(run: subprocess.Popen, rng: random.Random, wait: float) -> str:
    """After so many seconds, kill a process of the run; say which one. Empty: it ended before."""
    until = time.monotonic() + wait
    while time.monotonic() < until:
        if run.poll() is not None:
            return ""
        time.sleep(0.05)
    group = members(run.pid)
    if not group:
        return ""
    leader, others = run.pid, sorted(set(group) - {run.pid})
    victim = rng.choice(others) if others and rng.random() < 0.7 else leader
    sent = rng.choice([signal.SIGKILL, signal.SIGTERM])
    try:
        os.kill(victim, sent)
    except ProcessLookupError:
        return ""
    return f"{sent.name} to {group.get(victim, '')[:150]}"


def seconds_to_start(folder: Path) -> float:
    """How long snakemake takes here to know what to do, which the moments of the kills scale with."""
    began = time.monotonic()
    subprocess.run([*SNAKEMAKE, "-n"], cwd=folder, check=True, capture_output=True)
    return time.monotonic() - began


def names(folder: Path) -> list[str]:
    """All files under results, hidden ones too."""
    return sorted(str(path.relative_to(folder)) for path in (folder / "results").rglob("*"))


def test_a_run_on_more_cores_that_is_killed_again_and_again_ends_as_if_undisturbed(
    finished_run, tmp_path
):
    rng = random.Random(os.environ.get("D2G_SEED", "1"))
    folder = unrun(finished_run, tmp_path / "another place")
    left, rounds = KILLS, 0
    scale = seconds_to_start(folder)
    while left or not rounds:
        rounds += 1
        while True:
            run = start(folder)
            killed = kill_one(run, rng, scale * rng.uniform(0.3, 12)) if left else ""
            status = run.wait(timeout=1200)
            if killed:
                left -= 1
                print(f"{killed} -> {status}; {left} kills left", flush=True)
            if status == 0:
                break
            said = (folder / "said.txt").read_text()
            assert killed or "cannot be locked" in said, f"failed on its own:\n{said[-6000:]}"
            if not killed:
                assert "--unlock" in said
                subprocess.run([*SNAKEMAKE, "--unlock"], cwd=folder, check=True)
        assert contents(folder) == contents(finished_run)
        assert names(folder) == names(finished_run)
        assert not list((folder / ".snakemake/locks").glob("*"))
        assert not list((folder / ".snakemake/incomplete").glob("*"))
        print(f"run {rounds} is whole; {left} kills left", flush=True)
        for name in OUTPUTS if left else ():
            path = folder / name
            shutil.rmtree(path) if path.is_dir() else path.unlink()
