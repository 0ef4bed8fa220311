"""Print a table of tab-separated values with aligned columns.

python -m scripts.report.show_table glue_results.tsv
"""

from pathlib import Path

from scripts.common import cli
from scripts.common.text import read_lines


def aligned(rows: list[list[str]]) -> list[str]:
    """Rows as lines of equal columns: the first column to the left, figures to the right."""
    columns = max(map(len, rows))
    rows = [row + [""] * (columns - len(row)) for row in rows]
    widths = [max(len(row[column]) for row in rows) for column in range(columns)]
    left = [not any(is_figure(row[column]) for row in rows[1:]) for column in range(columns)]
    return [
        "  ".join(
            cell.ljust(width) if to_left else cell.rjust(width)
            for cell, width, to_left in zip(row, widths, left, strict=True)
        ).rstrip()
        for row in rows
    ]


def is_figure(cell: str) -> bool:
    """Whether a cell holds a number."""
    try:
        float(cell)
    except ValueError:
        return False
    return True


@cli.step
def main(table: Path, /) -> None:
    rows = [line.split("\t") for line in read_lines(table)]
    print("\n".join(aligned(rows)))
