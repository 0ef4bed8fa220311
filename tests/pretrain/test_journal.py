"""What a training says of itself on its way."""

import json
import re
import resource

import pytest
import torch
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from scripts.pretrain.loop.micro_batches import Work
from scripts.pretrain.loop.processes import ALONE
from scripts.pretrain.telling import journal as journal_module
from scripts.pretrain.telling.events import EVENTS
from scripts.pretrain.telling.journal import Journal, clock, peak_memory
from scripts.pretrain.telling.metrics import lines


def test_the_time_left_is_told_by_the_pace_of_this_run(tmp_path):
    journal = Journal(ALONE, lambda *_: 0.0, 1.0, tmp_path, 5.0)
    spent = 3600.0  # of runs before, on a slower machine
    assert journal.left(100.0, 0.5, spent) == pytest.approx(3600.0)
    assert journal.left(110.0, 0.6, spent) == pytest.approx(40.0)
    assert journal.left(120.0, 0.4, spent) == pytest.approx(5400.0)  # rolled back: begun anew
    assert journal.left(130.0, 0.6, spent) == pytest.approx(20.0)


def work(examples: int) -> Work:
    """A step of so many examples, with counts that are unlike each other."""
    return Work([], [], examples, 10 * examples, 100 * examples, 3 * examples, 2 * examples, [])


@pytest.fixture
def journal(tmp_path) -> Journal:
    """A journal that counts operations as tokens + 2 squares + 3 masks."""
    return Journal(
        ALONE, lambda t, s, m, n: t + 2.0 * s + 3 * m + 4 * n, 100.0, tmp_path / "live", 5.0
    )


SUMS = [6.0, 4.0, 3.0, 2.0, 1.0, 0.0]


def test_a_row_covers_the_steps_since_the_last_one(journal):
    for examples in (1, 2):
        journal.note(work(examples), torch.tensor(SUMS))
    journal.close(2, 9, 0.5, 0.2, 7.5)
    (row,) = journal.rows
    assert (row["step"], row["examples"], row["learning_rate"]) == (2, 3, 0.5)
    assert row["mlm_loss"] == pytest.approx(12 / 9, rel=1e-6)
    assert row["next_sentence_accuracy"] == pytest.approx(4 / 6, rel=1e-6)
    assert journal.pending == journal.counts == []
    assert journal.totals == [3, 6, 9, 30, 300]
    journal.close(2, 9, 0.5, 0.2, 7.5)  # no step since then: no row
    journal.note(work(4), torch.tensor(SUMS))
    journal.close(3, 9, 0.5, 0.3, 8.0)
    assert journal.rows[1]["examples"] == 7
    timing = journal.timing[0]
    assert timing["time"] == round(timing["time"], 3)
    assert timing["seconds"] == 7.5
    ratio = timing["mfu"] / timing["tokens_per_second"]
    assert ratio == pytest.approx((30 + 600 + 27 + 12) / 30 / 100, rel=0.01, abs=1e-3)
    assert timing["peak_memory_mb"] == pytest.approx(peak_memory(ALONE.device) / 2**20, rel=0.1)
    kept = (journal.live / "metrics.jsonl").read_text().splitlines()
    assert [json.loads(line)["step"] for line in kept] == [2, 3]


def test_validation_is_a_row_of_its_own(journal):
    journal.validated(7, [6.0, 4.0, 3.0, 2.0], 2, 3)
    assert journal.rows[0]["validation_loss"] == 4.0


def test_a_state_goes_on_where_it_was(journal, tmp_path):
    journal.note(work(1), torch.tensor(SUMS))
    journal.validated(0, [6.0, 4.0, 3.0, 2.0], 2, 3)
    state = json.loads(json.dumps(journal.state()))
    other = Journal(ALONE, journal.flops, 100.0, tmp_path / "other", 5.0)
    other.load(state)
    assert other.rows == journal.rows
    assert other.sums() == [SUMS]
    assert other.totals == [1, 2, 3, 10, 100]
    assert (tmp_path / "other" / "metrics.jsonl").read_text().count("\n") == 1


