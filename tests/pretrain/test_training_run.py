"""Where a training is: its position, what it tells the others, when it saves, validates and gives up."""

import math
import threading
from concurrent.futures import wait
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from scripts.common import cli
from scripts.common.errors import UserError
from scripts.pretrain.loop import checkpoint, training_run
from scripts.pretrain.loop.guard import Guard
from scripts.pretrain.loop.job import RuntimeOptions, Settings
from scripts.pretrain.loop.micro_batches import Work
from scripts.pretrain.loop.processes import ALONE, Processes
from scripts.pretrain.loop.recipe import Recipe
from scripts.pretrain.loop.schedule import Schedule
from scripts.pretrain.loop.training_run import TrainingRun
from scripts.pretrain.telling.journal import Journal

SUMS = torch.tensor([6.0, 4.0, 3.0, 2.0, 1.0, 0.0])
WORK = Work([], [], 8, 80, 800, 3, 2, [])


class Fake(SimpleNamespace):
    """Stands in for a training: its state is a number, its steps always give the same sums."""

    def step(self, work, rate):
        self.state += 1
        return SUMS

    def tensors(self):
        return {"state": torch.tensor(self.state)}

    def load(self, tensors):
        self.state = int(tensors["state"])

    def validate(self, batches):
        return [6.0, 4.0, 3.0, 2.0], 2, 3


@pytest.fixture
def run(tmp_path):
    """A function that gives a run with other settings and options."""

    def make(processes: Processes = ALONE, validation=None, **changes) -> TrainingRun:
        return TrainingRun(
            Settings(),
            RuntimeOptions(**changes),
            Schedule(Recipe(8, 0.1, steps=9), 100),
            300,
            processes,
            None,
            validation,
            tmp_path / "checkpoints",
            Fake(state=0),
            Journal(processes, lambda *_: 1.0, 1.0, tmp_path / "live", 5.0),
        )

    return make


def test_a_position_counts_what_was_passed_over(run):
    one = run()
    assert (one.position(0), one.position(3)) == (0, 24)
    one.skipped = 5
    assert one.position(3) == 29


def test_what_a_process_says_to_all(run):
    one = run()
    one.seconds = 1e6
    stop, spent = one.notes()
    assert stop == 0
    assert spent == pytest.approx(1e9, rel=1e-4)
    one.signal = 15
    assert one.notes()[0] == 1
    other = run(Processes(1, 2, torch.device("cpu")))
    other.signal = 15
    assert other.notes() == [1, 0]


def test_a_state_is_saved_once_when_it_is_time(run, monkeypatch):
    """What was read ahead of a save was stamped before it, and asks for no other."""
    minutes = (0, 0, 5, 11, 12, 13, 20, 22, 23)
    works = [replace(WORK, notes=[0, 60_000 * minute]) for minute in minutes]
    monkeypatch.setattr(training_run.Stream, "steps", lambda *_: iter(works))
    one, saved = run(checkpoint_minutes=10), []
    monkeypatch.setattr(one, "save", lambda: saved.append(one.step))
    one.stretch(9)
    assert saved == [4, 8]


def test_a_slow_checkpoint_holds_up_no_step(run, monkeypatch):
    """But a rollback waits for it, and what was wrong with it ends the next step."""
    monkeypatch.setattr(
        training_run.Stream, "steps", lambda *_: iter([replace(WORK, notes=[0, 0])] * 9)
    )
    monkeypatch.setattr(TrainingRun, "refuse_changed", lambda _: None)
    gate, write = threading.Event(), checkpoint.save
    monkeypatch.setattr(checkpoint, "save", lambda *words: gate.wait(60) and write(*words))
    one = run(checkpoint_steps=5)
    one.writer = checkpoint.Writer(one.folder, 2, beside=True)
    assert one.stretch(9) == "go on"
    assert (one.step, checkpoint.found(one.folder)) == (9, [])
    assert sum(row["checkpoint_seconds"] for row in one.journal.timing) < 30
    threading.Timer(0.1, gate.set).start()
    one.roll_back()
    assert (one.step, one.training.state) == (5, 5)
    monkeypatch.setattr(checkpoint, "save", lambda *_: int("no room"))
    one.save()
    wait([one.writer.begun])
    with pytest.raises(ValueError, match="no room"):
        one.stretch(9)
    assert one.step == 6


def test_the_measured_micro_batch_is_kept(run):
    one = run()
    one.take(WORK, 0.1, 0.0, 9)
    one.save()
    other = run()
    other.micro_batch_tokens = 1024  # what another start measured
    assert other.resume()
    assert other.micro_batch_tokens == one.micro_batch_tokens == 300


