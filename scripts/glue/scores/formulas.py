"""The metrics of classes and of numbers, for many weightings of the examples at once."""

import numpy as np


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
    return ratio(agreement, np.sqrt(np.maximum(spread, 0)))


def correlations(metric: str, rows: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """The first row's correlation with each other one [d, k] under weights [d, n] of the numbers.

    `rows` [k + 1, n], weights of sum 1. Pearson's, or Spearman's, which is that of the ranks;
    undefined values are 0.
    """
    found = []
    for row in rows:
        side = weighted_ranks(row, weights) if metric == "spearman" else row[None]
        side = side - (weights * side).sum(1, keepdims=True)
        found.append((side, (weights * side**2).sum(1)))
    (gold, spread), *others = found
    sums = [ratio((weights * gold * side).sum(1), np.sqrt(spread * own)) for side, own in others]
    return np.stack(sums, axis=1)


def weighted_ranks(values: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """The rank of each of the values [n] under weights [d, n], the middle one of equals: [d, n]."""
    _, place, sizes = np.unique(values, return_inverse=True, return_counts=True)
    order, starts = np.argsort(place, kind="stable"), np.cumsum(sizes) - sizes
    mass = np.add.reduceat(weights[:, order], starts, axis=1)
    return (mass.cumsum(axis=1) - mass / 2)[:, place]


def ratio(numerator: np.ndarray, denominator: np.ndarray) -> np.ndarray:
    """numerator / denominator, 0 where that is not defined."""
    zeros = np.zeros_like(numerator, dtype=float)
    return np.divide(numerator, denominator, out=zeros, where=denominator > 0)
