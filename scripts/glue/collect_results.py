"""Make the GLUE table from all finetuning runs.

    python -m scripts.glue.collect_results results/glue/*/seed*/metrics.json \\
        --table glue_results.tsv --markdown glue_results.md --details results/glue/summary

Figures are percentages of the dev set, rounded to one decimal as the benchmark does. Beside the
table it writes to the details folder runs.tsv (every run's metrics), confusion.tsv (of each task's
median run) and curves.tsv (of every run). Of a grid's settings the one with the highest median dev
score counts; how many there were, and what the choice scores on other examples, stands beside it.
"""

import itertools
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal

import numpy as np

from scripts.common import cli
from scripts.common.atomic import write_text
from scripts.common.data import data_yaml
from scripts.common.digest import hash64
from scripts.glue.scores import finished_runs, intervals
from scripts.glue.scores.finished_runs import Run
from scripts.glue.scores.nested_choice import nested_medians
from scripts.glue.tasks.official_tasks import OFFICIAL

# What the official tasks are scored on, by glue.source.
Source = Literal["sample", "download", "folder"]
DATA: dict[Source, str] = {"sample": "invented", "download": "GLUE", "folder": "GLUE"}

# One line of the table by column: fractions, numbers and words, and nothing where it says nothing.
Row = dict[str, Any]

TABLE = data_yaml(__file__, "table.yaml")
COLUMNS = TABLE["columns"].split()


def percent(value: float) -> str:
    return f"{100 * value + 0.0:.1f}"


def cells(row: Row) -> dict[str, str]:
    """A row's cells by column: percentages with one decimal, numbers, words, or nothing."""
    told = {name: value for name, value in row.items() if value is not None}
    told |= {name: percent(told[name]) for name in TABLE["percentages"].split() if name in told}
    return {name: str(told.get(name, "")) for name in COLUMNS}


def table_rows(found: list[Run], seed: int, source: Source = "folder") -> list[Row]:
    """The rows of all tasks and metrics, and the averages of the official ones.

    `source` is glue.source: where the data of the official tasks come from.
    """
    groups = finished_runs.chosen(found)
    rows = {
        name: list(metric_rows(name, groups[name], settings, seed))
        for name, settings in finished_runs.by_row(found).items()
    }
    official = [task for task in OFFICIAL if task in rows]
    data = dict.fromkeys(official, DATA[source])
    return [
        *(row | {"data": data.get(task, "own")} for task in rows for row in rows[task]),
        *(
            average(name, [groups[task] for task in tasks], [rows[task] for task in tasks])
            | {"data": DATA[source]}
            for name, tasks in averages(official)
        ),
    ]


def averages(official: list[str]) -> Iterable[tuple[str, list[str]]]:
    """(what is averaged, the tasks) of each average over the official tasks at hand."""
    without = [task for task in official if task != "WNLI"]
    for tasks, note in ((official, ""), (without, "without WNLI: ")):
        if len(tasks) > 1 and (not note or len(without) < len(official)):
            yield f"{note}{len(tasks)} tasks: {', '.join(tasks)}", tasks


def metric_rows(name: str, group: list[Run], settings: list[list[Run]], seed: int) -> Iterable[Row]:
    """The metrics of one task over its runs, those of the best of several settings."""
    first, examples = group[0].report, finished_runs.dev_examples(group)
    pretrainings = finished_runs.pretrainings(group)
    nested: dict[str, float] = {}
    if len(settings) > 1:
        every = finished_runs.dev_examples(list(itertools.chain.from_iterable(settings)))
        nested = nested_medians(every, list(map(len, settings)), hash64(seed, name))
    for metric in first["metrics"]:
        found = finished_runs.values(group, metric)
        low_high: tuple[float | None, float | None] = (None, None)
        if metric in examples:
            plain_name, part = finished_runs.split_metric(metric)
            low_high = intervals.of_median(
                plain_name, examples[metric], found, hash64(seed, name, part), pretrainings
            )
        between, within = intervals.spreads(found, pretrainings)
        yield {
            "task": name,
            "metric": metric,
            "median": float(np.median(found)),
            "mean": float(np.mean(found)),
            "std": deviation(found),
            "std_pretraining": between,
            "std_finetuning": within,
            "best": max(found),
            "pretrainings": len(pretrainings),
            "runs": len(found),
            "failed": sum(run.failed(metric) for run in group),
            "majority_baseline": first["majority"][metric],
            "dev_examples": first["dev_examples"][metric],
            "ci95_low": low_high[0],
            "ci95_high": low_high[1],
            "settings": group[0].settings,
            "settings_tried": len(settings),
            "nested": nested.get(metric),
        }


