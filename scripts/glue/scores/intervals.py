"""Intervals of 95%: what other dev examples, and other seeds, would have given.

Examples: the Bayesian bootstrap (Rubin 1981). A draw gives each dev example a random weight, the same
in all runs, and takes the statistic anew. Runs: what their scores differ by beyond what their
answers to these examples do is a normal sample of as many seeds, by Student's t. Both parts are added in
squares (Zou and Donner 2008).
"""

import math
from abc import ABC, abstractmethod
from collections import Counter

import numpy as np

from scripts.glue.scores.formulas import correlations, from_confusion
from scripts.glue.tasks.kinds import kind_of

DRAWS = 1000
LEVEL = 0.95
CELLS = 4_000_000  # weights held at a time
FRACTIONS = ("accuracy", "f1", "f1_macro")  # the others are correlations
MOMENTS = 5  # that a correlation is computed from: examples that it has the fewer for its spread


class Examples(ABC):
    """The answers of k runs to a set of dev examples, as rows that stand for `counts` [m] examples.

    `shapes` [m] are those of the gamma distributions of the rows' weights.
    """

    counts: np.ndarray
    shapes: np.ndarray

    @abstractmethod
    def values(self, metric: str, weights: np.ndarray) -> np.ndarray:
        """A metric of each run [d, k] under weights of the rows [d, m]."""

    def bounds(self, value: float, draws: np.ndarray) -> tuple[float, float]:
        """The interval about a statistic from its draws [d]."""
        return percentiles(value, draws)

    def draws(self, metric: str, seed: int) -> np.ndarray:
        """Draws of a metric of each run [DRAWS, k]; of one seed all metrics have the same weights."""
        rng = np.random.default_rng(seed)
        parts = np.array_split(np.arange(DRAWS), max(1, -(-DRAWS * len(self.shapes) // CELLS)))
        sizes = [(len(part), len(self.shapes)) for part in parts]
        weights = (rng.standard_gamma(self.shapes, size) for size in sizes)
        return np.concatenate([self.values(metric, rows) for rows in weights])


class Classes(Examples):
    """Answers that are classes. A row is what examples have in common: their class and all answers.

    Half an example answered rightly and half one wrongly are added, in equal parts of each kind:
    Jeffreys' prior, with which the interval of an accuracy holds near 100% too (Brown et al. 2001).
    """

    def __init__(self, labels: list[str], gold: list[str], answers: list[list[str]]):
        numbers = {label: number for number, label in enumerate(labels)}
        self.classes = len(labels)
        alike = Counter(zip(gold, *answers, strict=True)).items()
        known = sorted(([numbers[label] for label in side], count) for side, count in alike)
        rows, counts = np.transpose([row for row, _ in known]), [count for _, count in known]
        cells = np.indices((self.classes, self.classes)).reshape(2, -1)
        right = cells[0] == cells[1]
        self.rows = np.hstack([rows, cells[[0] + [1] * len(answers)]])
        self.counts = np.append(counts, np.zeros(len(right), int))
        self.shapes = np.append(counts, 0.5 / np.where(right, right.sum(), (~right).sum()))

    def values(self, metric: str, weights: np.ndarray) -> np.ndarray:
        from scipy.sparse import csr_array

        found = []
        rows, square = len(self.counts), self.classes**2
        for answers in self.rows[1:]:
            cells = self.rows[0] * self.classes + answers
            table = csr_array((np.ones(rows), cells, np.arange(rows + 1)), shape=(rows, square))
            matrix = np.asarray(weights @ table).reshape(-1, self.classes, self.classes)
            found.append(from_confusion(metric, matrix))
        return np.stack(found, axis=1)


class Numbers(Examples):
    """Answers that are numbers: a row is an example."""

    def __init__(self, labels: list[str], gold: list[str], answers: list[list[str]]):
        self.rows = np.array([gold, *answers], float)
        self.counts = np.ones(len(gold), int)
        self.shapes = np.full(len(gold), max(0.5, 1 - MOMENTS / len(gold)))

    def values(self, metric: str, weights: np.ndarray) -> np.ndarray:
        weights = weights / weights.sum(1, keepdims=True)
        return correlations(metric, self.rows, weights)

    def bounds(self, value: float, draws: np.ndarray) -> tuple[float, float]:
        """About Fisher's z, which is near to normal, by the draws' deviation and Student's t."""
        limit = 1 - 1e-9
        center, draws = np.arctanh(np.clip(value, -limit, limit)), np.clip(draws, -limit, limit)
        half = t_quantile(max(1, len(self.counts) - MOMENTS)) * np.arctanh(draws).std()
        return float(np.tanh(center - half)), float(np.tanh(center + half))


KINDS: dict[str, type[Examples]] = {"classification": Classes, "regression": Numbers}


def examples_of(
    metric: str, labels: list[str], gold: list[str], answers: list[list[str]]
) -> Examples | None:
    """The runs' answers as a metric's kind of task reads them; None for a kind without intervals.

    `labels` are the task's classes in order, the others cells of the files of predictions.
    """
    kind = kind_of([metric])
    known = KINDS.get(kind.name) if kind else None
    return known(labels, gold, answers) if known else None  # type: ignore[call-arg]  # a subclass


def percentiles(value: float, draws: np.ndarray) -> tuple[float, float]:
    """The middle of a statistic's draws [d], and the value itself."""
    low, high = np.quantile(draws, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return min(float(low), value), max(float(high), value)


def of_median(
    metric: str, examples: Examples, values: list[float], seed: int, groups: list[list[int]]
) -> tuple[float, float]:
    """The interval of the median of the runs' values, for other examples and other seeds.

    `groups` are the places of each pretraining's runs.
    """
    draws, value = examples.draws(metric, seed), float(np.median(values))
    bounds = examples.bounds(value, np.median(draws, axis=1))
    low, high = with_runs(value, bounds, run_reach(values, draws, groups))
    return max(low, 0.0 if metric in FRACTIONS else -1.0), min(high, 1.0)


def with_runs(value: float, bounds: tuple[float, float], *reaches: float) -> tuple[float, float]:
    """An interval that holds for other seeds too, from one for other examples (see `run_reach`)."""
    low, high = (math.hypot(value - end, *reaches) for end in bounds)
    return value - low, value + high


def run_reach(values: list[float], draws: np.ndarray, groups: list[list[int]]) -> float:
    """Half the interval of the median of runs that their seeds alone would give; 0 of one run.

    `draws` [d, k] tell how much of the runs' spread is due to the examples that each fails on. Of
    several pretrainings, each of the `groups` of places counts as one run, by its median: runs of one
    model say nothing of another.
    """
    if len(groups) > 1:
        values = [float(np.median([values[place] for place in group])) for group in groups]
        draws = np.stack([np.median(draws[:, group], axis=1) for group in groups], axis=1)
    count = len(values)
    if count < 2:
        return 0.0
    variance = max(0.0, 2 * np.var(values, ddof=1) - draws.var(axis=1, ddof=1).mean())
    normal = np.random.default_rng(0).standard_normal((4096, count))  # median's variance, to 2%
    return t_quantile(count - 1) * math.sqrt(variance * np.median(normal, axis=1).var())


def spreads(values: list[float], groups: list[list[int]]) -> tuple[float | None, float | None]:
    """The standard deviations that pretraining's seeds and finetuning's bring, where both are several.

    A one-way analysis of variance with random effects and groups of one size (Searle, Casella and
    McCulloch 1992, section 3.5).
    """
    table = np.array([[values[place] for place in group] for group in groups])
    if min(table.shape) < 2:
        return None, None
    within = float(table.var(axis=1, ddof=1).mean())
    between = float(table.mean(axis=1).var(ddof=1)) - within / table.shape[1]
    return math.sqrt(max(0.0, between)), math.sqrt(within)


def t_quantile(degrees: int) -> float:
    from scipy.special import stdtrit

    return float(stdtrit(degrees, (1 + LEVEL) / 2))
