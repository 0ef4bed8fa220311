"""Draw the GLUE table beside the published figures of BERT-base and BERT-large.

python -m scripts.report.plot_glue glue_results.tsv -o glue.svg
"""

from argparse import BooleanOptionalAction
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from scripts.common import cli
from scripts.report.figures import COLOURS, save

# Dev sets. BERT-base: cased, by transformers' examples; BERT-large: table 8 of the RoBERTa paper
# (Liu et al. 2019). Tasks and metrics are named as in glue_results.tsv.
PUBLISHED = {
    "BERT-base": {
        ("CoLA", "mcc"): 56.5,
        ("SST-2", "accuracy"): 92.3,
        ("MRPC", "f1"): 88.9,
        ("MRPC", "accuracy"): 84.1,
        ("STS-B", "pearson"): 88.6,
        ("STS-B", "spearman"): 88.5,
        ("QQP", "accuracy"): 90.7,
        ("QQP", "f1"): 87.5,
        ("MNLI", "accuracy_matched"): 83.9,
        ("MNLI", "accuracy_mismatched"): 84.1,
        ("QNLI", "accuracy"): 90.7,
        ("RTE", "accuracy"): 65.7,
    },
    "BERT-large": {
        ("CoLA", "mcc"): 60.6,
        ("SST-2", "accuracy"): 93.2,
        ("MRPC", "accuracy"): 88.0,
        ("STS-B", "pearson"): 90.0,
        ("QQP", "accuracy"): 91.3,
        ("MNLI", "accuracy_matched"): 86.6,
        ("QNLI", "accuracy"): 92.3,
        ("RTE", "accuracy"): 70.4,
    },
}


def draw(table: pd.DataFrame, published: bool) -> Figure:
    """A bar for each task and metric: the median, its 95% interval, the majority baseline.

    `table`: glue_results.tsv. `published`: whether the published marks apply, which they do not to
    the generated sample's tasks.
    """
    rows = table[~table["task"].str.startswith("average")]
    places = np.arange(len(rows))
    figure, axis = plt.subplots(figsize=(1.5 + 0.62 * len(rows), 3.8), layout="constrained")
    axis.bar(places, rows["median"], width=0.62, color=COLOURS[0], label="median of the runs")
    known = rows["ci95_low"].notna().to_numpy()
    if known.any():
        reach = np.abs(rows[["ci95_low", "ci95_high"]].to_numpy().T - rows["median"].to_numpy())
        axis.errorbar(
            places[known],
            rows["median"][known],
            reach[:, known],
            fmt="none",
            ecolor="black",
            capsize=3,
            label="95% interval",
        )
    axis.scatter(
        places,
        rows["majority_baseline"],
        marker="_",
        s=260,
        color=COLOURS[1],
        zorder=3,
        label="majority baseline",
    )
    if published:
        for (name, figures), marker in zip(PUBLISHED.items(), "^D", strict=True):
            points = [
                (place, figures[key])
                for place, key in zip(
                    places, zip(rows["task"], rows["metric"], strict=True), strict=True
                )
                if key in figures
            ]
            if points:
                x, y = zip(*points, strict=True)
                axis.scatter(
                    x,
                    y,
                    marker=marker,
                    s=24,
                    color=COLOURS[4],
                    zorder=4,
                    label=f"{name}, published",
                )
    labels = [
        f"{task}\n{metric.replace('_', ' ')}"
        for task, metric in zip(rows["task"], rows["metric"], strict=True)
    ]
    axis.set_xticks(places, labels, rotation=60, ha="right", fontsize=8)
    axis.set(ylabel="dev set, %", ylim=(min(0, rows["median"].min() - 5), 100))
    axis.legend(ncols=3, loc="lower center", bbox_to_anchor=(0.5, 1.0), fontsize=8)
    return figure


def main() -> None:
    parser = cli.Parser(__doc__)
    parser.add_argument("table", type=Path)
    parser.add_argument(
        "--published",
        action=BooleanOptionalAction,
        default=False,
        help="mark BERT's published figures",
    )
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="SVG")
    args = parser.parse_args()
    save(draw(pd.read_csv(args.table, sep="\t"), args.published), args.output)


if __name__ == "__main__":
    cli.run(main)
