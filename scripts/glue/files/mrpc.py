"""MRPC from Microsoft's paraphrase corpus, whose training file is divided by a list of dev ids.

The corpus has the columns Quality, #1 ID, #2 ID, #1 String, #2 String.
"""

from pathlib import Path

from scripts.common.errors import UserError
from scripts.glue.files import tables

HEADER = "index\t#1 ID\t#2 ID\t#1 String\t#2 String"


def build(train: Path, test: Path, dev_ids: Path, folder: Path) -> list[Path]:
    """MRPC's three files; the test file loses its labels and gets an index."""
    wanted = {tuple(line.split("\t")) for line in tables.split_lines(dev_ids)}
    header, *pairs = tables.split_lines(train)
    chosen: dict[bool, list[str]] = {True: [header], False: [header]}
    for number, line in enumerate(pairs, 2):
        chosen[cells(line, train, number)[1:3] in wanted].append(line)
    missing = len(wanted) - (len(chosen[True]) - 1)
    if missing:
        raise UserError(f"{train}: {missing} pairs of {dev_ids} are not there")
    hidden = [HEADER]
    for number, line in enumerate(tables.split_lines(test)[1:], 2):
        hidden.append("\t".join([str(number - 2), *cells(line, test, number)[1:]]))
    files = []
    for name, lines in (("train", chosen[False]), ("dev", chosen[True]), ("test", hidden)):
        files.append(folder / f"{name}.tsv")
        files[-1].write_text("\n".join(lines) + "\n", encoding="utf-8", newline="")
    return files


def cells(line: str, file: Path, number: int) -> tuple[str, ...]:
    found = tuple(line.split("\t"))
    if len(found) != 5:
        raise UserError(f"{file}: line {number}: {len(found)} columns instead of 5")
    return found
