"""The table of all runs."""

import statistics
import sys

import numpy as np
import pytest

from scripts.glue import collect_results
from scripts.glue.collect_results import (
    COLUMNS,
    averages,
    cells,
    detail_texts,
    main,
    markdown_text,
    percent,
    table_rows,
    tsv,
)
from tests.glue.made import SETTINGS, write_run


def by_name(found):
    rows = table_rows(found, seed=1)
    return {(row["task"], row["metric"]): cells(row) for row in rows}


def test_statistics_over_the_seeds(tmp_path):
    found = [
        write_run(tmp_path / f"{seed}", "RTE", seed, wrong)
        for seed, wrong in ((1, 2), (2, 5), (3, 11))
    ]
    row = by_name(found)["RTE", "accuracy"]
    values = [90, 75, 45]
    assert row | {"ci95_low": "", "ci95_high": ""} == {
        "task": "RTE",
        "metric": "accuracy",
        "median": "75.0",
        "mean": f"{statistics.mean(values):.1f}",
        "std": f"{statistics.stdev(values):.1f}",
        "std_pretraining": "",
        "std_finetuning": "",
        "best": "90.0",
        "pretrainings": "1",
        "runs": "3",
        "failed": "1",
        "majority_baseline": "50.0",
        "dev_examples": "20",
        "ci95_low": "",
        "ci95_high": "",
        "settings": "learning rate 2e-05, batch 32, epochs 3",
        "settings_tried": "1",
        "nested": "",
        "data": "GLUE",
    }
    assert float(row["ci95_low"]) < 75 < float(row["ci95_high"])


def test_the_spread_of_several_pretrainings_is_told_apart(tmp_path):
    wrong = {(1, 1): 2, (1, 2): 4, (7, 1): 10, (7, 2): 12}
    found = [
        write_run(tmp_path / f"RTE/pretraining{one}/seed{two}", "RTE", two, count)
        for (one, two), count in wrong.items()
    ]
    row = by_name(found)["RTE", "accuracy"]
    assert (row["median"], row["pretrainings"], row["runs"]) == ("65.0", "2", "4")
    within, between = 50, 800 - 50 / 2  # of 90, 80 and 50, 40
    assert row["std_finetuning"] == f"{within**0.5:.1f}"
    assert row["std_pretraining"] == f"{between**0.5:.1f}"
    assert float(row["ci95_high"]) - float(row["ci95_low"]) > 90  # two models say little of others
    spread = f"({row['std_pretraining']}; {row['std_finetuning']}) |"
    assert spread in markdown_text(table_rows(found, 1))
    lines = detail_texts(found)["runs.tsv"].split("\n")
    assert [line.split("\t")[:3] for line in lines[1:3]] == [["RTE", "1", "1"], ["RTE", "1", "2"]]


def test_what_the_tasks_were_scored_on_is_said(tmp_path):
    """Of one's own text and the sample's world, a table would else pass for one of GLUE."""
    found = [write_run(tmp_path / "1", "RTE", 1, 2), write_run(tmp_path / "2", "MRPC", 1, 2)]
    for source, word in (("sample", "invented"), ("download", "GLUE"), ("folder", "GLUE")):
        rows = collect_results.table_rows(found, 1, source)
        assert {row["data"] for row in rows} == {word}
        assert ("made-up world" in collect_results.markdown_text(rows)) == (source == "sample")
    (own,) = collect_results.table_rows([write_run(tmp_path / "3", "Mine", 1, 2)], 1, "sample")
    assert own["data"] == "own"


def test_a_run_at_the_baseline_has_failed(tmp_path):
    found = [write_run(tmp_path / "1", "RTE", 1, wrong=10)]
    row = by_name(found)["RTE", "accuracy"]
    assert (row["failed"], row["std"], row["runs"]) == ("1", "", "1")


