"""Make the GLUE table from all finetuning runs.

    python -m scripts.glue.collect_results results/glue/*/seed*/metrics.json \\
        --table glue_results.tsv --markdown glue_results.md --details results/glue/summary

Figures are percentages of the dev set, rounded to one decimal as the benchmark does. Beside the
table it writes to the details folder runs.tsv (every run's metrics), confusion.tsv (of each task's
median run) and curves.tsv (of every run). Of a grid's settings the one with the highest median dev
score counts.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from scripts.common import cli
from scripts.common.atomic import write_text
from scripts.common.digest import hash64
from scripts.glue.scores import finished_runs, intervals
from scripts.glue.scores.finished_runs import Run
from scripts.glue.tasks.official_tasks import OFFICIAL

COLUMNS = (
    "task",
    "metric",
    "median",
    "mean",
    "std",
    "best",
    "runs",
    "failed",
    "majority_baseline",
    "dev_examples",
    "ci95_low",
    "ci95_high",
    "settings",
)

NOTES = """\
Percentages of the dev sets, over the runs of a task that differ in the seed: median, mean, standard
deviation and best. Failed: runs at or below the baseline that always answers the dev set's most
frequent class. Interval: 95%, by bootstrap over the dev examples of the median run.
In an average each task counts once, by the mean of its metrics (MNLI's two sets are one task).
"""


@dataclass(frozen=True)
class Row:
    """One line of the table; fractions, and None where a column says nothing."""

    task: str
    metric: str
    median: float
    mean: float
    std: float | None
    best: float
    runs: int
    failed: int | None
    majority: float
    dev_examples: int | None
    interval: tuple[float, float] | None
    settings: str

    def cells(self) -> list[str]:
        """The line's cells; percentages with one decimal."""
        return [
            self.task,
            self.metric,
            percent(self.median),
            percent(self.mean),
            percent(self.std),
            percent(self.best),
            str(self.runs),
            count(self.failed),
            percent(self.majority),
            count(self.dev_examples),
            *(["", ""] if self.interval is None else map(percent, self.interval)),
            self.settings,
        ]


def percent(value: float | None) -> str:
    """A fraction as a percentage with one decimal."""
    return "" if value is None else f"{100 * value + 0.0:.1f}"


def count(value: int | None) -> str:
    """A number, or nothing."""
    return "" if value is None else str(value)


def table(found: list[Run], seed: int) -> list[Row]:
    """The rows of all tasks and metrics, and the averages of the official ones."""
    best = finished_runs.chosen(found)
    rows = [
        metric_row(row, metric, group, seed)
        for row, group in best.items()
        for metric in group[0].report["metrics"]
    ]
    official = [task for task in OFFICIAL if task in best]
    rows += [
        average(name, {task: best[task] for task in tasks}) for name, tasks in averages(official)
    ]
    return rows


def averages(official: list[str]) -> Iterable[tuple[str, list[str]]]:
    """(what is averaged, the tasks) of each average over the official tasks at hand."""
    without = [task for task in official if task != "WNLI"]
    for tasks, note in ((official, ""), (without, "without WNLI: ")):
        if len(tasks) > 1 and (not note or len(without) < len(official)):
            yield f"{note}{len(tasks)} tasks: {', '.join(tasks)}", tasks


def metric_row(row: str, metric: str, group: list[Run], seed: int) -> Row:
    """One metric of one task over its runs."""
    found = finished_runs.values(group, metric)
    first = group[0].report
    return Row(
        row,
        metric,
        float(np.median(found)),
        float(np.mean(found)),
        float(np.std(found, ddof=1)) if len(found) > 1 else None,
        max(found),
        len(found),
        sum(run.failed(metric) for run in group),
        first["majority"][metric],
        first["dev_examples"][metric],
        interval(finished_runs.median_run(group, metric), metric, hash64(seed, row, metric)),
        group[0].settings,
    )


def interval(run: Run, metric: str, seed: int) -> tuple[float, float] | None:
    """The bootstrap interval of a run's metric, from its dev predictions."""
    metric, part = finished_runs.split_metric(metric)
    rows = finished_runs.predictions(run)[part]
    gold, predicted = ([row[name] for row in rows] for name in ("label", "prediction"))
    return intervals.interval(metric, run.report["labels"], gold, predicted, seed)


def average(name: str, groups: dict[str, list[Run]]) -> Row:
    """The mean over tasks of each task's mean over metrics, for each statistic.

    The standard deviation is that of the seeds' own averages, where all tasks have the same seeds.
    """

    def mean(statistic) -> float:
        return float(
            np.mean(
                [
                    np.mean([statistic(group, metric) for metric in group[0].report["metrics"]])
                    for group in groups.values()
                ]
            )
        )

    seeds = {tuple(run.report["seed"] for run in group) for group in groups.values()}
    std = None
    if len(seeds) == 1 and len(next(iter(seeds))) > 1:
        std = float(
            np.std(np.mean([finished_runs.values(g) for g in groups.values()], axis=0), ddof=1)
        )
    return Row(
        "average",
        name,
        mean(lambda group, metric: np.median(finished_runs.values(group, metric))),
        mean(lambda group, metric: np.mean(finished_runs.values(group, metric))),
        std,
        mean(lambda group, metric: max(finished_runs.values(group, metric))),
        min(len(group) for group in groups.values()),
        None,
        mean(lambda group, metric: group[0].report["majority"][metric]),
        None,
        None,
        "",
    )


def tsv(header: Iterable[str], lines: Iterable[Iterable[object]]) -> str:
    """Lines of cells as tab-separated text."""
    return "".join("\t".join(map(str, cells)) + "\n" for cells in [header, *lines])


def markdown(rows: list[Row]) -> str:
    """The table as Markdown, for papers and web pages."""
    lines = [
        "| task | metric | median | mean ± std | best | runs (failed) | majority | dev | 95% |",
        "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for row in rows:
        spread = f" ± {percent(row.std)}" if row.std is not None else ""
        failed = f" ({row.failed})" if row.failed is not None else ""
        low_high = " to ".join(map(percent, row.interval)) if row.interval else ""
        cells = [
            row.task,
            row.metric,
            percent(row.median),
            percent(row.mean) + spread,
            percent(row.best),
            f"{row.runs}{failed}",
            percent(row.majority),
            count(row.dev_examples),
            low_high,
        ]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join([*lines, "", NOTES])


def details(found: list[Run]) -> dict[str, str]:
    """The text of each details file by name."""
    every = [
        (run.row, run.report["seed"], run.settings, metric, percent(value), int(run.failed(metric)))
        for run in found
        for metric, value in run.report["metrics"].items()
    ]
    confusion = [
        (row, part, label, prediction, number)
        for row, group in finished_runs.chosen(found).items()
        for part, label, prediction, number in confusions(finished_runs.median_run(group))
    ]
    curves = [
        (run.row, run.report["seed"], run.settings, line)
        for run in found
        for line in (run.folder / "curve.tsv").read_text(encoding="utf-8").split("\n")[1:-1]
    ]
    first = ("task", "seed", "settings")
    return {
        "runs.tsv": tsv((*first, "metric", "value", "failed"), every),
        "confusion.tsv": tsv(("task", "part", "label", "prediction", "examples"), confusion),
        "curves.tsv": tsv((*first, "step", "epoch", "quantity", "value"), curves),
    }


def confusions(run: Run) -> Iterable[tuple[str, str, str, int]]:
    """(part, label, prediction, examples) of a run's dev predictions."""
    labels = run.classes
    for part, rows in finished_runs.predictions(run).items() if labels else ():
        pairs = Counter((row["label"], row["prediction"]) for row in rows)
        for label in labels:
            for prediction in labels:
                yield part, label, prediction, pairs[label, prediction]


def main() -> None:
    parser = cli.Parser(__doc__)
    parser.add_argument("metrics", nargs="+", type=Path, help="metrics.json of each run")
    parser.add_argument("--table", required=True, type=Path)
    parser.add_argument("--markdown", required=True, type=Path)
    parser.add_argument("--details", required=True, type=Path, help="folder")
    parser.add_argument("--seed", type=int, default=42, help="of the bootstrap")
    args = parser.parse_args()
    found = finished_runs.read(args.metrics)
    rows = table(found, args.seed)
    for name, text in details(found).items():
        write_text(args.details / name, text)
    write_text(args.markdown, markdown(rows))
    write_text(args.table, tsv(COLUMNS, (row.cells() for row in rows)))


if __name__ == "__main__":
    cli.run(main)
