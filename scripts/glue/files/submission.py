"""The benchmark's submission: eleven files of predictions in a zip archive."""

import math
import zipfile
from collections.abc import Iterator
from pathlib import Path

from scripts.common.atomic import atomic_path
from scripts.common.errors import UserError
from scripts.glue.files.official_files import ROWS, TABLE
from scripts.glue.tasks.official_tasks import DIAGNOSTIC, OFFICIAL
from scripts.glue.tasks.task import Task

# Of each file: the task whose model predicts it, and the part of that task's test sets.
FILES: dict[str, tuple[str, str]] = {name: tuple(of) for name, of in TABLE["submission"].items()}
HEADER = "index\tprediction"
HIGHEST = 5.0  # of STS-B's scale, which begins at 0
DAY = (1980, 1, 1, 0, 0, 0)  # zip archives hold a time; this one says nothing


def official_counts() -> dict[str, int]:
    return {
        name: ROWS[DIAGNOSTIC]["test"]
        if part == DIAGNOSTIC
        else ROWS[task][f"test_{part}".rstrip("_")]
        for name, (task, part) in FILES.items()
    }


def write(target: Path, predictions: dict[str, list[str]], counts: dict[str, int]) -> None:
    """Write the archive of predictions by file; UserError where the check finds something."""
    with atomic_path(target) as temporary:
        with zipfile.ZipFile(temporary, "w", zipfile.ZIP_STORED) as archive:
            for name in FILES:
                rows = enumerate(predictions[name])
                lines = [HEADER, *(f"{index}\t{prediction}" for index, prediction in rows)]
                archive.writestr(zipfile.ZipInfo(f"{name}.tsv", DAY), "\n".join(lines) + "\n")
        problems = list(faults(temporary, counts))
        if problems:
            more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
            raise UserError(f"{target}: {problems[0]}{more}")


def faults(file: Path, counts: dict[str, int]) -> Iterator[str]:
    """A line for each thing in the archive that the benchmark would refuse or misread."""
    try:
        with zipfile.ZipFile(file) as archive:
            texts = {info.filename: archive.read(info) for info in archive.infolist()}
    except (zipfile.BadZipFile, OSError) as error:
        yield f"not a zip archive ({error})"
        return
    wanted = [f"{name}.tsv" for name in FILES]
    yield from (f"{name} is missing" for name in wanted if name not in texts)
    yield from (f"{name} does not belong there" for name in texts if name not in wanted)
    for name, (task, _) in FILES.items():
        if f"{name}.tsv" in texts:
            fault = first_fault(texts[f"{name}.tsv"], OFFICIAL[task], counts[name])
            if fault:
                yield f"{name}.tsv: {fault}"


def first_fault(data: bytes, task: Task, count: int) -> str | None:
    """The first thing that is wrong with one file's bytes, or None."""
    try:
        lines = data.decode("utf-8").removesuffix("\n").split("\n")
    except UnicodeDecodeError:
        return "not UTF-8"
    if lines[0] != HEADER:
        return f"line 1: the header must be {HEADER!r}, not {lines[0]!r}"
    for index, line in enumerate(lines[1:]):
        cells = line.split("\t")
        if len(cells) != 2 or cells[0] != str(index):
            return f"line {index + 2}: {line!r} instead of index {index}, a tab and a prediction"
        if not allowed(cells[1], task):
            return f"line {index + 2}: {cells[1]!r} is no prediction for {task.name}"
    if len(lines) - 1 != count:
        return f"{len(lines) - 1} predictions instead of {count}"
    return None


def allowed(prediction: str, task: Task) -> bool:
    if task.labels:
        return prediction in task.labels
    try:
        value = float(prediction)
    except ValueError:
        return False
    return math.isfinite(value) and 0 <= value <= HIGHEST


def prediction(cell: str, task: Task) -> str:
    """A cell of test.tsv as the benchmark takes it: scores within their scale."""
    if task.labels:
        return cell
    return f"{min(HIGHEST, max(0.0, float(cell))):.3f}"