def test_averages_count_each_task_once_and_say_which(tmp_path):
    wrong = {"MRPC": 2, "MNLI": 6, "WNLI": 10}
    found = [
        write_run(tmp_path / task / str(seed), task, seed, count + seed)
        for task, count in wrong.items()
        for seed in (1, 2)
    ]
    rows = by_name(found)
    assert [key for key in rows if key[0] == "average"] == [
        ("average", "3 tasks: MRPC, MNLI, WNLI"),
        ("average", "without WNLI: 2 tasks: MRPC, MNLI"),
    ]
    whole = rows["average", "3 tasks: MRPC, MNLI, WNLI"]
    per_task = [100 - 5 * (count + 1.5) for count in wrong.values()]
    assert float(whole["median"]) == pytest.approx(np.mean(per_task), abs=0.051)
    assert float(whole["best"]) == pytest.approx(np.mean(per_task) + 2.5, abs=0.051)
    assert float(whole["std"]) == pytest.approx(statistics.stdev([5, 10]), abs=0.051)
    assert (whole["failed"], whole["dev_examples"], whole["runs"]) == ("", "", "2")


def test_own_tasks_and_runs_from_mnli_are_rows_of_their_own(tmp_path):
    found = [
        write_run(tmp_path / "1", "RTE", 1),
        write_run(tmp_path / "2", "CoLA", 1),
        write_run(tmp_path / "3", "Mine", 1, wrong=10),
        write_run(tmp_path / "4", "RTE", 1, wrong=10, init_from="MNLI"),
    ]
    rows = by_name(found)
    assert rows["RTE", "accuracy"]["median"] == "100.0"
    assert rows["RTE (from MNLI)", "accuracy"]["median"] == "50.0"
    assert rows["Mine", "accuracy"]["median"] == "50.0"
    assert rows["average", "2 tasks: CoLA, RTE"]["median"] == "100.0"
    assert len([key for key in rows if key[0] == "average"]) == 1


def test_of_a_grid_the_best_median_counts(tmp_path):
    found = [
        write_run(
            tmp_path / f"{rate}-{seed}",
            "RTE",
            seed,
            wrong,
            settings=SETTINGS | {"learning_rate": rate},
        )
        for rate, wrongs in ((1e-5, (0, 9, 9)), (2e-5, (4, 5, 6)), (3e-5, (5, 5, 5)))
        for seed, wrong in enumerate(wrongs)
    ]
    row = by_name(found)["RTE", "accuracy"]
    assert (row["median"], row["best"], row["runs"]) == ("75.0", "80.0", "3")
    assert row["settings"].startswith("learning rate 2e-05")
    assert row["settings_tried"] == "3"
    assert 60 < float(row["nested"]) < 80
    assert f"| 75.0 (best of 3; nested {row['nested']}) |" in markdown_text(table_rows(found, 1))
    assert detail_texts(found)["runs.tsv"].count("\n") == 1 + 9


def test_of_a_grid_of_two_it_is_said_how_many_were_tried(tmp_path):
    found = [
        write_run(
            tmp_path / f"{rate}", "RTE", 1, wrong, settings=SETTINGS | {"learning_rate": rate}
        )
        for rate, wrong in ((1e-5, 5), (2e-5, 4))
    ]
    row = by_name(found)["RTE", "accuracy"]
    assert (row["median"], row["settings_tried"]) == ("80.0", "2")
    assert 60 < float(row["nested"]) <= 80
    alone = by_name(found[:1])["RTE", "accuracy"]
    assert (alone["settings_tried"], alone["nested"]) == ("1", "")


def test_correlations_have_intervals(tmp_path):
    row = by_name([write_run(tmp_path / "1", "STS-B", 1, wrong=3)])["STS-B", "pearson"]
    assert float(row["ci95_low"]) < float(row["ci95_high"])


def test_the_order_of_runs_does_not_show_in_the_figures(tmp_path):
    found = [
        write_run(tmp_path / str(seed), "RTE", seed, wrong)
        for seed, wrong in ((1, 2), (2, 5), (3, 9))
    ]
    assert by_name(found) == by_name(found[::-1])