def test_a_state_is_saved_and_taken_up(run):
    one = run(checkpoints=1)
    assert not one.resume()
    one.take(WORK, 0.1, 0.0, 9)
    one.skipped, one.seconds = 7, 1000.0
    one.save()
    one.take(WORK, 0.1, 0.0, 9)
    other = run()
    assert other.resume()
    assert (other.step, other.skipped, other.training.state) == (1, 7, 1)
    assert other.journal.totals[0] == 8
    assert len(other.journal.pending) == 1
    assert (other.sums.tolist(), other.counts) == (SUMS.tolist(), [1, 3, 2])
    assert 1000 <= other.spent < 1100
    other.seconds = 2000.0
    other.resume(forget_time=False)
    assert other.spent >= 2000


def test_a_signal_ends_a_run_with_a_status_of_its_own(run, monkeypatch):
    said = []
    monkeypatch.setattr(cli.log, "error", lambda text, *values: said.append(text % values))
    one = run()
    for number, name in ((10, "SIGUSR1"), (None, "SIGTERM")):
        one.signal = number
        with pytest.raises(SystemExit) as ended:
            one.stop()
        assert ended.value.code == 75
        assert f"stopped by {name} at step 0; run the same command again" in said[-1]


def test_a_state_that_looks_bad_is_not_saved(run):
    one = run()
    one.guard.bad = 1
    one.save()
    assert not checkpoint.found(one.folder)


def test_processes_must_see_the_same_checkpoint(run):
    one = run()
    one.take(WORK, 0.1, 0.0, 9)
    one.save()
    apart = run(
        Processes(0, 2, torch.device("cpu"))
    )  # the other one, unheard, would add a step of 0
    with pytest.raises(UserError, match="the processes see different checkpoints"):
        apart.resume()


def test_rows_and_validations_are_due_by_steps(run):
    one = run(log_steps=2, validate_steps=3, validation=np.arange(5))
    one.schedule = Schedule(Recipe(8, 0.1, steps=7), 100)
    for _ in range(7):
        assert one.take(WORK, 0.1, 0.0, 7) == "go on"
    rows = [row["step"] for row in one.journal.rows if "loss" in row]
    validations = [row["step"] for row in one.journal.rows if "validation_loss" in row]
    assert (rows, validations) == ([2, 4, 6, 7], [3, 6])
    assert one.step == 7


def test_the_guard_judges_at_its_own_pace_and_the_rest_at_the_end(run, monkeypatch):
    judged = []
    monkeypatch.setattr(Guard, "watch", lambda guard, *values: judged.append(values) or "go on")
    for log_steps in (1, 4, 100):
        one = run(log_steps=log_steps)
        for _ in range(13):
            one.take(WORK, 0.1, 0.0, 13)
    assert judged == [(4.0, 0.0, 10), (4.0, 0.0, 3)] * 3


@pytest.mark.parametrize("steps", [3, 12])
def test_a_phase_by_the_clock_that_learned_nothing_ends_in_an_error(run, steps, monkeypatch):
    one = run()
    bad = torch.tensor([math.nan, 4.0, 3.0, 2.0, math.nan, 1.0])
    monkeypatch.setattr(one.training, "step", lambda work, rate: bad)
    monkeypatch.setattr(one.training, "finite", lambda: True, raising=False)
    monkeypatch.setattr(one, "refuse_changed", lambda: None)

    def stretch(last):
        for _ in range(steps):
            one.take(WORK, 0.1, 0.0, None)
        return "go on"

    monkeypatch.setattr(one, "stretch", stretch)
    one.examples = []
    with pytest.raises(UserError, match="the loss is nan"):
        one.train_to_end()


def test_nothing_to_validate_on_is_no_validation(run):
    for validation in (None, []):
        one = run(validation=validation)
        one.validate()
        assert one.journal.rows == []


def test_a_rollback_goes_on_with_other_examples(run):
    one = run()
    for _ in range(2):
        one.take(WORK, 0.1, 0.0, 9)
    one.save()
    one.guard.mean = 2.0
    for _ in range(3):
        one.take(WORK, 0.1, 0.0, 9)
    one.guard.bad = 3
    one.roll_back()
    assert (one.step, one.skipped, one.training.state) == (2, 24, 2)
    assert one.position(2) == 5 * 8
    assert one.guard == Guard(None, 0, 1)
    assert one.journal.rows[-1] == {"step": 2, "rolled_back_from": 5}


def test_without_a_checkpoint_there_is_no_way_back(run):
    one = run()
    one.take(WORK, 0.1, 0.0, 1)
    with pytest.raises(
        UserError, match=r"step 1: the loss is 4\.000 after 0 rollbacks.*No checkpoint"
    ):
        one.roll_back()
    one.save()
    one.guard.loss = math.nan
    with pytest.raises(UserError, match=r"the loss is nan.*last good state is .*step-000000001"):
        one.give_up()
