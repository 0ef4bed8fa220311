"""Draw the confusion matrix of each classification task's median run.

python -m scripts.report.plot_confusions results/glue/summary/confusion.tsv -o confusions.svg
"""

import math
from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure

from scripts.common import cli
from scripts.report.figures import save


def draw(confusion: pd.DataFrame) -> Figure:
    """A matrix for each task and part; columns task, part, label, prediction, examples."""
    groups = list(confusion.groupby(["task", "part"], sort=False, dropna=False))
    columns = min(5, max(1, len(groups)))
    lines = max(1, math.ceil(len(groups) / columns))
    figure, axes = plt.subplots(
        lines, columns, figsize=(2.7 * columns, 2.6 * lines), squeeze=False, layout="constrained"
    )
    for axis in axes.flat[len(groups) :]:
        axis.set_visible(False)
    for axis, ((task, part), rows) in zip(axes.flat, groups, strict=False):
        labels = sorted(set(rows["label"]) | set(rows["prediction"]), key=str)
        matrix = rows.pivot(index="label", columns="prediction", values="examples")
        matrix = matrix.reindex(index=labels, columns=labels).fillna(0).astype(int)
        shares = matrix.div(matrix.sum(axis=1).replace(0, 1), axis=0).to_numpy()
        axis.imshow(shares, cmap="Blues", vmin=0, vmax=1)
        axis.grid(visible=False)
        for row, label in enumerate(labels):
            for column, prediction in enumerate(labels):
                colour = "white" if shares[row, column] > 0.5 else "black"
                axis.text(
                    column,
                    row,
                    str(matrix.loc[label, prediction]),
                    ha="center",
                    va="center",
                    color=colour,
                    fontsize=8,
                )
        axis.set_xticks(range(len(labels)), labels, fontsize=7, rotation=30, ha="right")
        axis.set_yticks(range(len(labels)), labels, fontsize=7)
        suffix = f", {part}" if isinstance(part, str) and part else ""
        axis.set_title(f"{task}{suffix}", fontsize=9)
    figure.supxlabel("prediction", fontsize=9)
    figure.supylabel("label", fontsize=9)
    return figure


def main() -> None:
    parser = cli.Parser(__doc__)
    parser.add_argument("confusion", type=Path)
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="SVG")
    args = parser.parse_args()
    save(
        draw(pd.read_csv(args.confusion, sep="\t", dtype={"label": str, "prediction": str})),
        args.output,
    )


if __name__ == "__main__":
    cli.run(main)
