"""Finished runs, read and grouped."""

import pytest

from scripts.common.errors import UserError
from scripts.glue.scores import finished_runs
from tests.glue.made import SETTINGS, write_run


def test_an_unreadable_run_is_named(tmp_path):
    with pytest.raises(UserError, match=r"metrics\.json: no such file"):
        finished_runs.read([tmp_path / "metrics.json"])
    (tmp_path / "metrics.json").write_text("{")
    with pytest.raises(UserError, match=r"metrics\.json: is not JSON"):
        finished_runs.read([tmp_path / "metrics.json"])


def test_the_middle_run_is_the_lower_of_two_and_the_first_of_equals(tmp_path):
    runs = [
        write_run(tmp_path / str(number), "RTE", number, wrong)
        for number, wrong in enumerate((5, 3, 3, 8))
    ]
    assert finished_runs.median_run(runs) is runs[0]  # of 0.60, 0.75, 0.85, 0.85
    assert finished_runs.median_run(runs[1:]) is runs[1]
    assert finished_runs.median_run(runs[:1]) is runs[0]
    assert finished_runs.values(runs, "accuracy") == finished_runs.values(runs)


def test_of_settings_with_equal_medians_the_first_counts(tmp_path):
    runs = [
        write_run(tmp_path / str(rate), "RTE", 1, 4, settings=SETTINGS | {"learning_rate": rate})
        for rate in (3e-5, 1e-5)
    ]
    assert finished_runs.chosen(runs) == {"RTE": runs[:1]}
    assert [run.settings for run in runs] == [
        "learning rate 3e-05, batch 32, epochs 3",
        "learning rate 1e-05, batch 32, epochs 3",
    ]


def test_a_run_above_the_baseline_has_not_failed(tmp_path):
    run = write_run(tmp_path / "a", "RTE", 1, wrong=9)
    assert not run.failed("accuracy")
    assert write_run(tmp_path / "b", "RTE", 1, wrong=10).failed("accuracy")


def test_names_of_metrics_with_parts():
    assert finished_runs.split_metric("accuracy_mismatched") == ("accuracy", "mismatched")
    assert finished_runs.split_metric("f1_macro") == ("f1_macro", "")


def test_answers_are_classes_or_not(tmp_path):
    mnli = write_run(tmp_path / "a", "MNLI", 1)
    assert mnli.classes == ["contradiction", "entailment", "neutral"]
    assert write_run(tmp_path / "b", "STS-B", 1).classes == []
    assert {part: len(rows) for part, rows in finished_runs.predictions(mnli).items()} == {
        "matched": 20,
        "mismatched": 20,
    }


def test_labels_of_an_unknown_kind_are_no_answers(tmp_path):
    report = {"metrics": {"bleu": 1.0}, "labels": ["a", "b"]}
    assert finished_runs.Run(tmp_path, report).classes == []
