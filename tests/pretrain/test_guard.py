"""A loss that explodes: skip, go back, give up."""

import math

import pytest

from scripts.pretrain.loop import training_run
from scripts.pretrain.loop.guard import Guard


def watch(losses, guard=None, skipped=0):
    guard = guard or Guard()
    return [guard.watch(loss, skipped, 10) for loss in losses], guard


def test_a_falling_loss_goes_on():
    verdicts, guard = watch([8 - 0.05 * k for k in range(100)])
    assert set(verdicts) == {"go on"}
    assert guard.calm


def test_a_single_bump_goes_on():
    verdicts, _ = watch([5.0] * 20 + [9.0, 9.0] + [5.0] * 20)
    assert set(verdicts) == {"go on"}


def test_an_exploding_loss_rolls_back_and_at_last_gives_up():
    guard = Guard()
    for expected in ("roll back", "roll back", "give up"):
        verdicts, _ = watch([5.0] * 20 + [9.0] * 3, guard)
        assert verdicts[:22] == ["go on"] * 22
        assert verdicts[22] == expected
        assert not guard.calm
        guard.rolled_back()
        assert guard.calm


def test_losses_that_are_not_finite_or_steps_that_are_skipped():
    for loss in (math.nan, math.inf):
        assert watch([loss] * 3)[0][-1] == "roll back"
    assert watch([5.0] * 3, skipped=6)[0][-1] == "roll back"
    assert watch([5.0] * 9, skipped=4)[0][-1] == "go on"


def test_how_far_above_the_mean_a_loss_explodes():
    guard = Guard(mean=2.0)
    assert not guard.exploded(3.0)
    assert guard.exploded(3.01)
    guard = Guard(mean=10.0)
    assert not guard.exploded(13.0)
    assert guard.exploded(13.01)
    assert not Guard().exploded(1e9)


def test_the_mean_runs_and_bad_rows_do_not_move_it():
    _, guard = watch([10.0, 5.0])
    assert guard.mean == 0.9 * 10 + (1 - 0.9) * 5
    mean = guard.mean
    watch([100.0], guard)
    assert (guard.mean, guard.bad, guard.calm) == (mean, 1, False)


def test_half_of_the_steps_may_be_skipped():
    assert watch([5.0] * 3, skipped=5)[0][-1] == "go on"
    assert watch([5.0] * 3, skipped=6)[0] == ["go on", "go on", "roll back"]


def test_a_state_is_taken_up_but_rollbacks_are_not_forgotten():
    guard = Guard(mean=2.0, bad=1, rollbacks=2)
    guard.load(Guard(mean=1.0, bad=0, rollbacks=1).state())
    assert guard == Guard(mean=1.0, bad=0, rollbacks=2)


@pytest.mark.parametrize("log_steps", ["1", "100"])
def test_a_training_that_explodes_ends_with_one_clear_line(training, monkeypatch, log_steps):
    """Also where a row of metrics comes too late to tell."""
    monkeypatch.setattr(training_run, "STEPS", 1)
    run = training(
        "wild",
        "--checkpoint-steps",
        "1",
        "--learning-rate",
        "300",
        "--max-grad-norm",
        "0",
        "--log-steps",
        log_steps,
        steps=60,
    )
    assert run.run() == 1
    last = run.said.strip().splitlines()[-1]
    assert "error: step" in last
    assert "lower the learning rate" in last
    assert run.said.count("back to step 1,") == 2
    assert "2 rollbacks" in last
    assert "step-000000001" in last
    assert "Traceback" not in run.said
    assert not run.output.exists()


def test_a_training_that_cannot_even_begin_says_so(training, monkeypatch):
    monkeypatch.setattr(training_run, "STEPS", 1)
    run = training(
        "wild", "--learning-rate", "1e6", "--max-grad-norm", "0", "--warmup", "0", steps=60
    )
    assert run.run() == 1
    assert "No checkpoint was saved yet" in run.said
