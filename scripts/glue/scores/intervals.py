"""Bootstrap intervals of a dev metric (Efron's percentile method).

Resampling examples changes a classification metric through its confusion matrix alone, so a draw
is one multinomial draw of the matrix; correlations are computed anew from drawn examples.
"""

from collections.abc import Callable

import numpy as np

from scripts.glue.tasks.kinds import kind_of

DRAWS = 1000
LEVEL = 0.95
CELLS = 4_000_000  # drawn examples held at a time


def interval(
    metric: str, labels: list[str], gold: list[str], predicted: list[str], seed: int
) -> tuple[float, float] | None:
    """The interval of a metric, from the cells of a file of predictions.

    `labels` are the task's classes in order. None for a kind of task without a bootstrap here.
    """
    kind = kind_of([metric])
    bootstrap = BOOTSTRAPS.get(kind.name) if kind else None
    if not bootstrap:
        return None
    values = bootstrap(metric, labels, gold, predicted, np.random.default_rng(seed))
    tail = (1 - LEVEL) / 2
    low, high = np.quantile(values, [tail, 1 - tail])
    return float(low), float(high)


def of_classes(
    metric: str, labels: list[str], gold: list[str], predicted: list[str], rng: np.random.Generator
) -> np.ndarray:
    """Draws of accuracy, f1, mcc or f1_macro [d]."""
    classes = len(labels)
    numbers = {label: number for number, label in enumerate(labels)}
    pairs = [
        numbers[label] * classes + numbers[answer]
        for label, answer in zip(gold, predicted, strict=True)
    ]
    counts = np.bincount(pairs, minlength=classes**2)
    draws = rng.multinomial(len(gold), counts / len(gold), size=DRAWS)
    return from_confusion(metric, draws.reshape(-1, classes, classes).astype(float))


def from_confusion(metric: str, matrix: np.ndarray) -> np.ndarray:
    """A metric of each confusion matrix [d, gold, predicted]; undefined values are 0."""
    correct = np.diagonal(matrix, axis1=1, axis2=2)
    gold, predicted, total = matrix.sum(2), matrix.sum(1), matrix.sum((1, 2))
    if metric == "accuracy":
        return correct.sum(1) / total
    if metric in ("f1", "f1_macro"):
        f1 = ratio(2 * correct, gold + predicted)
        if metric == "f1":
            return f1[:, -1]
        present = gold + predicted > 0
        return (f1 * present).sum(1) / present.sum(1)
    # Gorodkin's correlation of more than two classes, which for two is Matthews's
    agreement = correct.sum(1) * total - (gold * predicted).sum(1)
    spread = (total**2 - (gold**2).sum(1)) * (total**2 - (predicted**2).sum(1))
    return ratio(agreement, np.sqrt(spread))


def of_values(
    metric: str, labels: list[str], gold: list[str], predicted: list[str], rng: np.random.Generator
) -> np.ndarray:
    """Draws of pearson or spearman [d]."""
    sides = [np.array(cells, float) for cells in (gold, predicted)]
    found = []
    for rows in np.array_split(np.arange(DRAWS), max(1, -(-DRAWS * len(gold) // CELLS))):
        drawn = rng.integers(0, len(gold), (len(rows), len(gold)))
        pair = [side[drawn] for side in sides]
        if metric == "spearman":
            from scipy.stats import rankdata

            pair = [rankdata(side, axis=1) for side in pair]
        left, right = (side - side.mean(1, keepdims=True) for side in pair)
        found.append(ratio((left * right).sum(1), np.sqrt((left**2).sum(1) * (right**2).sum(1))))
    return np.concatenate(found)


BOOTSTRAPS: dict[str, Callable[..., np.ndarray]] = {
    "classification": of_classes,
    "regression": of_values,
}


def ratio(numerator: np.ndarray, denominator: np.ndarray) -> np.ndarray:
    """numerator / denominator, 0 where that is not defined."""
    return np.divide(
        numerator, denominator, out=np.zeros_like(numerator, dtype=float), where=denominator > 0
    )
