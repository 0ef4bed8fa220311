"""Collect the texts of evaluation files, so that the corpus can be searched for them.

    python -m scripts.glue.collect_evaluation CoLA/dev.tsv CoLA/test.tsv -o texts.tsv.zst

Writes a line a text: the task and the split that it is of (CoLA/dev), a tab, the text. Every cell of a
file may be a text, but for parse trees.
"""

import re
from pathlib import Path

from scripts.common import cli
from scripts.common.text import zstd_writer
from scripts.common.utf8 import read_text

PARSE_TREE = ("(ROOT", "( ")


def collect_evaluation(files: list[Path], /, output: Path) -> int:
    """Write the texts of tab-separated files, <task>/<split>.tsv; return how many there are.

    Raises UserError, naming the file, where one is not UTF-8.
    """
    count = 0
    with zstd_writer(output) as target:
        for file in files:
            for cell in re.split(r"[\t\n]", read_text(file)):
                if not cell.startswith(PARSE_TREE):
                    target.write(f"{file.parent.name}/{file.stem}\t{cell}\n")
                    count += 1
    cli.log.info("%s: %d texts of %d files", output, count, len(files))
    return count


main = cli.step(collect_evaluation, files="TASK/SPLIT.tsv")