def test_details(tmp_path):
    found = [write_run(tmp_path / "1", "RTE", 1, wrong=4), write_run(tmp_path / "2", "STS-B", 1)]
    files = detail_texts(found)
    assert files["confusion.tsv"].split("\n")[:5] == [
        "task\tpart\tlabel\tprediction\texamples",
        "RTE\t\tentailment\tentailment\t8",
        "RTE\t\tentailment\tnot_entailment\t2",
        "RTE\t\tnot_entailment\tentailment\t2",
        "RTE\t\tnot_entailment\tnot_entailment\t8",
    ]
    assert "STS-B" not in files["confusion.tsv"]
    assert files["curves.tsv"].split("\n")[1].split("\t") == [
        *("RTE", "", "1", "learning rate 2e-05, batch 32, epochs 3"),
        *("5", "1", "train_loss", "0.5"),
    ]


def test_markdown_holds_the_same_figures(tmp_path):
    found = [
        write_run(tmp_path / task / str(seed), task, seed, seed)
        for seed in (1, 2)
        for task in ("RTE", "CoLA")
    ]
    rows = table_rows(found, 1)
    text = markdown_text(rows)
    lines = [line for line in text.split("\n") if line.startswith("|")]
    assert len(lines) == 2 + len(rows)
    assert len({line.count("|") for line in lines}) == 1
    for row, line in zip(rows, lines[2:], strict=True):
        assert f"| {row['task']} | {row['metric']} | {cells(row)['median']} |" in line
    assert tsv(COLUMNS, [cells(row).values() for row in rows]).count("\n") == 1 + len(rows)


def test_the_command_writes_the_table_and_its_details(tmp_path, monkeypatch):
    runs = [write_run(tmp_path / f"{seed}", "RTE", seed, 4) for seed in (1, 2)]
    words = [str(run.folder / "metrics.json") for run in runs]
    words += ["--table", str(tmp_path / "t.tsv"), "--markdown", str(tmp_path / "t.md")]
    words += ["--details", str(tmp_path / "more"), "--seed", "1"]
    monkeypatch.setattr(sys, "argv", ["collect_results", *words])
    main()
    assert (tmp_path / "t.tsv").read_text() == tsv(
        COLUMNS, [cells(table_rows(runs, 1)[0]).values()]
    )
    assert (tmp_path / "t.md").read_text() == markdown_text(table_rows(runs, 1))
    for name, text in detail_texts(runs).items():
        assert (tmp_path / "more" / name).read_text() == text


def test_the_markdowns_cells(tmp_path):
    runs = [write_run(tmp_path / f"{seed}", "RTE", seed, wrong) for seed, wrong in ((1, 4), (2, 6))]
    low, high = (cells(table_rows(runs, 1)[0])[name] for name in ("ci95_low", "ci95_high"))
    assert markdown_text(table_rows(runs, 1)).split("\n")[2] == (
        f"| RTE | accuracy | 75.0 | 75.0 ± 7.1 | 80.0 | 2 (0) | 50.0 | 20 | {low} to {high} |"
    )
    (one,) = table_rows(runs[:1], 1)
    assert "| 80.0 | 80.0 | 80.0 | 1 (0) |" in markdown_text([one])


def test_a_deviation_needs_seeds_that_are_alike(tmp_path):
    runs = [
        write_run(tmp_path / f"{task}{seed}", task, seed, seed)
        for task, seeds in (("RTE", (1, 2)), ("CoLA", (1, 3)))
        for seed in seeds
    ]
    assert by_name(runs)["average", "2 tasks: CoLA, RTE"]["std"] == ""
    short = runs[:3]
    row = by_name(short)["average", "2 tasks: CoLA, RTE"]
    assert (row["std"], row["runs"]) == ("", "1")


def test_a_figure_below_zero_and_a_zero():
    assert [percent(value) for value in (-0.0004, 0.1234, 1)] == ["-0.0", "12.3", "100.0"]
    assert percent(-0.0) == "0.0"


def test_the_averages_leave_wnli_out_where_it_is_there():
    names = [name for name, _ in averages(["CoLA", "RTE"])]
    assert names == ["2 tasks: CoLA, RTE"]
    assert [name for name, _ in averages(["CoLA", "WNLI"])] == ["2 tasks: CoLA, WNLI"]
    assert list(averages(["CoLA"])) == []
    assert [tasks for _, tasks in averages(["CoLA", "RTE", "WNLI"])] == [
        *(["CoLA", "RTE", "WNLI"], ["CoLA", "RTE"])
    ]
