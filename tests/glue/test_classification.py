"""Tasks of classes: labels, targets, answers, and metrics against their definitions."""

import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripts.common.errors import UserError
from scripts.glue.tasks.official_tasks import OFFICIAL
from scripts.glue.tasks.own_tasks import own_task

PAIRS = st.lists(st.tuples(st.integers(0, 1), st.integers(0, 1)), min_size=1, max_size=60)
COLA, MNLI, MRPC = OFFICIAL["CoLA"], OFFICIAL["MNLI"], OFFICIAL["MRPC"]
TRAIN = Path("train.tsv")
ENTRY = {"name": "Mine", "text": "a", "label": "b", "metric": "accuracy"}


def score(task, metric, gold, predicted):
    """The score of class numbers."""
    return task.kind.score(
        task, metric, *([task.labels[number] for number in side] for side in (gold, predicted))
    )


def arrays(pairs):
    return tuple(np.array(side) for side in zip(*pairs, strict=True))


@given(PAIRS)
def test_binary_metrics_by_their_definitions(pairs):
    gold, predicted = arrays(pairs)
    tp, tn = int((gold & predicted).sum()), int(((1 - gold) & (1 - predicted)).sum())
    fp, fn = int(((1 - gold) & predicted).sum()), int((gold & (1 - predicted)).sum())
    assert score(MRPC, "accuracy", gold, predicted) == pytest.approx((tp + tn) / len(pairs))
    f1 = 2 * tp / (2 * tp + fp + fn) if tp + fp + fn else 0.0
    assert score(MRPC, "f1", gold, predicted) == pytest.approx(f1)
    spread = (tp + fp) * (tp + fn) * (tn + fp) * (tn + fn)
    mcc = (tp * tn - fp * fn) / spread**0.5 if spread else 0.0
    assert score(COLA, "mcc", gold, predicted) == pytest.approx(mcc)


def test_constant_classes_score_zero_mcc_without_a_warning(recwarn):
    assert score(COLA, "mcc", [0, 1, 1], [1, 1, 1]) == 0.0
    assert score(MRPC, "f1", [1, 1], [0, 0]) == 0.0
    assert not recwarn


def test_majority_answers_the_most_frequent_class():
    gold = ["1", "1", "0"]
    assert MRPC.kind.majority(MRPC, "accuracy", gold) == pytest.approx(2 / 3)
    assert MRPC.kind.majority(MRPC, "f1", gold) == pytest.approx(0.8)
    assert COLA.kind.majority(COLA, "mcc", gold) == 0.0
    assert MNLI.kind.baseline(MNLI, ["neutral", "entailment"]) == ["entailment"] * 2


def test_f1_counts_the_last_label():
    task = own_task(ENTRY | {"labels": ["spam", "ham"], "metric": "f1"})
    assert score(task, "f1", [1, 1, 0, 0], [1, 0, 0, 0]) == pytest.approx(2 / 3)


def test_there_is_no_other_metric():
    with pytest.raises(ValueError, match="no such metric: bleu"):
        score(COLA, "bleu", [0], [0])


def test_targets_are_class_numbers():
    labels = ["neutral", "contradiction", "entailment"]
    targets = MNLI.kind.targets(MNLI, labels, None)
    assert (targets.tolist(), targets.dtype) == ([2, 0, 1], np.int64)
    assert MNLI.kind.targets(MNLI, None, None) is None
    assert MNLI.kind.standardize(targets) == (targets, 0.0, 1.0)


def test_answers_are_the_highest_logits_of_six_digits():
    logits = [np.array([1.0000001, 1.0000002]), np.array([-2.0, 3.12345678])]
    found = COLA.kind.answers(COLA, logits, None)
    assert found.labels == ["0", "1"]
    assert found.logits.tolist() == [[1.0, 1.0], [-2.0, 3.12346]]
    assert COLA.kind.columns(COLA) == ["logit_0", "logit_1"]
    broken = MNLI.kind.answers(MNLI, [np.full(3, np.nan), np.array([np.nan, -1, 2])], None)
    assert broken.labels == ["contradiction", "neutral"]


def test_labels_are_those_that_are_known():
    assert COLA.kind.parse_label("1", COLA, "f: line 2") == "1"
    with pytest.raises(UserError, match=re.escape("f: line 2: unknown label '2'; CoLA has 0, 1")):
        COLA.kind.parse_label("2", COLA, "f: line 2")
    own = own_task(ENTRY)
    assert own.kind.parse_label("any", own, "f") == "any"
    with pytest.raises(UserError, match="unknown label ''; Mine has labels that are not empty"):
        own.kind.parse_label("", own, "f")


def test_classes_are_the_training_sets_in_order():
    task = own_task(ENTRY)
    assert task.with_classes_of(["10", "9", "-1", "9"], TRAIN).labels == ("-1", "9", "10")
    assert task.with_classes_of(["no", "10"], TRAIN).labels == ("10", "no")
    assert task.with_classes_of(["01", "1", "0"], TRAIN).labels == ("0", "01", "1")
    assert COLA.with_classes_of(["1", "1"], TRAIN) is COLA
    with pytest.raises(UserError, match=r"train\.tsv: the training set has one class only: no"):
        task.with_classes_of(["no"], TRAIN)
    f1 = own_task(ENTRY | {"metric": ["accuracy", "f1"]})
    assert f1.with_classes_of(["a", "b"], TRAIN).labels == ("a", "b")
    with pytest.raises(UserError, match="f1 is for two classes; take f1_macro for 3"):
        f1.with_classes_of(["a", "b", "c"], TRAIN)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"labels": ["a"]}, "glue.tasks: Mine: `labels` must name two classes or more"),
        ({"labels": ["a", "b", "c"], "metric": "f1"}, "Mine: f1 is for two classes; take f1_macro"),
    ],
)
def test_labels_of_an_own_task_that_do_not_suit(change, message):
    with pytest.raises(UserError, match=message):
        own_task(ENTRY | change)


def test_two_labels_suit_f1_and_three_accuracy():
    assert own_task(ENTRY | {"labels": [0, 1], "metric": "f1"}).labels == ("0", "1")
    assert len(own_task(ENTRY | {"labels": ["a", "b", "c"]}).labels) == 3
