"""Bootstrap intervals of a dev metric (Efron's percentile method).

Resampling examples changes a classification metric through its confusion matrix alone, so a draw
is one multinomial draw of the matrix; correlations are computed anew from drawn examples.
"""

import numpy as np
from scipy.stats import rankdata

DRAWS = 1000
LEVEL = 0.95
CELLS = 4_000_000  # drawn examples held at a time


def of_classes(
    metric: str, gold: np.ndarray, predicted: np.ndarray, classes: int, seed: int
) -> tuple[float, float]:
    """The interval of accuracy, f1, mcc or f1_macro; class numbers gold and predicted [n]."""
    counts = np.bincount(gold * classes + predicted, minlength=classes**2)
    rng = np.random.default_rng(seed)
    draws = rng.multinomial(len(gold), counts / len(gold), size=DRAWS)
    return bounds(from_confusion(metric, draws.reshape(-1, classes, classes).astype(float)))


def from_confusion(metric: str, matrix: np.ndarray) -> np.ndarray:
    """A metric of each confusion matrix [d, gold, predicted]; undefined values are 0."""
    right = np.diagonal(matrix, axis1=1, axis2=2)
    gold, predicted, total = matrix.sum(2), matrix.sum(1), matrix.sum((1, 2))
    if metric == "accuracy":
        return right.sum(1) / total
    if metric in ("f1", "f1_macro"):
        f1 = ratio(2 * right, gold + predicted)
        if metric == "f1":
            return f1[:, -1]
        present = gold + predicted > 0
        return (f1 * present).sum(1) / present.sum(1)
    # Gorodkin's correlation of more than two classes, which for two is Matthews's
    agreement = right.sum(1) * total - (gold * predicted).sum(1)
    spread = (total**2 - (gold**2).sum(1)) * (total**2 - (predicted**2).sum(1))
    return ratio(agreement, np.sqrt(spread))


def of_values(
    metric: str, gold: np.ndarray, predicted: np.ndarray, seed: int
) -> tuple[float, float]:
    """The interval of pearson or spearman; values gold and predicted [n]."""
    rng = np.random.default_rng(seed)
    found = []
    for rows in np.array_split(np.arange(DRAWS), max(1, -(-DRAWS * len(gold) // CELLS))):
        drawn = rng.integers(0, len(gold), (len(rows), len(gold)))
        pair = gold[drawn], predicted[drawn]
        if metric == "spearman":
            pair = tuple(rankdata(side, axis=1) for side in pair)
        left, right = (side - side.mean(1, keepdims=True) for side in pair)
        found.append(ratio((left * right).sum(1), np.sqrt((left**2).sum(1) * (right**2).sum(1))))
    return bounds(np.concatenate(found))


def ratio(numerator: np.ndarray, denominator: np.ndarray) -> np.ndarray:
    """numerator / denominator, 0 where that is not defined."""
    return np.divide(
        numerator, denominator, out=np.zeros_like(numerator, dtype=float), where=denominator > 0
    )


def bounds(values: np.ndarray) -> tuple[float, float]:
    """The middle 95% of the drawn values."""
    tail = (1 - LEVEL) / 2
    low, high = np.quantile(values, [tail, 1 - tail])
    return float(low), float(high)
