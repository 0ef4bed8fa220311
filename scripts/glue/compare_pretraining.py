"""Show what pretraining gained: the medians of pretrained and untrained models, task by task.

    python -m scripts.glue.compare_pretraining --pretrained results/glue/*/seed*/metrics.json \\
        --random results/glue_random/*/seed*/metrics.json -o pretraining_gain.tsv

The last line says on how many of the tasks other than WNLI the pretrained model wins, by the median
of the tasks' scores (the mean of a task's metrics).
"""

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from scripts.common import cli
from scripts.common.atomic import write_text
from scripts.glue.scores import finished_runs
from scripts.glue.scores.finished_runs import Run


def compare(pretrained: list[Run], random: list[Run]) -> Iterable[list[str]]:
    """The lines' cells: task, metric, both medians and the gain, then the count of wins."""
    sides = [finished_runs.chosen(side) for side in (pretrained, random)]
    yield ["task", "metric", "pretrained", "random", "gain"]
    wins = counted = 0
    for row, group in sides[0].items():
        for metric in group[0].report["metrics"]:
            both = [median(side[row], metric) for side in sides]
            gain = f"{100 * (both[0] - both[1]):+.1f}"
            yield [row, metric, *(f"{100 * value:.1f}" for value in both), gain]
        if row != "WNLI":
            counted += 1
            wins += median(group) > median(sides[1][row])
    yield ["wins", f"of {counted} tasks without WNLI", str(wins), str(counted - wins), ""]


def median(group: list[Run], metric: str | None = None) -> float:
    """The median of a metric, or of the score, over the runs."""
    return float(np.median(finished_runs.values(group, metric)))


@cli.step
def main() -> None:
    parser = cli.Parser(__doc__)
    parser.add_argument("--pretrained", required=True, nargs="+", type=Path)
    parser.add_argument("--random", required=True, nargs="+", type=Path)
    parser.add_argument("-o", "--output", required=True, type=Path)
    args = parser.parse_args()
    lines = compare(finished_runs.read(args.pretrained), finished_runs.read(args.random))
    text = "".join("\t".join(cells) + "\n" for cells in lines)
    print(text.expandtabs(24), end="")
    write_text(args.output, text)