def deviation(values: Iterable[float]) -> float | None:
    """The sample's standard deviation, of two values or more."""
    found = list(values)
    return float(np.std(found, ddof=1)) if len(found) > 1 else None


def average(name: str, groups: list[list[Run]], rows: list[list[Row]]) -> Row:
    """The mean over tasks of each task's mean over metrics, for each statistic.

    `groups` are the runs of each task, `rows` its metrics' rows. The standard deviation is that of
    the seeds' own averages, where all tasks have the same seeds and pretrainings.
    """
    means = {
        column: float(np.mean([np.mean([row[column] for row in of_task]) for of_task in rows]))
        for column in ("median", "mean", "best", "majority_baseline")
    }
    scores = [finished_runs.values(group) for group in groups]
    seeds = {tuple((run.pretraining, run.report["seed"]) for run in group) for group in groups}
    return means | {
        "task": "average",
        "metric": name,
        "std": deviation(np.mean(scores, axis=0)) if len(seeds) == 1 else None,
        "pretrainings": min(len(finished_runs.pretrainings(group)) for group in groups),
        "runs": min(map(len, groups)),
    }


def tsv(header: Iterable[str], lines: Iterable[Iterable[object]]) -> str:
    return "".join("\t".join(map(str, line)) + "\n" for line in [header, *lines])


def markdown_text(rows: list[Row]) -> str:
    markdown = TABLE["markdown"]
    lines = [markdown["head"]]
    for row in map(cells, rows):
        tried, nested = row["settings_tried"], row["nested"]
        row["median"] += f" (best of {tried}; nested {nested})" if nested else ""
        row["mean"] += f" ± {row['std']}" if row["std"] else ""
        if row["std_pretraining"]:
            row["mean"] += f" ({row['std_pretraining']}; {row['std_finetuning']})"
        row["runs"] += f" ({row['failed']})" if row["failed"] else ""
        row["interval"] = f"{row['ci95_low']} to {row['ci95_high']}" if row["ci95_low"] else ""
        lines.append("| " + " | ".join(row[name] for name in markdown["columns"].split()) + " |")
    invented = any(row["data"] == DATA["sample"] for row in rows)
    notes = [markdown["notes"], *([markdown["invented"]] if invented else [])]
    return "\n".join([*lines, "", *notes])


def names(run: Run) -> tuple[object, ...]:
    return run.row, run.pretraining, run.report["seed"], run.settings


def detail_texts(found: list[Run]) -> dict[str, str]:
    every = [
        (*names(run), metric, percent(value), int(run.failed(metric)))
        for run in found
        for metric, value in run.report["metrics"].items()
    ]
    confusion = [
        (row, part, label, prediction, number)
        for row, group in finished_runs.chosen(found).items()
        for part, label, prediction, number in confusions(finished_runs.median_run(group))
    ]
    curves = [
        (*names(run), line)
        for run in found
        for line in (run.folder / "curve.tsv").read_text(encoding="utf-8").split("\n")[1:-1]
    ]
    first = ("task", "pretraining", "seed", "settings")
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


def collect_results(
    metrics: list[Path],
    /,
    table: Path,
    markdown: Path,
    details: Path,
    source: Source = "folder",
    seed: int = 42,
) -> None:
    """Write the table, also as Markdown, and the details; `seed` is that of the bootstrap."""
    found = finished_runs.read(metrics)
    rows = table_rows(found, seed, source)
    for name, text in detail_texts(found).items():
        write_text(details / name, text)
    write_text(markdown, markdown_text(rows))
    write_text(table, tsv(COLUMNS, (cells(row).values() for row in rows)))


main = cli.step(collect_results, metrics="of each run", details="folder", source="of the tasks")
