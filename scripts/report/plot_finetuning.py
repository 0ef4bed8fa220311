"""Draw each task's dev metrics over the epochs of finetuning, a line for each run.

python -m scripts.report.plot_finetuning results/glue/summary/curves.tsv -o finetuning.svg
"""

from pathlib import Path

from scripts.common import cli
from scripts.report.drawing.figures import COLOURS, DataFrame, Figure, draw_table, panels


def draw(curves: DataFrame) -> Figure:
    """A panel for each task; `curves`: columns task, pretraining, seed, settings, step, epoch, quantity, value."""
    dev = curves[curves["quantity"].str.startswith("dev_")]
    tasks = list(dict.fromkeys(dev["task"]))
    figure, axes = panels(len(tasks), 3, 3.6, 2.5)
    for axis, task in zip(axes, tasks, strict=True):
        of_task = dev[dev["task"] == task]
        for number, quantity in enumerate(dict.fromkeys(of_task["quantity"])):
            rows = of_task[of_task["quantity"] == quantity]
            runs = rows.groupby(["settings", "pretraining", "seed"], sort=False, dropna=False)
            style = {"color": COLOURS[number % len(COLOURS)], "linewidth": 1, "alpha": 0.7}
            label = quantity.removeprefix("dev_").replace("_", " ")
            for position, (_, run) in enumerate(runs):
                named = {"label": label} if position == 0 else {}
                axis.plot(run["epoch"], run["value"], **style, **named)
        axis.set(title=task, xlabel="epoch")
        axis.legend(fontsize=7)
    return figure


@cli.step
def main(curves: Path, /, output: Path) -> None:
    draw_table(curves, draw, output)
