"""What a GPU can tell of this repository, in ten minutes: tests, losses, speeds.

    python -m tests.benchmarks.gpu_data --output gpu_data      # before, on any machine
    python -m tests.benchmarks.gpu --data gpu_data --output gpu.json
    python -m tests.benchmarks.gpu --data gpu_data --rehearse

The machine needs a GPU, torch 2.10 or newer, transformers 5 or newer, accelerate, h5py and tensorboard, and
none of the workflow's other packages; pytest for the tests. Each part runs in processes of its own within
its share of the time, and what one leaves goes to those after it. A part that fails or takes longer says so
in its row and stops no other. What is measured goes to the output as it comes, and at the end a table is
printed for a page in Markdown. Ends with 1 where a part failed or was cut, with 2 where nothing can begin.

--rehearse runs all of it on the CPU, with a tiny model and few steps: its figures measure nothing.
"""

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Any

from scripts.common.atomic import write_text
from scripts.pretrain.launch import DRIVER

ROOT = Path(__file__).resolve().parents[2]
# The parts in their order, and what share of the time each has: seconds of ten minutes.
SHARES = {
    "tests": 90,
    "losses": 60,
    "resume": 50,
    "processes": 40,
    "speeds": 200,
    "profile": 50,
    "options": 110,
}
# The packages that are needed, and their first version that will do.
NEEDED = {
    "torch": (2, 10), "transformers": (5,), "accelerate": (), "h5py": (), "tensorboard": (),
}  # fmt: skip
# What a driver of NVIDIA's shows of itself, here or elsewhere.
DEVICES = (DRIVER.parent, Path("/dev/nvidiactl"), Path("/dev/nvidia0"), Path("/dev/dxg"))
OUT_OF_TIME = 3  # a part's status when it has ended before all was measured
REHEARSAL = "rehearsal on a CPU, no measurement"
ORPHANS = 5.0  # seconds that those of a part have to be gone
LOG_LINES = 60  # of a part that failed, that are kept


@dataclass
class Part:
    """A part of the run: `state` is done, failed or cut; `rows` are what it measured, see gpu_parts.Row."""

    name: str
    limit: float
    state: str = "running"
    seconds: float = 0.0
    rows: list[dict[str, Any]] = field(default_factory=list)
    error: str = ""
    log: list[str] = field(default_factory=list)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--data", type=Path, default=Path("gpu_data"), help="folder of examples (%(default)s)")
    add("--output", type=Path, help="default: gpu.json, or gpu_rehearsal.json")
    add("--minutes", type=float, default=9.5, help="for all parts (%(default)s)")
    add("--parts", nargs="+", choices=SHARES, default=list(SHARES), help="default: all")
    add("--rehearse", action="store_true", help="on the CPU, with a tiny model")
    sys.exit(run(parser.parse_args()))


def run(options: argparse.Namespace) -> int:
    """Run the parts, write and print what they measured; returns the exit status."""
    begun = time.monotonic()
    if not options.rehearse and (reason := lacking()):
        return refuse(reason)
    if not (options.data / "reference.json").is_file():
        return say(
            f"{options.data}: no examples there; make them on any machine: python -m "
            f"tests.benchmarks.gpu_data --output {options.data}"
        )
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # parts end with it
    with tempfile.TemporaryDirectory() as name:
        environment = environment_of(Path(name), options.rehearse)

        def start(part: str, limit: float, told: Callable[[Part], None]) -> Part:
            words = [part, "--data", str(options.data.resolve()), "--seconds", f"{limit:.0f}"]
            command = [sys.executable, "-m", "tests.benchmarks.gpu_parts", *words]
            command += ["--rehearse"] if options.rehearse else []
            return run_part(part, command, limit, told, environment)

        machine = start("machine", 60 * options.minutes, lambda _: None)
        facts = machine.rows[0]["figures"] if machine.rows else {}
        if not options.rehearse and not facts.get("gpus"):
            return refuse(machine.error or "torch sees none")
        output = options.output or Path(f"gpu{'_rehearsal' * options.rehearse}.json")
        end = begun + 60 * options.minutes
        parts = run_parts(options.parts, end, start, output, facts, options.rehearse)
    print(table(parts, facts, options.rehearse))
    return int(any(part.state != "done" for part in parts))


def lacking() -> str:
    """Why nothing can be measured here, as far as is known without torch; empty where it may be."""
    for name, least in NEEDED.items():
        try:
            version = metadata.version(name)
        except metadata.PackageNotFoundError:
            return f"{name} is not installed"
        if release(version) < least:
            return f"{name} {version} is older"
    if "+cpu" in metadata.version("torch"):
        return "this torch is built for processors alone"
    if not any(path.exists() for path in DEVICES) and not shutil.which("nvidia-smi"):
        return "no driver of NVIDIA's"
    return ""


def release(version: str) -> tuple[int, ...]:
    """A version's first numbers: 2.10.0+cu130 is (2, 10)."""
    return tuple(int(word) for word in version.split("+")[0].split(".")[:2] if word.isdecimal())


def refuse(reason: str) -> int:
    """Say in a line what is needed and why this machine will not do; returns the exit status."""
    return say(
        "a GPU is needed, and torch 2.10 or newer, transformers 5 or newer, accelerate, h5py, "
        f"tensorboard; here: {reason}. --rehearse runs all parts on a CPU"
    )


