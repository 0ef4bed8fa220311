"""Draw the confusion matrix of each classification task's median run.

python -m scripts.report.plot_confusions results/glue/summary/confusion.tsv -o confusions.svg
"""

from pathlib import Path

from scripts.common import cli
from scripts.report.drawing.figures import DataFrame, Figure, draw_table, panels


def draw(confusion: DataFrame) -> Figure:
    """A matrix for each task and part; columns task, part, label, prediction, examples."""
    groups = list(confusion.groupby(["task", "part"], sort=False, dropna=False))
    figure, axes = panels(len(groups), 5, 2.7, 2.6)
    for axis, ((task, part), rows) in zip(axes, groups, strict=True):
        labels = sorted(set(rows["label"]) | set(rows["prediction"]), key=str)
        matrix = rows.pivot(index="label", columns="prediction", values="examples")
        matrix = matrix.reindex(index=labels, columns=labels).fillna(0).astype(int)
        shares = matrix.div(matrix.sum(axis=1).replace(0, 1), axis=0).to_numpy()
        axis.imshow(shares, cmap="Blues", vmin=0, vmax=1)
        axis.grid(visible=False)
        for row, label in enumerate(labels):
            for column, prediction in enumerate(labels):
                colour = "white" if shares[row, column] > 0.5 else "black"
                style = {"ha": "center", "va": "center", "color": colour, "fontsize": 8}
                axis.text(column, row, str(matrix.loc[label, prediction]), **style)
        axis.set_xticks(range(len(labels)), labels, fontsize=7, rotation=30, ha="right")
        axis.set_yticks(range(len(labels)), labels, fontsize=7)
        suffix = f", {part}" if isinstance(part, str) and part else ""
        axis.set_title(f"{task}{suffix}", fontsize=9)
    figure.supxlabel("prediction", fontsize=9)
    figure.supylabel("label", fontsize=9)
    return figure


@cli.step
def main(confusion: Path, /, output: Path) -> None:
    draw_table(confusion, draw, output, dtype={"label": str, "prediction": str})
