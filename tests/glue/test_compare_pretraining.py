"""What pretraining gained."""

import sys

from scripts.glue.compare_pretraining import compare, main
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
    lines = list(compare(*sides))
    assert lines[0] == ["task", "metric", "pretrained", "random", "gain"]
    assert lines[1] == ["RTE", "accuracy", "77.5", "47.5", "+30.0"]
    assert lines[2] == ["CoLA", "mcc", "67.5", "67.5", "+0.0"]
    assert lines[-1] == ["wins", "of 3 tasks without WNLI", "2", "1", ""]


def test_the_command_writes_and_prints_the_same(tmp_path, monkeypatch, capsys):
    files = [
        str(write_run(tmp_path / side, "RTE", 1, wrong).folder / "metrics.json")
        for side, wrong in (("a", 2), ("b", 8))
    ]
    out = tmp_path / "gain.tsv"
    words = ["--pretrained", files[0], "--random", files[1], "-o", str(out)]
    monkeypatch.setattr(sys, "argv", ["compare_pretraining", *words])
    main()
    assert out.read_text().split("\n")[1:] == [
        "RTE\taccuracy\t90.0\t60.0\t+30.0",
        "wins\tof 1 tasks without WNLI\t1\t0\t",
        "",
    ]
    assert capsys.readouterr().out.split() == out.read_text().split()