def say(error: str) -> int:
    """Print an error in a line; returns the exit status."""
    print(f"error: {' '.join(error.split())}", file=sys.stderr)
    return 2


def environment_of(folder: Path, rehearse: bool) -> dict[str, str]:
    """The parts' environment; in a rehearsal they see no GPU. What is compiled lies in `folder`."""
    added = {
        "TORCHINDUCTOR_CACHE_DIR": str(folder / "inductor"),
        "TRITON_CACHE_DIR": str(folder / "triton"),
        "TMPDIR": str(folder),
        "PYTORCH_CUDA_ALLOC_CONF": "expandable_segments:True",  # as pretraining sets it
        "HF_HUB_OFFLINE": "1",
        "TOKENIZERS_PARALLELISM": "false",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUNBUFFERED": "1",
    }
    if rehearse:
        added["CUDA_VISIBLE_DEVICES"] = ""
    return os.environ | added


def run_parts(
    names: list[str],
    end: float,
    start: Callable[[str, float, Callable[[Part], None]], Part],
    output: Path,
    facts: dict[str, Any],
    rehearsal: bool,
) -> list[Part]:
    """Run parts until `end` by the monotonic clock; all that is known is in `output` at any time."""
    parts: list[Part] = []

    def keep(part: Part) -> None:
        known = {
            "rehearsal": rehearsal,
            "machine": facts,
            "parts": {one.name: asdict(one) for one in (*parts, part)},
        }
        write_text(output, json.dumps(known, indent=1) + "\n")

    for number, name in enumerate(names):
        left = [SHARES[other] for other in names[number:]]
        limit = max(0.0, end - time.monotonic()) * left[0] / sum(left)
        part = start(name, limit, keep)
        keep(part)
        parts.append(part)
        print(f"{name}: {part.state} in {part.seconds:.0f} s {part.error}", file=sys.stderr)
    return parts


def run_part(
    name: str,
    command: list[str],
    limit: float,
    told: Callable[[Part], None],
    environment: dict[str, str],
) -> Part:
    """Run a part's command, which writes rows of JSON to the file that --rows names, within `limit` seconds.

    `told` is called with the part at each new row. No process of the part's outlives it.
    """
    part, start = Part(name, limit), time.monotonic()
    with tempfile.TemporaryDirectory(dir=environment.get("TMPDIR")) as folder:
        rows, log = Path(folder) / "rows.jsonl", Path(folder) / "log.txt"
        with open(log, "wb") as file:
            process = subprocess.Popen(
                [*command, "--rows", str(rows)],
                cwd=ROOT,
                env=environment | {"TMPDIR": folder},
                stdout=file,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            while process.poll() is None and time.monotonic() - start < limit:
                if len(found := read_rows(rows)) > len(part.rows):
                    part.rows, part.seconds = found, time.monotonic() - start
                    told(part)
                time.sleep(0.1)
        finally:
            late = process.poll() is None
            end_group(process)
        part.rows, part.seconds = read_rows(rows), round(time.monotonic() - start, 1)
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    if late or process.returncode == OUT_OF_TIME:
        part.state, part.error = "cut", f"cut: its {limit:.0f} s were over"
    elif process.returncode:
        said = [line.strip() for line in lines if line.strip()]
        part.state, part.error = "failed", said[-1] if said else f"status {process.returncode}"
    else:
        part.state = "done"
    part.log = lines[-LOG_LINES:] if part.state != "done" else []
    return part


def read_rows(path: Path) -> list[dict[str, Any]]:
    """The rows that a part has written so far; one that it is writing is left out."""
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    return [json.loads(line) for line in text.splitlines(keepends=True) if line.endswith("\n")]


def end_group(process: subprocess.Popen) -> None:
    """Kill a process and all that it has started, and wait until they are gone, with what they held.

    In vain where nobody takes in orphans, so for some seconds at most.
    """
    until = time.monotonic() + ORPHANS
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        while time.monotonic() < until:
            os.killpg(process.pid, 0)
            time.sleep(0.01)
    process.wait()


def table(parts: list[Part], facts: dict[str, Any], rehearsal: bool) -> str:
    """What the parts measured, as a table in Markdown. In a rehearsal each row says so."""
    mark = f"{REHEARSAL}: " if rehearsal else ""
    lines = [heading(facts), "", "| | here | beside | ratio |", "| --- | --- | --- | --- |"]
    for part in parts:
        lines += [
            cells(mark + row["what"], row["here"], row["beside"], row["ratio"]) for row in part.rows
        ]
        if part.state != "done":
            lines.append(cells(f"{mark}{part.name}: {part.state}", part.error, "", ""))
    return "\n".join(lines)


def heading(facts: dict[str, Any]) -> str:
    """The machine, in a line."""
    others = [f"{key} {value}" for key, value in facts.items() if value and key != "device"]
    return ", ".join([facts.get("device", "an unknown machine"), *others])


def cells(*values: str) -> str:
    """A row of a table."""
    return (
        f"| {' | '.join(' '.join(value.split()).replace('|', chr(92) + '|') for value in values)} |"
    )


if __name__ == "__main__":
    main()