def test_a_state_of_another_version_ends_no_training(journal, monkeypatch):
    said = []
    monkeypatch.setattr(journal_module.log, "warning", lambda text, *_: said.append(text))
    journal.load({"rows": [{"step": 1, "loss": 2.0}]})
    assert journal.rows == []
    assert "begun anew" in said[0]


def test_what_a_killed_run_had_shown_is_not_shown_twice(journal):
    journal.live.mkdir()
    for name in ("metrics.jsonl", EVENTS):
        (journal.live / name).write_text("of a run before\n")
    journal.show_all()
    journal.note(work(1), torch.tensor(SUMS))
    journal.close(1, 9, 0.5, 0.1, 1.0)
    assert (journal.live / "metrics.jsonl").read_text() == lines(journal.rows)
    events = EventAccumulator(str(journal.live)).Reload().Scalars("training/loss")
    assert [event.step for event in events] == [1]


def test_how_long_checkpoints_took_of_training_is_told(journal):
    for step, seconds in ((1, 0.75), (2, 0.0)):
        journal.saving += seconds
        journal.note(work(1), torch.tensor(SUMS))
        journal.close(step, 9, 0.5, 0.1, 1.0)
    assert [row["checkpoint_seconds"] for row in journal.timing] == [0.75, 0.0]


def test_what_it_took(journal, tmp_path):
    journal.note(work(1000), torch.tensor(SUMS))
    journal.export(tmp_path, {"parameters": 7}, 7200.0)
    told = json.loads((tmp_path / "training.json").read_text())
    assert told["parameters"] == 7
    counts = {"examples": 1000, "pairs": 2000, "masked": 3000, "tokens": 10_000, "squares": 100_000}
    assert told["work"] == counts | {"flops": 223_000.0}
    cost = json.loads((tmp_path / "cost.json").read_text())
    assert (cost["device"], cost["processes"], cost["hours"]) == ("cpu", 1, 2.0)
    assert cost["tokens_per_second"] == round(10_000 / 7200, 1)


@pytest.mark.parametrize(
    ("seconds", "said"), [(5.9, "0:05"), (65, "1:05"), (3600, "1:00:00"), (3723, "1:02:03")]
)
def test_seconds_as_a_clock_says_them(seconds, said):
    assert clock(seconds) == said


def test_lines_of_the_log_say_how_fast_it_goes(journal, monkeypatch):
    said = []
    monkeypatch.setattr(
        journal_module.log, "info", lambda text, *values: said.append(text % values)
    )
    journal.peak = 1e-9  # a very slow device, so that the share of it is a large number
    for step, last in ((1, 9), (2, 2)):
        journal.note(work(1), torch.tensor(SUMS))
        journal.close(step, last, 0.5, 0.5, 1.0)
    journal.validated(3, [6.0, 4.0, 3.0, 2.0], 2, 4)
    line, validation = said
    assert validation == "step 3  validation loss 3.500, MLM accuracy 75.0%"
    assert line.startswith("step 2 of 2  loss 4.000  lr 5.00e-01  ")
    parts = re.split(r" tokens/s|% of peak", line)
    speed, share = (float(part.split()[-1].replace(",", "")) for part in parts[:2])
    timing = journal.timing[1]
    assert speed == pytest.approx(timing["tokens_per_second"], abs=1)
    assert share == pytest.approx(100 * timing["mfu"], rel=0.002)


def test_the_first_estimate_of_the_time_left_is_of_all_runs(journal):
    assert journal.left(100.0, 0.25, 300.0) == pytest.approx(900)
    assert Journal(ALONE, journal.flops, 1.0, journal.live, 5.0).left(0.0, 0.0, 0.5) < 1e9


def test_the_memory_of_this_process_in_bytes():
    kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert peak_memory(ALONE.device) == pytest.approx(1024 * kilobytes, rel=1e-4)
