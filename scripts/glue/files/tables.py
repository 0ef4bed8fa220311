"""GLUE's files: tab-separated, without quoting, each task with columns of its own."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from scripts.common.errors import UserError
from scripts.common.utf8 import read_text
from scripts.glue.tasks.task import Label, Task


@dataclass
class Rows:
    """One file's examples, in the file's order.

    `labels` are strings, or floats for regression; None where the file has no label column.
    `dropped` are the line numbers of rows too short to use, where the task allows for such.
    """

    texts: list[tuple[str, ...]]
    labels: list[Label] | None
    dropped: list[int]

    def __len__(self) -> int:
        return len(self.texts)


def read(path: Path | str, task: Task, split: str) -> Rows:
    """Read and check one official file of `task`; `split` is train, dev or test.

    Raises UserError, naming file and line, for a wrong number of columns, a missing column, an
    unknown label, a text that is empty, and a file without examples.
    """
    lines = split_lines(path)
    header, first = list(task.header), 1
    if split == "test" or not header:
        header, first = lines[0].split("\t") if lines else [], 2
    wanted = [*task.texts, task.label] if split != "test" else [*task.texts]
    missing = [name for name in wanted if name not in header]
    if missing and lines:
        raise UserError(
            f"{path}: line 1: no column {missing[0]!r}; {task.name} {split} files have a header "
            f"with {', '.join(wanted)}, separated by tabs"
        )
    columns = [header.index(name) for name in wanted if name in header]
    dropped: list[int] = []

    def records() -> Iterator[tuple[str, list[str]]]:
        for number, line in enumerate(lines[first - 1 :], first):
            cells = line.split("\t")
            if len(cells) == len(header):
                yield f"{path}: line {number}", [cells[column].strip() for column in columns]
            elif task.drops_short_rows and split != "test" and len(cells) < len(header):
                dropped.append(number)
            else:
                raise UserError(
                    f"{path}: line {number}: {len(cells)} columns instead of {len(header)}; "
                    "columns are separated by tabs and never quoted"
                )

    return replace(checked(records(), task, path, task.texts[0]), dropped=dropped)


def checked(
    records: Iterable[tuple[str, list[str]]], task: Task, path: Path | str, column: str
) -> Rows:
    """The examples of (where, texts and perhaps a label) records of a file; `column` holds a first text.

    Raises UserError for an unknown label, a text that is empty, and where there are no examples.
    """
    count = len(task.texts)
    texts: list[tuple[str, ...]] = []
    labels: list[Label] = []
    for where, cells in records:
        if not any(cells[:count]):
            raise UserError(f"{where}: no text in column {column!r}")
        texts.append(tuple(cells[:count]))
        labels += [task.kind.parse_label(cell, task, where) for cell in cells[count:]]
    if not texts:
        raise UserError(f"{path}: no examples in this file")
    return Rows(texts, labels or None, [])


def split_lines(path: Path | str) -> list[str]:
    """A text file's lines, without byte-order mark; only `\\n` and `\\r\\n` end one."""
    lines = [line.removesuffix("\r") for line in read_text(path).split("\n")]
    while lines and not lines[-1]:
        lines.pop()
    return lines


def write(rows: Rows, task: Task) -> Iterator[str]:
    """The lines of a file in the form that `read` takes, for a task with a header everywhere."""
    yield "\t".join([*task.texts, *([task.label] if rows.labels is not None else [])]) + "\n"
    for number, texts in enumerate(rows.texts):
        label = [] if rows.labels is None else [str(rows.labels[number])]
        yield "\t".join([*(" ".join(text.split()) for text in texts), *label]) + "\n"
