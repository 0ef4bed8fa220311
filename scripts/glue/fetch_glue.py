"""Bring one task's files into the results, in the official form, and check every line.

    python -m scripts.glue.fetch_glue CoLA glue/CoLA/train.tsv glue/CoLA/dev.tsv -o results/CoLA
    python -m scripts.glue.fetch_glue CoLA CoLA.zip -o results/CoLA

The official files' bytes stay as they are, from a folder or from the benchmark's archive. MRPC is
made of Microsoft's paraphrase corpus. What differs from the official row counts is in the log.
"""

import tempfile
from pathlib import Path

from scripts.common import cli
from scripts.common.atomic import atomic_path
from scripts.glue.files import archives, mrpc, tables
from scripts.glue.files.official_files import ROWS
from scripts.glue.tasks.official_tasks import DIAGNOSTIC
from scripts.glue.tasks.own_tasks import parse_task
from scripts.glue.tasks.task import Task


def fetch(task: Task, sources: list[Path], folder: Path) -> None:
    """Write the official files of `task` to `folder`, all or none."""
    with tempfile.TemporaryDirectory(prefix="dump2glue-") as temporary:
        found = official_files(task, sources, Path(temporary))
        # The diagnostic set has a test file only, of another name.
        files = {"test" if task.name == DIAGNOSTIC else file.stem: file for file in found}
        for stem, file in files.items():
            report(task, file, stem, tables.read(file, task, stem.partition("_")[0]))
        for stem, file in files.items():
            with atomic_path(folder / f"{stem}.tsv") as target:
                target.write_bytes(file.read_bytes())


def official_files(task: Task, sources: list[Path], folder: Path) -> list[Path]:
    """The files that the sources are or hold; what has to be made is written to `folder`."""
    if sources[0].suffix == ".zip":
        names = [name for split in ("train", "dev", "test") for name in task.files(split).values()]
        return archives.extract(sources[0], names, folder)
    if sources[0].suffix == ".txt":
        train, test, dev_ids = sources
        return mrpc.build(train, test, dev_ids, folder)
    return sources


def report(task: Task, file: Path, stem: str, rows: tables.Rows) -> None:
    cli.log.info("%s %s: %d examples", task.name, file.stem, len(rows))
    if dropped := rows.dropped:
        said = "%s: dropped %d rows with too few columns, the first in line %d"
        cli.log.info(said, file, len(dropped), dropped[0])
    official = ROWS.get(task.name, {}).get(stem)
    if official and official != len(rows):
        cli.log.info("%s: %d examples; the official file has %d", file, len(rows), official)


@cli.step
def main(task: str, sources: list[Path], /, output: Path) -> None:
    fetch(parse_task(task), sources, output)
