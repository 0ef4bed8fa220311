"""Collect the texts of evaluation files, so that the corpus can be searched for them.

    python -m scripts.glue.collect_evaluation CoLA/dev.tsv CoLA/test.tsv -o texts.tsv.zst

Writes a line a text: the task and the split that it is of (CoLA/dev), a tab, the text. Every cell of a
file may be a text, but for parse trees.
"""

from collections.abc import Iterator
from pathlib import Path

from scripts.common import cli
from scripts.common.errors import UserError
from scripts.common.text import zstd_writer

PARSE_TREE = ("(ROOT", "( ")


def collect_evaluation(files: list[Path], /, output: Path) -> int:
    """Write the texts of tab-separated files, <task>/<split>.tsv; return how many there are."""
    count = 0
    with zstd_writer(output) as target:
        for file in files:
            for text in texts_of(file):
                target.write(f"{file.parent.name}/{file.stem}\t{text}\n")
                count += 1
    cli.log.info("%s: %d texts of %d files", output, count, len(files))
    return count


def texts_of(file: Path) -> Iterator[str]:
    """Yield what may be a text in a tab-separated file. Raises UserError where it is not UTF-8."""
    try:
        content = file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UserError(f"{file}: not UTF-8 ({error.reason})") from error
    for line in content.split("\n"):
        yield from (cell for cell in line.split("\t") if not cell.startswith(PARSE_TREE))


main = cli.step(collect_evaluation, files="TASK/SPLIT.tsv")
