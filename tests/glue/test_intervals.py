"""Bootstrap intervals."""

import numpy as np
import pytest

from scripts.glue.scores import intervals


def test_accuracy_interval_is_the_binomial_one():
    gold = np.zeros(400, int)
    predicted = np.where(np.arange(400) < 320, 0, 1)
    low, high = intervals.of_classes("accuracy", gold, predicted, 2, seed=1)
    half = 1.96 * (0.8 * 0.2 / 400) ** 0.5
    assert low == pytest.approx(0.8 - half, abs=0.008)
    assert high == pytest.approx(0.8 + half, abs=0.008)


@pytest.mark.parametrize("metric", ["pearson", "spearman"])
def test_correlation_interval_agrees_with_fishers(metric):
    rng = np.random.default_rng(0)
    gold = rng.normal(size=800)
    predicted = gold + rng.normal(size=800)
    low, high = intervals.of_values(metric, gold, predicted, seed=1)
    middle = np.arctanh((low + high) / 2)
    fisher = np.tanh([middle - 1.96 / 797**0.5, middle + 1.96 / 797**0.5])
    assert (low, high) == pytest.approx(tuple(fisher), abs=0.015)


def test_the_same_draws_each_time_and_other_draws_for_other_seeds():
    rng = np.random.default_rng(0)
    gold, predicted = rng.normal(size=50), rng.normal(size=50)
    first = intervals.of_values("pearson", gold, predicted, seed=1)
    assert first == intervals.of_values("pearson", gold, predicted, seed=1)
    assert first != intervals.of_values("pearson", gold, predicted, seed=2)


def test_constant_predictions_give_an_interval_of_zero():
    gold = np.arange(30.0)
    assert intervals.of_values("spearman", gold, np.ones(30), seed=1) == (0, 0)
    assert intervals.of_classes("mcc", np.arange(30) % 2, np.ones(30, int), 2, seed=1) == (0, 0)


def test_memory_bound_does_not_change_the_draws(monkeypatch):
    rng = np.random.default_rng(0)
    gold, predicted = rng.normal(size=40), rng.normal(size=40)
    whole = intervals.of_values("spearman", gold, predicted, seed=3)
    monkeypatch.setattr(intervals, "CELLS", 40 * 7)
    assert intervals.of_values("spearman", gold, predicted, seed=3) == whole
