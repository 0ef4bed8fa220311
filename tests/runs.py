"""Clones of the repository and runs of the small workflow in them."""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SMALL = "tests/workflow/small.yaml"


def clone(folder: Path) -> Path:
    """Copy the files that git tracks, or would, to `folder`, as they are in the working tree."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    )
    for name in filter(None, listed.stdout.split("\0")):
        source = ROOT / name
        if source.exists():
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target, follow_symlinks=False)
    return folder


OUTPUTS = ("results", "logs", "benchmarks", ".snakemake", "glue_results.tsv", "glue_results.md")


def unrun(finished: Path, folder: Path) -> Path:
    """Copy a finished run's clone to `folder` without what the run made."""

    def left_out(parent: str, names: list[str]) -> list[str]:
        return [name for name in names if Path(parent) == finished and name in OUTPUTS]

    return Path(shutil.copytree(finished, folder, symlinks=True, ignore=left_out))


@cache
def server() -> subprocess.Popen:
    """The process that starts snakemake quickly; it ends when its input does."""
    return subprocess.Popen(
        [sys.executable, str(ROOT / "tests/forked.py")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def forked(folder: Path, *words: str, environment: dict[str, str] | None = None) -> tuple[int, str]:
    """Run snakemake in a folder by the server; its status, and what it says."""
    said = folder / ".said.txt"
    asked = [str(folder), words, environment or dict(os.environ), str(said)]
    server().stdin.write(json.dumps(asked) + "\n")
    server().stdin.flush()
    status = int(server().stdout.readline())
    text = said.read_text()
    said.unlink()
    return status, text


def snakemake(
    folder: Path, *args: str, check: bool = True, environment: dict[str, str] | None = None
) -> subprocess.CompletedProcess:
    """Run snakemake with the small config in a clone; both streams come back as one text."""
    words = ["--nocolor", "--configfile", SMALL, *args]
    set_here = os.environ | {"OMP_NUM_THREADS": "1"} | (environment or {})
    status, said = forked(folder, *words, environment=set_here)
    if check and status:
        raise AssertionError(f"snakemake {' '.join(args)}: {status}\n{said[-8000:]}")
    return subprocess.CompletedProcess(words, status, said)


def call(folder: Path, *args: str) -> tuple[int, str]:
    """Run snakemake with the small config by the server; its status, and what it says."""
    return forked(folder, "--nocolor", "--configfile", SMALL, *args)


def planned(folder: Path, *args: str) -> Counter[str]:
    """How many jobs of each rule would run."""
    status, said = call(folder, "--dry-run", *args)
    assert status == 0, f"snakemake {' '.join(args)}: {status}\n{said[-8000:]}"
    table = re.search(r"^Job stats:\n.*?\n-+ .*?\n(.*?)^total ", said, re.DOTALL | re.MULTILINE)
    if not table:
        assert "Nothing to be done" in said, said[-4000:]
        return Counter()
    found = Counter({rule: int(count) for rule, count in map(str.split, table[1].splitlines())})
    del found["all"]
    return found


def imported(module: str, words: list, names: tuple[str, ...]) -> list[str]:
    """Which modules of `names` a step has loaded when it ends, run by its `main` in a process of its own."""
    argv = [module, *map(str, words)]
    program = (
        f"import sys; sys.argv = {argv}; from {module} import main; main()\n"
        f"print(*(name for name in {names} if name in sys.modules))"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return ended.stdout.split()


def digest(path: Path) -> str:
    """A file's digest: where two differ, pytest would compare their bytes for hours."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def contents(folder: Path) -> dict[str, str]:
    """The digests of all deterministic outputs of a run, by relative path."""
    files = [*folder.glob("glue_results.*"), *(folder / "results").rglob("*")]
    return {
        str(path.relative_to(folder)): digest(path)
        for path in sorted(files)
        if path.is_file() and deterministic(path.relative_to(folder))
    }


def deterministic(path: Path) -> bool:
    """Whether an output's bytes depend on the inputs alone, not on the time that they took.

    A TensorBoard file holds the time of each of its records.
    """
    return (
        path.name not in ("cost.json", "timing.jsonl")
        and "tfevents" not in path.name
        and "checkpoints" not in path.parts
    )
