"""What pretraining gained."""

import sys

import pytest

from scripts.common.errors import UserError
from scripts.glue.compare_pretraining import HEADER, compare, main
from tests.glue.made import write_run


def test_the_gain_over_random_weights(tmp_path):
    wrong = {"RTE": (4, 10), "CoLA": (6, 6), "WNLI": (2, 9), "MRPC": (1, 3)}
    sides = [
        [
            write_run(tmp_path / f"{side}-{task}-{seed}", task, seed, counts[side] + seed)
            for task, counts in wrong.items()
            for seed in (0, 1)
        ]
        for side in (0, 1)
    ]
    lines = list(compare(*sides, 1))
    assert lines[0] == HEADER
    assert lines[1][:5] == ["RTE", "accuracy", "77.5", "47.5", "+30.0"]
    assert lines[2][:5] == ["CoLA", "mcc", "67.5", "67.5", "+0.0"]
    assert lines[-1] == ["tasks", "3 without WNLI", *[""] * 5, "1 better, 0 worse, 2 open"]


def test_a_gain_is_told_apart_by_its_interval_over_the_same_examples(tmp_path):
    """Of 300 rows: ten more right on the same ones, seed for seed, and ten of runs that differ."""
    wrong = {"RTE": ((90, 90, 90), (100, 100, 100)), "MRPC": ((60, 90, 120), (75, 100, 125))}
    sides = [
        [
            write_run(tmp_path / f"{side}-{task}-{seed}", task, seed, counts[side][seed], rows=300)
            for task, counts in wrong.items()
            for seed in range(3)
        ]
        for side in (0, 1)
    ]
    (_, rte, mrpc, _, last) = compare(*sides, 1)
    assert rte[-1] == "better"
    assert 0 < float(rte[5]) < 10 / 3 < float(rte[6]) < 7
    assert mrpc[-1] == "open"
    assert float(mrpc[5]) < -10
    assert last[-1] == "1 better, 0 worse, 1 open"
    _, back, *_ = compare(*sides[::-1], 1)
    assert back[-1] == "worse"


def test_runs_on_other_examples_are_not_compared(tmp_path):
    runs = [write_run(tmp_path / f"{rows}", "RTE", 1, rows=rows) for rows in (20, 22)]
    with pytest.raises(UserError, match=r"22/dev\.tsv: other examples than .*20's"):
        list(compare(runs[:1], runs[1:], 1))


def test_the_command_writes_and_prints_the_same(tmp_path, monkeypatch, capsys):
    files = [
        str(write_run(tmp_path / side, "RTE", 1, wrong).folder / "metrics.json")
        for side, wrong in (("a", 2), ("b", 8))
    ]
    out = tmp_path / "gain.tsv"
    words = ["--pretrained", files[0], "--random", files[1], "-o", str(out)]
    monkeypatch.setattr(sys, "argv", ["compare_pretraining", *words])
    main()
    _, row, last, end = out.read_text().split("\n")
    assert row.startswith("RTE\taccuracy\t90.0\t60.0\t+30.0\t+")
    assert (last, end) == ("tasks\t1 without WNLI\t\t\t\t\t\t1 better, 0 worse, 0 open", "")
    assert capsys.readouterr().out.split() == out.read_text().split()
