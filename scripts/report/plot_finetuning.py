"""Draw each task's dev metrics over the epochs of finetuning, a line for each run.

python -m scripts.report.plot_finetuning results/glue/summary/curves.tsv -o finetuning.svg
"""

import math
from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure

from scripts.common import cli
from scripts.report.figures import COLOURS, save


def draw(curves: pd.DataFrame) -> Figure:
    """A panel for each task; `curves`: columns task, seed, settings, step, epoch, quantity, value."""
    dev = curves[curves["quantity"].str.startswith("dev_")]
    tasks = list(dict.fromkeys(dev["task"]))
    columns = min(3, len(tasks))
    lines = math.ceil(len(tasks) / columns)
    figure, axes = plt.subplots(
        lines, columns, figsize=(3.6 * columns, 2.5 * lines), squeeze=False, layout="constrained"
    )
    for axis in axes.flat[len(tasks) :]:
        axis.set_visible(False)
    for axis, task in zip(axes.flat, tasks, strict=False):
        of_task = dev[dev["task"] == task]
        for number, quantity in enumerate(dict.fromkeys(of_task["quantity"])):
            of_quantity = of_task[of_task["quantity"] == quantity]
            runs = of_quantity.groupby(["settings", "seed"], sort=False, dropna=False)
            for position, (_, run) in enumerate(runs):
                label = quantity.removeprefix("dev_").replace("_", " ") if position == 0 else None
                axis.plot(
                    run["epoch"],
                    run["value"],
                    color=COLOURS[number % len(COLOURS)],
                    linewidth=1,
                    alpha=0.7,
                    label=label,
                )
        axis.set(title=task, xlabel="epoch")
        axis.legend(fontsize=7)
    return figure


def main() -> None:
    parser = cli.Parser(__doc__)
    parser.add_argument("curves", type=Path)
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="SVG")
    args = parser.parse_args()
    save(draw(pd.read_csv(args.curves, sep="\t")), args.output)


if __name__ == "__main__":
    cli.run(main)
