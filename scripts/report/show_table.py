"""Print a table of tab-separated values with aligned columns.

python -m scripts.report.show_table glue_results.tsv
"""

import itertools
import re
from pathlib import Path

from scripts.common import cli
from scripts.common.text import read_lines

FIGURE = re.compile(r"[-+]?\d[\d.]*(e[-+]\d+)?")


def aligned(rows: list[list[str]]) -> list[str]:
    """Rows as lines of equal columns: words to the left, columns with figures to the right."""
    columns = []
    for column in itertools.zip_longest(*rows, fillvalue=""):
        width = max(map(len, column))
        right = any(map(FIGURE.fullmatch, column[1:]))
        columns.append([cell.rjust(width) if right else cell.ljust(width) for cell in column])
    return ["  ".join(row).rstrip() for row in zip(*columns, strict=True)]


@cli.step
def main(table: Path, /) -> None:
    rows = [line.split("\t") for line in read_lines(table)]
    print("\n".join(aligned(rows)))
