"""Bring a task of the user's own into the form that finetuning reads, and check every line.

    python -m scripts.glue.import_task '{"name": "Mine", "text": ["a", "b"], "label": "class", \\
        "metric": "accuracy"}' mine.csv mine-dev.csv -o results/glue/data/Mine

Files are .tsv (tabs, no quoting), .csv (commas, quoted as usual) or .jsonl (an object a line), plain
or compressed (.gz, .bz2, .zst); the first line of .tsv and .csv names the columns.
"""

import csv
from collections.abc import Iterator
from pathlib import Path

from scripts.common import cli
from scripts.common.atomic import write_text
from scripts.common.errors import UserError
from scripts.common.json_text import parse_json
from scripts.common.text import read_lines
from scripts.glue.files import tables
from scripts.glue.tasks.own_tasks import own_task, text_columns
from scripts.glue.tasks.task import Task

COMPRESSED = (".gz", ".bz2", ".zst")


def import_task(entry: dict, files: dict[str, Path], folder: Path) -> None:
    """Check the files (by split, train first) of the config entry and write them to `folder`.

    None is written where one has a fault, such as a dev label that the training set lacks.
    """
    task = own_task(entry)
    texts = {}
    for split, file in files.items():
        rows = convert(entry, task, file, labelled=split != "test")
        if split == "train":
            task = task.with_classes_of(rows.labels or [], file)
        texts[split] = "".join(tables.write(rows, task))
        cli.log.info("%s %s: %d examples", task.name, split, len(rows))
    for split, text in texts.items():
        write_text(folder / f"{split}.tsv", text)


def convert(entry: dict, task: Task, file: Path, labelled: bool) -> tables.Rows:
    """The examples of one file; UserError names the line of what is missing."""
    names = [*text_columns(entry), *([entry["label"]] if labelled else [])]

    def rows() -> Iterator[tuple[str, list[str]]]:
        for where, record in records(file):
            for name in names:
                if record.get(name) is None:
                    known = ", ".join(map(str, record))
                    raise UserError(f"{where}: no column {name!r}; there are {known or 'none'}")
                if isinstance(record[name], list | dict):
                    raise UserError(f"{where}: column {name!r} holds several values; a row has one")
            yield where, [" ".join(str(record[name]).split()) for name in names]

    return tables.checked(rows(), task, file, names[0])


def records(file: Path) -> Iterator[tuple[str, dict]]:
    """(where, columns by name) of each example."""
    ending = (Path(file.stem) if file.suffix in COMPRESSED else file).suffix
    if ending == ".jsonl":
        yield from objects(file)
        return
    if ending not in ROWS_OF:
        raise UserError(f"{file}: must end with .tsv, .csv or .jsonl (and .gz, .bz2 or .zst)")
    rows = ROWS_OF[ending](file)
    _, header = next(rows, (None, []))
    for number, cells in rows:
        where = f"{file}: line {number}"
        if len(cells) != len(header):
            raise UserError(f"{where}: {len(cells)} columns instead of {len(header)}")
        yield where, dict(zip(header, cells, strict=True))


def lines(file: Path) -> Iterator[tuple[int, str]]:
    """A file's lines with their numbers, without byte-order mark and line endings."""
    for number, line in enumerate(read_lines(file), 1):
        yield number, (line.removeprefix("\ufeff") if number == 1 else line).removesuffix("\r")


def tsv_rows(file: Path) -> Iterator[tuple[int, list[str]]]:
    """Line numbers and cells between tabs; quotes are text."""
    for number, line in lines(file):
        if line or number == 1:
            yield number, line.split("\t")


def csv_rows(file: Path) -> Iterator[tuple[int, list[str]]]:
    """Line numbers and cells between commas; a quoted cell may hold line breaks."""
    csv.field_size_limit(1 << 30)
    reader = csv.reader((f"{line}\n" for _, line in lines(file)), strict=True)
    try:
        for cells in filter(None, reader):
            yield reader.line_num, cells
    except csv.Error as error:
        raise UserError(f"{file}: line {reader.line_num}: {error}") from error


ROWS_OF = {".tsv": tsv_rows, ".csv": csv_rows}


def objects(file: Path) -> Iterator[tuple[str, dict]]:
    for number, line in lines(file):
        if not line.strip():
            continue
        record = parse_json(line, f"{file}: line {number}")
        if not isinstance(record, dict):
            raise UserError(f"{file}: line {number} is not a JSON object")
        yield f"{file}: line {number}", record


@cli.step
def main(entry: str, files: list[Path], /, output: Path) -> None:
    splits = dict(zip(("train", "dev", "test"), files, strict=False))
    import_task(parse_json(entry, "entry:"), splits, output)
