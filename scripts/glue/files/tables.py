"""GLUE's files: tab-separated, without quoting, each task with columns of its own."""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from scripts.common.errors import UserError
from scripts.glue.tasks.tasks import Task

NUMBER = re.compile(r"-?[0-9]{1,18}")  # a label that is ordered as one


@dataclass
class Rows:
    """One file's examples, in the file's order.

    `labels` are strings, or floats for regression; None where the file has no label column.
    `dropped` are the line numbers of rows too short to use, where the task allows for such.
    """

    texts: list[tuple[str, ...]]
    labels: list[str] | list[float] | None
    dropped: list[int]

    def __len__(self) -> int:
        return len(self.texts)


def read(path: Path | str, task: Task, split: str) -> Rows:
    """Read and check one official file of `task`; `split` is train, dev or test.

    Raises UserError, naming file and line, for a wrong number of columns, a missing column, an
    unknown label, a text that is empty, and a file without examples.
    """
    lines = split_lines(path)
    names = dict(task.positions)
    width = task.columns
    first = 1
    if split not in task.headless:
        header = lines[0].split("\t") if lines else []
        names = {name: number for number, name in enumerate(header)}
        width, first = len(header), 2
    wanted = [*task.texts, task.label] if split != "test" else [*task.texts]
    missing = [name for name in wanted if name not in names]
    if missing and lines:
        raise UserError(
            f"{path}: line 1: no column {missing[0]!r}; {task.name} {split} files have a header "
            f"with {', '.join(wanted)}, separated by tabs"
        )
    columns = [names[name] for name in wanted if name in names]
    texts: list[tuple[str, ...]] = []
    labels: list = []
    dropped: list[int] = []
    for number, line in enumerate(lines[first - 1 :], first):
        cells = line.split("\t")
        if len(cells) != width:
            if task.drops_short_rows and split != "test" and len(cells) < width:
                dropped.append(number)
                continue
            raise UserError(
                f"{path}: line {number}: {len(cells)} columns instead of {width}; "
                "columns are separated by tabs and never quoted"
            )
        row = tuple(cells[column].strip() for column in columns[: len(task.texts)])
        if not any(row):
            raise UserError(f"{path}: line {number}: no text in column {task.texts[0]!r}")
        texts.append(row)
        if split != "test":
            labels.append(parse_label(cells[columns[-1]].strip(), task, f"{path}: line {number}"))
    if not texts:
        raise UserError(f"{path}: no examples in this file")
    return Rows(texts, labels if split != "test" else None, dropped)


def split_lines(path: Path | str) -> list[str]:
    """A text file's lines, without byte-order mark; only `\\n` and `\\r\\n` end one."""
    try:
        text = Path(path).read_bytes().decode("utf-8-sig")
    except FileNotFoundError as error:
        raise UserError(f"{path}: no such file") from error
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise UserError(f"{path}: line {line} is not UTF-8 ({error.reason})") from error
    lines = [line.removesuffix("\r") for line in text.split("\n")]
    while lines and not lines[-1]:
        lines.pop()
    return lines


def parse_label(cell: str, task: Task, where: str) -> str | float:
    """A label's cell as a class or a number; UserError where it is neither."""
    if task.regression:
        try:
            value = float(cell)
        except ValueError:
            value = math.nan
        if not math.isfinite(value):
            raise UserError(f"{where}: {task.label} {cell!r} is not a number")
        return value
    if not cell or (task.labels and cell not in task.labels):
        raise UserError(f"{where}: unknown label {cell!r}; {task.name} has {say(task.labels)}")
    return cell


def say(labels: tuple[str, ...]) -> str:
    """The labels in words."""
    return ", ".join(labels) or "labels that are not empty"


def with_labels(task: Task, rows: Rows, source: Path | str = "") -> Task:
    """The task with its classes; where none are given, those of the training set, in order.

    Raises UserError where there are too few of them, or too many for f1.
    """
    if task.regression or task.labels:
        return task
    found = set(rows.labels or ())
    if len(found) < 2:
        raise UserError(
            f"{source or task.name}: the training set has one class only: {', '.join(found)}"
        )
    if "f1" in task.metrics and len(found) != 2:
        raise UserError(
            f"{source or task.name}: f1 is for two classes; take f1_macro for {len(found)}"
        )
    numeric = all(map(NUMBER.fullmatch, found))
    ordered = sorted(sorted(found), key=int) if numeric else sorted(found)
    return replace(task, labels=tuple(ordered))


def write(rows: Rows, task: Task) -> Iterator[str]:
    """The lines of a file in the form that `read` takes, for a task with a header everywhere."""
    yield "\t".join([*task.texts, *([task.label] if rows.labels is not None else [])]) + "\n"
    for number, texts in enumerate(rows.texts):
        label = [] if rows.labels is None else [str(rows.labels[number])]
        yield "\t".join([*(" ".join(text.split()) for text in texts), *label]) + "\n"
