"""Finished finetuning runs, read from their folders and grouped for tables."""

import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from scripts.common.errors import UserError
from scripts.common.json_text import read_json
from scripts.glue.scores.intervals import Examples, examples_of
from scripts.glue.tasks.kinds import kind_of
from scripts.glue.tasks.official_tasks import OFFICIAL

PRETRAINING = re.compile(r"pretraining(\d+)")


@dataclass(frozen=True)
class Run:
    """One finetuning: its folder and what its metrics.json says."""

    folder: Path
    report: dict[str, Any]

    @property
    def row(self) -> str:
        """The task, marked where the model was finetuned on another task before."""
        source = self.report.get("init_from")
        return f"{self.report['task']} (from {source})" if source else self.report["task"]

    @property
    def pretraining(self) -> str:
        """The seed of its model's pretraining, by its folder, where there are several; else nothing."""
        return next((x[1] for x in map(PRETRAINING.fullmatch, self.folder.parts) if x), "")

    @property
    def settings(self) -> str:
        """The hyperparameters that a grid can vary, in words."""
        settings = self.report["settings"]
        return (
            f"learning rate {settings['learning_rate']:g}, batch {settings['batch_size']}, "
            f"epochs {settings['epochs']:g}"
        )

    @property
    def classes(self) -> list[str]:
        """The classes that its answers are; none where an answer is no class."""
        kind = kind_of([split_metric(next(iter(self.report["metrics"])))[0]])
        return self.report["labels"] if kind and kind.lists_answers else []

    def failed(self, metric: str) -> bool:
        return self.report["metrics"][metric] <= self.report["majority"][metric]


def read(files: Iterable[Path]) -> list[Run]:
    return [Run(file.parent, read_json(file)) for file in files]


def pretrainings(runs: list[Run]) -> list[list[int]]:
    """The places of each pretraining's runs."""
    seeds = [run.pretraining for run in runs]
    return [[n for n, other in enumerate(seeds) if other == seed] for seed in dict.fromkeys(seeds)]


def by_row(runs: Iterable[Run]) -> dict[str, list[list[Run]]]:
    """Of each row the runs of each settings, in order of first appearance."""
    groups: dict[str, dict[str, list[Run]]] = {}
    for run in runs:
        groups.setdefault(run.row, {}).setdefault(run.settings, []).append(run)
    return {row: list(settings.values()) for row, settings in groups.items()}


def chosen(runs: Iterable[Run]) -> dict[str, list[Run]]:
    """Of each row the runs of the settings with the highest median dev score; the first of equals."""
    return {
        row: max(settings, key=lambda group: float(np.median(values(group))))
        for row, settings in by_row(runs).items()
    }


def values(runs: Iterable[Run], metric: str | None = None) -> list[float]:
    return [run.report["metrics"][metric] if metric else run.report["score"] for run in runs]


def median_run(runs: list[Run]) -> Run:
    """The run in the middle by score; the lower one of two, the first of equals."""
    ranked = sorted(runs, key=lambda run: run.report["score"])
    return ranked[(len(ranked) - 1) // 2]


def split_metric(name: str) -> tuple[str, str]:
    """(metric, part) of a metric's name in the reports, such as accuracy_matched."""
    for part in OFFICIAL["MNLI"].parts:
        if name.endswith(f"_{part}"):
            return name.removesuffix(f"_{part}"), part
    return name, ""


def predictions(run: Run, name: str = "dev.tsv") -> dict[str, list[dict[str, str]]]:
    """A run's predictions by part: one mapping of columns a row."""
    parts: dict[str, list[dict[str, str]]] = {}
    with open(run.folder / name, encoding="utf-8", newline="") as file:
        for cells in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            parts.setdefault(cells["part"], []).append(cells)
    return parts


def dev_examples(runs: list[Run]) -> dict[str, Examples]:
    """The dev examples by metric, with the runs' answers; without metrics of a kind that has no
    intervals. UserError names a run on other examples than the first one's."""
    found, sides = {}, [predictions(run) for run in runs]
    made: dict[str, Examples | None] = {}
    for name in runs[0].report["metrics"]:
        metric, part = split_metric(name)
        if part not in made:
            gold = [row["label"] for row in sides[0][part]]
            for run, side in zip(runs, sides, strict=True):
                if [row["label"] for row in side[part]] != gold:
                    raise UserError(f"{run.folder}/dev.tsv: other examples than {runs[0].folder}'s")
            answers = [[row["prediction"] for row in side[part]] for side in sides]
            made[part] = examples_of(metric, runs[0].report["labels"], gold, answers)
        if examples := made[part]:
            found[name] = examples
    return found
