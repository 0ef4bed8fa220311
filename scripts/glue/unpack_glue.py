"""Bring one task's downloaded files into the official form, and check every line.

    python -m scripts.glue.unpack_glue CoLA CoLA.zip -o results/glue/data/CoLA

MRPC is made of Microsoft's paraphrase corpus: its training file is divided by a list of dev ids.
"""

import tempfile
from pathlib import Path

from scripts.common import cli
from scripts.common.errors import UserError
from scripts.glue import fetch_glue
from scripts.glue.files import archives, tables
from scripts.glue.tasks.official_tasks import DIAGNOSTIC
from scripts.glue.tasks.own_tasks import parse_task
from scripts.glue.tasks.task import Task

HEADER = "index\t#1 ID\t#2 ID\t#1 String\t#2 String"


def unpack(task: Task, sources: list[Path], folder: Path) -> None:
    """Write the official files of `task` to `folder`, all or none."""
    with tempfile.TemporaryDirectory(prefix="dump2glue-") as name:
        temporary = Path(name)
        if task.name == DIAGNOSTIC:
            files = sources
        elif task.name == "MRPC":
            train, test, dev_ids = sources
            files = build_mrpc(train, test, dev_ids, temporary)
        else:
            names = [
                name for split in ("train", "dev", "test") for name in task.files(split).values()
            ]
            files = archives.extract(sources[0], names, temporary)
        fetch_glue.fetch(task, files, folder)


def build_mrpc(train: Path, test: Path, dev_ids: Path, folder: Path) -> list[Path]:
    """MRPC's three files from the corpus's two and the ids of the dev pairs.

    The corpus has the columns Quality, #1 ID, #2 ID, #1 String, #2 String; the test file loses its
    labels and gets an index.
    """
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
    """The five cells of a line of the corpus."""
    found = tuple(line.split("\t"))
    if len(found) != 5:
        raise UserError(f"{file}: line {number}: {len(found)} columns instead of 5")
    return found


def main() -> None:
    parser = cli.Parser(__doc__)
    parser.add_argument("task")
    parser.add_argument("sources", nargs="+", type=Path, help="an archive, or MRPC's three files")
    parser.add_argument("-o", "--output", required=True, type=Path, help="folder")
    args = parser.parse_args()
    unpack(parse_task(args.task), args.sources, args.output)


if __name__ == "__main__":
    cli.run(main)
