"""Draw the GLUE table beside the published figures of BERT-base and BERT-large.

python -m scripts.report.plot_glue glue_results.tsv -o glue.svg
"""

from pathlib import Path

from scripts.common import cli
from scripts.common.data import data_yaml
from scripts.report.drawing.figures import COLOURS, DataFrame, Figure, draw_table, panels


def draw(table: DataFrame, published: bool) -> Figure:
    """A bar for each task and metric: the median, its 95% interval, the majority baseline.

    `table`: glue_results.tsv. `published`: whether the published marks apply, which they do not to
    the generated sample's tasks.
    """
    import numpy as np

    rows = table[~table["task"].str.startswith("average")]
    places = np.arange(len(rows))
    names = list(zip(rows["task"], rows["metric"], strict=True))
    figure, (axis,) = panels(1, 1, 1.5 + 0.62 * len(rows), 3.8)
    axis.bar(places, rows["median"], width=0.62, color=COLOURS[0], label="median of the runs")
    known = rows["ci95_low"].notna().to_numpy()
    if known.any():
        reach = np.abs(rows[["ci95_low", "ci95_high"]].to_numpy().T - rows["median"].to_numpy())
        style = {"fmt": "none", "ecolor": "black", "capsize": 3, "label": "95% interval"}
        axis.errorbar(places[known], rows["median"][known], reach[:, known], **style)
    style = {"marker": "_", "s": 260, "color": COLOURS[1], "zorder": 3}
    axis.scatter(places, rows["majority_baseline"], **style, label="majority baseline")
    models = data_yaml(__file__, "published.yaml") if published else {}
    for (name, figures), marker in zip(models.items(), "^D", strict=False):
        points = [
            (place, figures[task][metric])
            for place, (task, metric) in zip(places, names, strict=True)
            if metric in figures.get(task, {})
        ]
        if points:
            style = {"marker": marker, "s": 24, "color": COLOURS[4], "zorder": 4}
            axis.scatter(*np.transpose(points), **style, label=f"{name}, published")
    labels = [f"{task}\n{metric.replace('_', ' ')}" for task, metric in names]
    axis.set_xticks(places, labels, rotation=60, ha="right", fontsize=8)
    axis.set(ylabel="dev set, %", ylim=(min(0, rows["median"].min() - 5), 100))
    axis.legend(ncols=3, loc="lower center", bbox_to_anchor=(0.5, 1.0), fontsize=8)
    return figure


@cli.step
def main(table: Path, /, output: Path, published: bool = False) -> None:
    draw_table(table, lambda rows: draw(rows, published), output)
