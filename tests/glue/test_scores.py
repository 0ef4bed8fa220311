"""The official metrics, against their definitions."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripts.glue.scores import intervals, scores
from scripts.glue.tasks.tasks import OFFICIAL, own_task

PAIRS = st.lists(st.tuples(st.integers(0, 1), st.integers(0, 1)), min_size=1, max_size=60)
MNLI, MRPC, STS = OFFICIAL["MNLI"], OFFICIAL["MRPC"], OFFICIAL["STS-B"]


def arrays(pairs):
    return tuple(np.array(side) for side in zip(*pairs, strict=True))


@given(PAIRS)
def test_binary_metrics_by_their_definitions(pairs):
    gold, predicted = arrays(pairs)
    tp, tn = int((gold & predicted).sum()), int(((1 - gold) & (1 - predicted)).sum())
    fp, fn = int(((1 - gold) & predicted).sum()), int((gold & (1 - predicted)).sum())
    assert scores.score(MRPC, "accuracy", gold, predicted) == pytest.approx((tp + tn) / len(pairs))
    f1 = 2 * tp / (2 * tp + fp + fn) if tp + fp + fn else 0.0
    assert scores.score(MRPC, "f1", gold, predicted) == pytest.approx(f1)
    spread = (tp + fp) * (tp + fn) * (tn + fp) * (tn + fn)
    mcc = (tp * tn - fp * fn) / spread**0.5 if spread else 0.0
    assert scores.score(OFFICIAL["CoLA"], "mcc", gold, predicted) == pytest.approx(mcc)


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=1, max_size=60))
def test_confusion_formulas_agree_with_the_library(pairs):
    gold, predicted = arrays(pairs)
    matrix = np.zeros((1, 3, 3))
    np.add.at(matrix[0], (gold, predicted), 1)
    for metric in ("accuracy", "f1_macro", "mcc"):
        expected = scores.score(MNLI, metric, gold, predicted)
        assert intervals.from_confusion(metric, matrix)[0] == pytest.approx(expected, abs=1e-9)


@given(PAIRS)
def test_binary_f1_of_a_confusion_matrix(pairs):
    gold, predicted = arrays(pairs)
    matrix = np.zeros((1, 2, 2))
    np.add.at(matrix[0], (gold, predicted), 1)
    expected = scores.score(MRPC, "f1", gold, predicted)
    assert intervals.from_confusion("f1", matrix)[0] == pytest.approx(expected)


@pytest.mark.parametrize("metric", ["pearson", "spearman"])
@pytest.mark.parametrize("constant", [0.0, 2.5, np.nan])
def test_constant_and_broken_predictions_have_no_correlation(metric, constant):
    gold = np.array([0.0, 1.0, 5.0])
    assert scores.score(STS, metric, gold, np.full(3, constant)) == 0.0


def test_correlations():
    gold, predicted = np.array([0.0, 1, 2, 3]), np.array([0.0, 1, 4, 9])
    assert scores.score(STS, "spearman", gold, predicted) == pytest.approx(1)
    assert scores.score(STS, "pearson", gold, predicted) == pytest.approx(0.9583148)


def test_constant_classes_score_zero_mcc():
    gold = np.array([0, 1, 1])
    assert scores.score(OFFICIAL["CoLA"], "mcc", gold, np.ones(3, int)) == 0.0


def test_majority_answers_the_most_frequent_dev_class():
    gold = np.array([1, 1, 0])
    assert scores.majority(MRPC, "accuracy", gold) == pytest.approx(2 / 3)
    assert scores.majority(MRPC, "f1", gold) == pytest.approx(0.8)
    assert scores.majority(OFFICIAL["CoLA"], "mcc", gold) == 0.0
    assert scores.majority(STS, "pearson", np.array([1.0, 2.0, 3.0])) == 0.0


def test_f1_counts_the_last_label():
    task = own_task(
        {"name": "Mine", "text": "a", "label": "b", "labels": ["spam", "ham"], "metric": "f1"}
    )
    gold, predicted = np.array([1, 1, 0, 0]), np.array([1, 0, 0, 0])
    assert scores.score(task, "f1", gold, predicted) == pytest.approx(2 / 3)
