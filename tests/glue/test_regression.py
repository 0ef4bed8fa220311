"""Tasks of numbers: labels, targets, answers and correlations."""

from pathlib import Path

import numpy as np
import pytest

from scripts.common.errors import UserError
from scripts.glue.tasks.official_tasks import OFFICIAL
from scripts.glue.tasks.own_tasks import own_task

TRAIN = Path("train.tsv")
STS = OFFICIAL["STS-B"]
KIND = STS.kind


@pytest.mark.parametrize("metric", ["pearson", "spearman"])
@pytest.mark.parametrize("constant", [0.0, 2.5, np.nan, np.inf])
def test_constant_and_broken_predictions_have_no_correlation(metric, constant, recwarn):
    assert KIND.score(STS, metric, [0.0, 1.0, 5.0], [constant] * 3) == 0.0
    assert KIND.score(STS, metric, [0.0, 1.0, 5.0], [1.0, 2.0, np.nan]) == 0.0
    assert KIND.majority(STS, metric, [1.0, 2.0, 3.0]) == 0.0
    assert not recwarn


def test_correlations():
    gold, predicted = [0.0, 1, 2, 3], [0.0, 1, 4, 9]
    assert KIND.score(STS, "spearman", gold, predicted) == pytest.approx(1)
    assert KIND.score(STS, "pearson", gold, predicted) == pytest.approx(0.9583148)
    assert KIND.score(STS, "pearson", [1.0, 2.0], [2.0, 1.0]) == pytest.approx(-1)
    assert KIND.score(STS, "pearson", [1.0], [1.0]) == 0.0


def test_values_are_standardized_and_come_back():
    values = KIND.targets(STS, [1.0, 2.0, 4.5], None)
    assert values.dtype == np.float32
    learnt, center, spread = KIND.standardize(values)
    assert learnt.dtype == np.float32
    assert learnt.mean() == pytest.approx(0, abs=1e-6)
    assert learnt.std() == pytest.approx(1, abs=1e-6)
    assert learnt * spread + center == pytest.approx(values, abs=1e-6)
    assert KIND.standardize(np.full(3, 2.5, np.float32))[1:] == (2.5, 1.0)
    assert KIND.targets(STS, None, None) is None


def test_answers_are_six_digits_of_the_logit_and_stand_alone():
    found = KIND.answers(STS, [np.array([1.23456789]), np.array([np.nan])], None)
    assert found.labels == [1.23457, 0.0]
    assert found.logits.shape == (2, 0)
    assert KIND.columns(STS) == []


@pytest.mark.parametrize("cell", ["nan", "inf", "high", ""])
def test_labels_are_numbers(cell):
    assert KIND.parse_label("-3e2", STS, "f") == -300.0
    with pytest.raises(UserError, match=f"f: line 2: score '{cell}' is not a number"):
        KIND.parse_label(cell, STS, "f: line 2")


def test_there_are_no_classes():
    entry = {"name": "Mine", "text": "a", "label": "b", "metric": "pearson"}
    assert own_task(entry).with_classes_of([1.0, 2.0], TRAIN).labels == ()
    with pytest.raises(UserError, match="labels are for classes, pearson for numbers"):
        own_task(entry | {"labels": ["a", "b"]})
