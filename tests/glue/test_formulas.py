"""Metrics: by hand, and beside scikit-learn and scipy."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from sklearn import metrics

from scripts.glue.scores.formulas import from_confusion
from scripts.glue.tasks.official_tasks import OFFICIAL
from scripts.glue.tasks.own_tasks import own_task

TWO, THREE, STS = OFFICIAL["MRPC"], OFFICIAL["MNLI"], OFFICIAL["STS-B"]
FOUR = own_task(
    {"name": "Four", "text": "a", "label": "b", "metric": "mcc", "labels": list("wxyz")}
)
LIBRARY = {
    "accuracy": metrics.accuracy_score,
    "f1": lambda *pair: metrics.f1_score(*pair, zero_division=0),
    "f1_macro": lambda *pair: metrics.f1_score(*pair, average="macro", zero_division=0),
    "mcc": metrics.matthews_corrcoef,
    "pearson": lambda *pair: stats.pearsonr(*pair).statistic,
    "spearman": lambda *pair: stats.spearmanr(*pair).statistic,
}


def test_metrics_of_confusion_matrices_by_hand():
    matrix = np.array([[[4.0, 1, 0], [2, 3, 0], [0, 0, 0]]])
    assert from_confusion("accuracy", matrix)[0] == pytest.approx(0.7)
    assert from_confusion("f1", matrix[:, :2, :2])[0] == pytest.approx(2 / 3)
    # A class that is neither there nor answered does not count
    assert from_confusion("f1_macro", matrix)[0] == pytest.approx((8 / 11 + 2 / 3) / 2)
    assert from_confusion("mcc", matrix)[0] == pytest.approx(10 / 600**0.5)


@pytest.mark.parametrize(
    ("task", "metric"),
    [
        *((TWO, "accuracy"), (TWO, "f1"), (TWO, "f1_macro"), (TWO, "mcc")),
        *((THREE, "accuracy"), (THREE, "f1_macro"), (THREE, "mcc"), (FOUR, "mcc")),
    ],
)
@pytest.mark.filterwarnings("ignore:A single label")
@pytest.mark.parametrize("count", [1, 2, 9, 5000])
def test_scores_of_classes_are_scikit_learns(task, metric, count):
    classes = len(task.labels)
    for seed in range(10):
        rng = np.random.default_rng([seed, count])
        gold = rng.integers(0, rng.integers(1, classes + 1), count)
        predicted = np.where(rng.random(count) < 0.6, gold, rng.integers(0, classes, count))
        sides = ([task.labels[number] for number in side] for side in (gold, predicted))
        expected = LIBRARY[metric](gold, predicted)
        assert task.kind.score(task, metric, *sides) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("metric", ["pearson", "spearman"])
@given(
    rows=st.lists(st.tuples(st.integers(0, 25), st.integers(-400, 400)), min_size=3, max_size=80)
)
def test_scores_of_numbers_are_scipys(metric, rows):
    gold, predicted = ([value / 5 for value in side] for side in zip(*rows, strict=True))
    found = STS.kind.score(STS, metric, gold, predicted)
    if len(set(gold)) > 1 and len(set(predicted)) > 1:
        assert found == pytest.approx(LIBRARY[metric](gold, predicted), abs=1e-12)
    else:
        assert found == 0.0
