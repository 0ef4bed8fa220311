"""Intervals: whom they hold for, and how often they are right."""

import numpy as np
import pytest
from scipy import stats

from scripts.glue.scores import intervals
from scripts.glue.scores.formulas import from_confusion


def cells(values):
    return [f"{value:.6g}" for value in values]


def correlated(count, rng=None, rho=0.7):
    rng = rng or np.random.default_rng(0)
    gold = rng.normal(size=count)
    return cells(gold), cells(rho * gold + (1 - rho**2) ** 0.5 * rng.normal(size=count))


def correlation(metric, gold, answers):
    function = {"pearson": stats.pearsonr, "spearman": stats.spearmanr}[metric]
    return float(function(np.array(gold, float), np.array(answers, float)).statistic)


def interval(metric, labels, gold, answers, values, seed=1):
    examples = intervals.examples_of(metric, labels, gold, answers)
    return intervals.of_median(metric, examples, values, seed, [list(range(len(values)))])


@pytest.mark.parametrize("wrong", [0, 1, 2, 80, 200, 398, 400])
def test_the_interval_of_an_accuracy_is_jeffreys(wrong):
    """Brown, Cai and DasGupta (2001): the beta distribution's quantiles, and the end itself at it."""
    gold, predicted = ["a"] * 400, ["a"] * (400 - wrong) + ["b"] * wrong
    low, high = interval("accuracy", ["a", "b"], gold, [predicted], [1 - wrong / 400])
    quantiles = stats.beta(400 - wrong + 0.5, wrong + 0.5).ppf([0.025, 0.975])
    assert low == pytest.approx(quantiles[0] if wrong < 400 else 0, abs=0.004)
    assert high == pytest.approx(quantiles[1] if wrong else 1, abs=0.004)


@pytest.mark.parametrize("metric", ["pearson", "spearman"])
def test_correlation_interval_agrees_with_fishers(metric):
    gold, answers = correlated(800)
    value = correlation(metric, gold, answers)
    low, high = interval(metric, [], gold, [answers], [value])
    fisher = np.tanh(np.arctanh(value) + np.array([-1.96, 1.96]) / 797**0.5)
    assert (low, high) == pytest.approx(tuple(fisher), abs=0.01)


def test_the_same_draws_each_time_and_other_draws_for_other_seeds():
    gold, answers = correlated(50)
    first, same, other = (
        interval("pearson", [], gold, [answers], [0.7], seed) for seed in (1, 1, 2)
    )
    assert first == same != other


def test_constant_predictions_of_numbers_have_no_correlation_to_draw():
    assert interval("spearman", [], cells(range(30)), [["1"] * 30], [0.0]) == pytest.approx(
        (0, 0), abs=1e-9
    )


def test_memory_bound_does_not_change_the_draws(monkeypatch):
    gold, answers = correlated(40)
    examples = intervals.Numbers([], gold, [answers])
    whole = examples.draws("spearman", 3)
    monkeypatch.setattr(intervals, "CELLS", 40 * 7)
    assert examples.draws("spearman", 3) == pytest.approx(whole, abs=1e-12)
    assert whole.shape == (1000, 1)


@pytest.mark.parametrize("metric", ["pearson", "spearman"])
def test_correlations_under_weights_are_those_of_repeated_examples(metric):
    rng = np.random.default_rng(2)
    gold, answers = (cells(rng.integers(0, 9, 30)) for _ in range(2))
    weights = rng.integers(1, 4, (1, 30))
    examples = intervals.Numbers([], gold, [answers, gold])
    repeated = [np.repeat(side, weights[0]) for side in (gold, answers)]
    found = examples.values(metric, weights)
    assert found[0] == pytest.approx([correlation(metric, *repeated), 1])


def test_all_runs_have_the_same_draws_of_examples():
    gold, right, wrong = list("ab") * 40, list("ab") * 40, list("ba") * 40
    examples = intervals.Classes(["a", "b"], gold, [right, wrong, right])
    draws = examples.draws("accuracy", 1)
    assert draws[:, 0] == pytest.approx(draws[:, 2])
    assert draws[:, 1].max() < 0.1 < 0.9 < draws[:, 0].min()


def test_an_even_number_of_runs_has_its_median_in_its_interval():
    """The printed median of two runs lies between them, not at the lower one."""
    gold = list("ab") * 138
    runs = [gold[:180] + ["c"] * 96, gold[:245] + ["c"] * 31]
    values = [180 / 276, 245 / 276]
    low, high = interval("accuracy", ["a", "b", "c"], gold, runs, values)
    assert low < np.mean(values) < high


def test_runs_that_differ_widen_the_interval_and_one_run_knows_of_no_other():
    gold = ["a"] * 100

    def width(*rights):
        runs = [["a"] * right + ["b"] * (100 - right) for right in rights]
        low, high = interval("accuracy", ["a", "b"], gold, runs, [right / 100 for right in rights])
        return high - low

    assert width(80) < 0.17
    assert width(80, 80, 80) == pytest.approx(width(80))
    assert width(60, 80, 95) > 0.6
    assert width(60, 80, 95) > width(60, 70, 80, 88, 95)


