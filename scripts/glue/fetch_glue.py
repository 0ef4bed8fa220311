"""Copy one task's files, in the official form, and check every line.

    python -m scripts.glue.fetch_glue CoLA glue/CoLA/train.tsv glue/CoLA/dev.tsv -o results/CoLA

The bytes stay as they are. What differs from the official row counts is named in the log.
"""

from pathlib import Path

from scripts.common import cli
from scripts.common.atomic import atomic_path
from scripts.glue.files import tables
from scripts.glue.files.official_files import ROWS
from scripts.glue.tasks.official_tasks import DIAGNOSTIC
from scripts.glue.tasks.own_tasks import parse_task
from scripts.glue.tasks.task import Task


def fetch(task: Task, files: list[Path], folder: Path) -> None:
    """Check `files` and copy them to `folder`, all or none."""
    for file in files:
        report(task, file, tables.read(file, task, split_of(task, file)))
    for file in files:
        with atomic_path(folder / target(task, file)) as temporary:
            temporary.write_bytes(file.read_bytes())


def split_of(task: Task, file: Path) -> str:
    """train, dev or test, by the file's name."""
    return "test" if task.name == DIAGNOSTIC else file.stem.partition("_")[0]


def target(task: Task, file: Path) -> str:
    """The file's name in the results; the diagnostic set has a test file only."""
    return "test.tsv" if task.name == DIAGNOSTIC else file.name


def report(task: Task, file: Path, rows: tables.Rows) -> None:
    """Log the number of examples, and what is unlike the official file."""
    cli.log.info("%s %s: %d examples", task.name, file.stem, len(rows))
    if rows.dropped:
        cli.log.info(
            "%s: dropped %d rows with too few columns, the first in line %d",
            file,
            len(rows.dropped),
            rows.dropped[0],
        )
    stem = Path(target(task, file)).stem
    official = ROWS.get(task.name, {}).get(stem)
    if official and official != len(rows):
        cli.log.info("%s: %d examples; the official file has %d", file, len(rows), official)


def main() -> None:
    parser = cli.Parser(__doc__)
    parser.add_argument("task")
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("-o", "--output", required=True, type=Path, help="folder")
    args = parser.parse_args()
    fetch(parse_task(args.task), args.files, args.output)


if __name__ == "__main__":
    cli.run(main)
