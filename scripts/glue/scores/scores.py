"""GLUE's metrics, by scikit-learn and scipy; degenerate predictions score 0, never NaN."""

import warnings
from collections.abc import Callable, Sequence

import numpy as np
from scipy.stats import pearsonr, spearmanr
from sklearn.metrics import accuracy_score, f1_score, matthews_corrcoef

from scripts.glue.tasks.tasks import Task


def score(task: Task, metric: str, gold: np.ndarray, predicted: np.ndarray) -> float:
    """One metric of one evaluation set, as a fraction.

    `gold` and `predicted` [n] are class numbers, or values for regression. A constant or
    non-finite prediction has no correlation: 0.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # both libraries warn of constant predictions
        if metric in CORRELATIONS:
            return correlation(CORRELATIONS[metric], gold, predicted)
        return agreement(task, metric, gold, predicted)


def agreement(task: Task, metric: str, gold: np.ndarray, predicted: np.ndarray) -> float:
    """A metric of class numbers; f1 counts the last class as the positive one."""
    if metric == "accuracy":
        return float(accuracy_score(gold, predicted))
    if metric == "f1":
        return float(f1_score(gold, predicted, pos_label=len(task.labels) - 1, zero_division=0))
    if metric == "f1_macro":
        return float(f1_score(gold, predicted, average="macro", zero_division=0))
    if metric == "mcc":
        return float(matthews_corrcoef(gold, predicted))
    raise ValueError(f"no such metric: {metric}")


CORRELATIONS: dict[str, Callable] = {"pearson": pearsonr, "spearman": spearmanr}


def correlation(function: Callable, gold: np.ndarray, predicted: np.ndarray) -> float:
    """A correlation coefficient, 0 where it is not defined."""
    if len(gold) < 2 or not np.isfinite(predicted).all():
        return 0.0
    value = float(function(gold, predicted).statistic)
    return value if np.isfinite(value) else 0.0


def majority(task: Task, metric: str, gold: np.ndarray) -> float:
    """What always answering this set's most frequent class (or one number) scores."""
    constant = 0.0 if task.regression else np.bincount(gold.astype(int)).argmax()
    return score(task, metric, gold, np.full(len(gold), constant))


def task_score(metrics: dict[str, float] | Sequence[float]) -> float:
    """A task's one number: the mean of its metrics (MNLI's two sets count as one task)."""
    values = list(metrics.values()) if isinstance(metrics, dict) else list(metrics)
    return float(np.mean(values))
