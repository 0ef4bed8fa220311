"""A run of the workflow that is watched from outside: its memory, and the files that it has meanwhile."""

import contextlib
import csv
import json
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

ROOT = Path(__file__).resolve().parents[2]
PAUSE = 0.5  # seconds between two looks


@dataclass
class Watched:
    """What was seen of a run: seconds, MB of all its processes at most, and bytes of its results.

    `seen` has every file of `results` by its path there, also those that are gone at the end; `most` are
    the bytes of all that were there at once.
    """

    folder: Path
    apart: tuple[str, ...] = ()  # folders of results that do not count
    seconds: float = 0.0
    memory: float = 0.0
    seen: dict[str, int] = field(default_factory=dict)
    most: int = 0

    @property
    def left(self) -> dict[str, int]:
        """The files that are there at the end."""
        return {name: size for name, size in self.seen.items() if (self.results / name).exists()}

    @property
    def results(self) -> Path:
        return self.folder / "results"

    def benchmarks(self) -> Iterator[tuple[str, dict[str, str]]]:
        """The rule, and what Snakemake measured, of each job of which it did."""
        for path in sorted((self.folder / "benchmarks").rglob("*.tsv")):
            rule = path.relative_to(self.folder / "benchmarks").parts[1].removesuffix(".tsv")
            with open(path, newline="") as file:
                yield rule, next(csv.DictReader(file, delimiter="\t"))

    def by_rule(self, column: str) -> dict[str, list[float]]:
        """A column of the benchmarks of each rule's jobs."""
        found = defaultdict(list)
        for rule, row in self.benchmarks():
            with contextlib.suppress(ValueError):  # of a job too short to be looked at
                found[rule].append(float(row[column]))
        return found


def run(
    folder: Path,
    config: dict[str, Any],
    *words: str,
    cores: int = 2,
    apart: tuple[str, ...] = (),
) -> Watched:
    """Run snakemake in a folder to its end; raises SystemExit, with the end of its log, where it fails."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.yaml").write_text(json.dumps(config))
    command = [
        *(sys.executable, "-m", "snakemake", "--nocolor", "--cores", str(cores)),
        *("-s", str(ROOT / "Snakefile"), "--directory", str(folder)),
        *("--configfile", str(folder / "config.yaml"), *words),
    ]
    watched, start = Watched(folder, apart), time.perf_counter()
    with open(folder / "log.txt", "w") as log:
        process = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=subprocess.STDOUT)
        while process.poll() is None:
            look(watched, process.pid)
            time.sleep(PAUSE)
    look(watched, None)
    if process.returncode:
        raise SystemExit((folder / "log.txt").read_text()[-4000:])
    watched.seconds = time.perf_counter() - start
    return watched


def look(watched: Watched, process: int | None) -> None:
    """See what a run has now."""
    sizes = {}
    for path in watched.results.rglob("*"):
        if path.relative_to(watched.results).parts[0] in watched.apart:
            continue
        with contextlib.suppress(FileNotFoundError):
            if path.is_file():
                sizes[str(path.relative_to(watched.results))] = path.stat().st_size
    watched.most = max(watched.most, sum(sizes.values()))
    whole = {name: size for name, size in sizes.items() if not Path(name).name.startswith(".")}
    watched.seen |= {name: max(size, watched.seen.get(name, 0)) for name, size in whole.items()}
    if process:
        with contextlib.suppress(psutil.NoSuchProcess):
            watched.memory = max(watched.memory, memory(psutil.Process(process)))


def memory(process: psutil.Process) -> float:
    """MB that a process and all below it hold, pages that they share counted for each."""
    total = 0
    for one in (process, *process.children(recursive=True)):
        with contextlib.suppress(psutil.Error):
            total += one.memory_info().rss
    return total / 2**20
