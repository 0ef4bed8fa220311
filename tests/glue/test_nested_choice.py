"""What a grid's best setting scores on other examples."""

import numpy as np
import pytest

from scripts.glue.scores.intervals import Classes, Numbers
from scripts.glue.scores.nested_choice import nested_medians

LABELS = ["a", "b"]


def test_a_setting_that_wins_on_every_half_scores_what_it_scores():
    gold = LABELS * 50
    better, worse = gold[:90] + gold[91:] + ["a"], ["a"] * 100
    examples = {"accuracy": Classes(LABELS, gold, [worse, better, better, better])}
    right = np.mean([one == other for one, other in zip(gold, better, strict=True)])
    assert nested_medians(examples, [1, 3], 1)["accuracy"] == pytest.approx(right, abs=1e-9)


def test_the_score_of_all_metrics_chooses():
    """The first setting has the better accuracy, the second by far the better f1."""
    gold = ["a"] * 80 + ["b"] * 20
    never, often = ["a"] * 100, ["a"] * 50 + ["b"] * 50
    both = Classes(LABELS, gold, [never, often])
    found = nested_medians({"accuracy": both, "f1": both}, [1, 1], 1)
    assert found["accuracy"] == pytest.approx(0.7, abs=0.01)
    assert found["f1"] == pytest.approx(20 * 2 / 70, abs=0.02)


def test_parts_of_a_set_are_halved_each_and_numbers_too():
    numbers = [f"{value}" for value in range(40)]
    examples = {"pearson": Numbers([], numbers, [numbers[::-1], numbers])}
    assert nested_medians(examples, [1, 1], 1) == {"pearson": pytest.approx(1)}
    assert nested_medians({}, [1, 1], 1) == {}


@pytest.mark.slow
def test_the_luck_of_a_choice_is_no_part_of_it():
    """Twelve settings that are right on 65% of all examples, three runs each, on sets of RTE's size."""
    rng = np.random.default_rng(5)
    best, honest = [], []
    for seed in range(60):
        right = rng.random((12, 1, 277)) < 0.65
        right = np.where(rng.random((12, 3, 277)) < 0.7, right, rng.random((12, 3, 277)) < 0.65)
        answers = [["a" if hit else "b" for hit in run] for run in right.reshape(36, 277)]
        examples = {"accuracy": Classes(LABELS, ["a"] * 277, answers)}
        best.append(np.median(right.mean(2), axis=1).max())
        honest.append(nested_medians(examples, [3] * 12, seed)["accuracy"])
    assert np.mean(best) > 0.68
    assert np.mean(honest) == pytest.approx(0.65, abs=0.006)
