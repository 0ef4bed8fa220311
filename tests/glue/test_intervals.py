"""Bootstrap intervals."""

import numpy as np
import pytest

from scripts.glue.scores import intervals


def cells(values):
    return [f"{value:.6g}" for value in values]


def correlated(count):
    rng = np.random.default_rng(0)
    gold = rng.normal(size=count)
    return cells(gold), cells(gold + rng.normal(size=count))


def test_accuracy_interval_is_the_binomial_one():
    gold, predicted = ["a"] * 400, ["a"] * 320 + ["b"] * 80
    low, high = intervals.interval("accuracy", ["a", "b"], gold, predicted, seed=1)
    half = 1.96 * (0.8 * 0.2 / 400) ** 0.5
    assert low == pytest.approx(0.8 - half, abs=0.008)
    assert high == pytest.approx(0.8 + half, abs=0.008)


@pytest.mark.parametrize("metric", ["pearson", "spearman"])
def test_correlation_interval_agrees_with_fishers(metric):
    low, high = intervals.interval(metric, [], *correlated(800), seed=1)
    middle = np.arctanh((low + high) / 2)
    fisher = np.tanh([middle - 1.96 / 797**0.5, middle + 1.96 / 797**0.5])
    assert (low, high) == pytest.approx(tuple(fisher), abs=0.015)


def test_the_same_draws_each_time_and_other_draws_for_other_seeds():
    sides = correlated(50)
    first = intervals.interval("pearson", [], *sides, seed=1)
    assert first == intervals.interval("pearson", [], *sides, seed=1)
    assert first != intervals.interval("pearson", [], *sides, seed=2)


def test_constant_predictions_give_an_interval_of_zero():
    numbers, classes = cells(range(30)), list("01") * 15
    assert intervals.interval("spearman", [], numbers, ["1"] * 30, seed=1) == (0, 0)
    assert intervals.interval("mcc", ["0", "1"], classes, ["1"] * 30, seed=1) == (0, 0)


def test_memory_bound_does_not_change_the_draws(monkeypatch):
    sides = correlated(40)
    whole = intervals.interval("spearman", [], *sides, seed=3)
    monkeypatch.setattr(intervals, "CELLS", 40 * 7)
    assert intervals.interval("spearman", [], *sides, seed=3) == whole


def test_a_thousand_draws_of_which_the_middle_95_percent():
    rng = np.random.default_rng(5)
    found = intervals.of_values("pearson", [], *correlated(20), np.random.default_rng(5))
    assert len(found) == 1000
    assert len(intervals.of_classes("f1", ["a", "b"], ["a", "b"], ["a", "b"], rng)) == 1000
    expected = np.quantile(found, [0.025, 0.975])
    assert intervals.interval("pearson", [], *correlated(20), seed=5) == pytest.approx(
        tuple(expected), abs=1e-12
    )


def test_a_kind_without_a_bootstrap_has_no_interval():
    assert intervals.interval("bleu", [], ["a"], ["b"], seed=1) is None


def test_metrics_of_confusion_matrices_by_hand():
    matrix = np.array([[[4.0, 1, 0], [2, 3, 0], [0, 0, 0]]])
    assert intervals.from_confusion("accuracy", matrix)[0] == pytest.approx(0.7)
    assert intervals.from_confusion("f1", matrix[:, :2, :2])[0] == pytest.approx(2 / 3)
    # A class that is neither there nor answered does not count
    assert intervals.from_confusion("f1_macro", matrix)[0] == pytest.approx((8 / 11 + 2 / 3) / 2)
    assert intervals.from_confusion("mcc", matrix)[0] == pytest.approx(10 / 600**0.5)


def test_every_example_can_be_drawn():
    gold, predicted = correlated(12)
    found = intervals.of_values("pearson", [], gold, predicted, np.random.default_rng(3))
    rows = np.random.default_rng(3).integers(0, 12, (1000, 12))[:5]
    sides = np.array(gold, float), np.array(predicted, float)
    expected = [np.corrcoef(sides[0][row], sides[1][row])[0, 1] for row in rows]
    assert found[:5] == pytest.approx(expected)
