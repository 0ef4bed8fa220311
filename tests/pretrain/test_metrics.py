"""Rows of metrics by hand, and their records in TensorBoard's form."""

import math
import struct

from scripts.pretrain.telling import events, metrics


def test_a_row_sums_its_steps_and_divides_by_their_counts():
    sums = [[30.0, 4.0, 2.0, 3.0, 1.0, 0.0], [50.0, 6.0, 3.0, 5.0, 2.0, 0.0]]
    counts = [[8, 4, 10, 99, 999], [8, 6, 30, 99, 999]]
    assert metrics.training_row(7, sums, counts, {"examples": 16}) == {
        "step": 7,
        "loss": 3.0,
        "mlm_loss": 2.0,
        "mlm_accuracy": 0.125,
        "next_sentence_loss": 1.0,
        "next_sentence_accuracy": 0.8,
        "gradient_norm": 1.5,
        "examples": 16,
    }


def test_a_row_without_pairs_and_with_skipped_steps():
    sums = [[30.0, 0.0, 2.0, 0.0, math.inf, 1.0], [math.nan, 0.0, 3.0, 0.0, 4.0, 0.0]]
    row = metrics.training_row(2, sums, [[8, 0, 10, 9, 9], [8, 0, 10, 9, 9]], {})
    assert row == {
        "step": 2,
        "loss": None,
        "mlm_loss": None,
        "mlm_accuracy": 0.25,
        "gradient_norm": 4.0,
        "skipped_steps": 1,
    }
    row = metrics.training_row(1, [[0.0, 0.0, 0.0, 0.0, math.nan, 1.0]], [[8, 0, 0, 9, 9]], {})
    assert row["gradient_norm"] is None
    assert row["loss"] == 0.0  # no mask at all is no division by zero


def test_rows_of_validation():
    assert metrics.validation_row(9, [30.0, 4.0, 2.0, 3.0], 4, 10) == {
        "step": 9,
        "validation_mlm_loss": 3.0,
        "validation_mlm_accuracy": 0.2,
        "validation_loss": 4.0,
        "validation_next_sentence_loss": 1.0,
        "validation_next_sentence_accuracy": 0.75,
    }
    assert list(metrics.validation_row(9, [30.0, 0.0, 2.0, 0.0], 0, 10)) == [
        "step", "validation_mlm_loss", "validation_mlm_accuracy", "validation_loss",
    ]  # fmt: skip


def test_numbers_are_rounded_and_shown():
    assert metrics.rounded(1.23456789) == 1.234568
    assert metrics.rounded(math.inf) is None
    assert metrics.rounded(123456789) == 123456789
    assert metrics.shown(None) == "not finite"
    assert metrics.shown(2.34567) == "2.346"
    assert metrics.lines([{"a": 1}, {"b": None}]) == '{"a": 1}\n{"b": null}\n'


def test_tags_part_validation_from_training():
    assert events.tag("loss") == "training/loss"
    assert events.tag("validation_mlm_loss") == "validation/mlm_loss"


def events_of(data: list[bytes]) -> list:
    from tensorboard.compat.proto.event_pb2 import Event

    return [Event.FromString(record[12:-4]) for record in data]


def test_records_hold_numbers_with_their_steps_and_times():
    rows = [{"step": 1, "loss": 2.0, "note": "x", "skipped": None}, {"step": 5, "mlm_loss": 3}]
    data = list(events.records(rows, [{"step": 1, "time": 100.0}, {"step": 3, "time": 90.0}]))
    assert [struct.unpack("<Q", record[:8])[0] for record in data] == [len(r) - 16 for r in data]
    first, *others = events_of(data)
    assert first.file_version == "brain.Event:2"
    assert [event.wall_time for event in (first, *others)] == [90.0, 100.0, 90.0]
    assert [event.step for event in others] == [1, 5]
    values = [[(v.tag, v.simple_value) for v in event.summary.value] for event in others]
    assert values == [[("training/loss", 2.0)], [("training/mlm_loss", 3.0)]]
    assert len(list(events.records(rows, [], header=False))) == 2