PRETRAININGS = [[0, 1, 2], [3, 4, 5], [6, 7, 8]]


def test_runs_of_a_few_pretrainings_are_no_sample_of_many():
    """The interval holds for other pretrainings as often as it says; of single runs it would not."""
    rng, tries = np.random.default_rng(5), 600
    one = [list(range(9))]
    hits = {"pretrainings": 0, "runs": 0}
    for _ in range(tries):
        values = np.repeat(rng.normal(size=3), 3) + 0.3 * rng.normal(size=9)
        draws = np.tile(values, (2, 1))
        for name, groups in (("pretrainings", PRETRAININGS), ("runs", one)):
            reach = intervals.run_reach(values.tolist(), draws, groups)
            hits[name] += abs(np.median(values)) <= reach
    assert 0.93 < hits["pretrainings"] / tries < 0.985
    assert hits["runs"] / tries < 0.8


def test_the_spread_is_parted_into_pretrainings_and_finetunings():
    rng = np.random.default_rng(6)
    groups = [list(range(n, n + 40)) for n in range(0, 8000, 40)]
    values = np.repeat(rng.normal(0, 2, 200), 40) + rng.normal(0, 0.5, 8000)
    assert intervals.spreads(values.tolist(), groups) == pytest.approx((2, 0.5), rel=0.12)
    assert intervals.spreads([1, 3, 1, 3], [[0, 1], [2, 3]]) == pytest.approx((0, 2**0.5))
    assert intervals.spreads([1, 2, 3], [[0, 1, 2]]) == (None, None)
    assert intervals.spreads([1, 2, 3], [[0], [1], [2]]) == (None, None)


def test_a_kind_without_intervals_has_none():
    assert intervals.examples_of("bleu", [], ["a"], [["a"]]) is None


def coverage(metric, size, times):
    """How often the interval of one run holds the metric of all that its examples are drawn from."""
    rng = np.random.default_rng([size, len(metric)])
    hits = 0
    for seed in range(times):
        if metric in ("pearson", "spearman"):
            rho = rng.choice([0.4, 0.85])
            truth = rho if metric == "pearson" else 6 / np.pi * np.arcsin(rho / 2)
            labels: list[str] = []
            gold, answers = correlated(size, rng, rho)
            value = correlation(metric, gold, answers)
        else:
            labels, positive, right = ["0", "1"], rng.choice([0.3, 0.68]), rng.uniform(0.55, 0.98)
            table = np.array(
                [[(1 - positive) * right, (1 - positive) * (1 - right)],
                 [positive * (1 - right), positive * right]]
            )  # fmt: skip
            counts = rng.multinomial(size, table.ravel()).reshape(2, 2)
            gold = ["0"] * counts[0].sum() + ["1"] * counts[1].sum()
            answers = np.repeat(["0", "1", "0", "1"], counts.ravel()).tolist()
            truth, value = from_confusion(metric, np.array([table, counts / size]))
        low, high = interval(metric, labels, gold, [answers], [value], seed)
        hits += low <= truth <= high
    return hits


@pytest.mark.slow
@pytest.mark.parametrize("metric", ["accuracy", "f1", "f1_macro", "mcc", "pearson", "spearman"])
def test_intervals_hold_95_times_of_a_hundred(metric):
    """From WNLI's 71 rows, also near 100%, to QQP's 40,000 (correlations: to STS-B's 1,500)."""
    numbers = metric in ("pearson", "spearman")
    sizes = {71: 900, 300: 300, 1500: 40} if numbers else {71: 1500, 1000: 1500, 40_000: 150}
    hits = {size: coverage(metric, size, times) for size, times in sizes.items()}
    assert 0.94 <= sum(hits.values()) / sum(sizes.values()) <= 0.96, hits
    for size, times in sizes.items():
        assert abs(hits[size] / times - 0.95) < 2.6 * (0.95 * 0.05 / times) ** 0.5, hits


@pytest.mark.slow
@pytest.mark.parametrize("spread", [0.0, 0.02, 0.05])
def test_intervals_of_three_runs_hold_for_other_seeds(spread):
    """Runs of a true accuracy about 80%, which fail on much the same examples of 300."""
    rng = np.random.default_rng(int(100 * spread))
    hits = 0
    for seed in range(600):
        truths = 0.8 + spread * rng.standard_normal(3)
        luck = 0.6**0.5 * rng.standard_normal(300) + 0.4**0.5 * rng.standard_normal((3, 300))
        right = luck < stats.norm.ppf(np.clip(truths, 0.01, 0.99))[:, None]
        answers = [["a" if value else "b" for value in run] for run in right]
        low, high = interval(
            "accuracy", ["a", "b"], ["a"] * 300, answers, right.mean(1).tolist(), seed
        )
        hits += low <= 0.8 <= high
    assert 0.94 <= hits / 600 <= 0.98
