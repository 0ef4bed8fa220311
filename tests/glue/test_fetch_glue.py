"""Fetching official files: the same bytes, checked, all or none."""

import sys

import pytest

from scripts.common import cli
from scripts.common.errors import UserError
from scripts.glue.fetch_glue import fetch, main
from scripts.glue.tasks.official_tasks import OFFICIAL, diagnostic
from tests.glue.made import write_diagnostic, write_task
from tests.runs import digest


@pytest.fixture
def logged(monkeypatch):
    """The lines that the step logs."""
    lines = []
    monkeypatch.setattr(cli.log, "info", lambda text, *values: lines.append(text % values))
    return lines


@pytest.mark.parametrize("name", OFFICIAL)
def test_bytes_stay_as_they_are(tmp_path, name):
    made = write_task(tmp_path / "made", name)
    fetch(OFFICIAL[name], sorted(made.iterdir()), tmp_path / "out")
    for path in made.iterdir():
        assert digest(tmp_path / "out" / path.name) == digest(path)


def test_the_diagnostic_set_has_a_test_file_only(tmp_path):
    write_diagnostic(tmp_path)
    fetch(diagnostic(), [tmp_path / "AX" / "AX.tsv"], tmp_path / "out")
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["test.tsv"]


def test_one_bad_file_leaves_nothing(tmp_path):
    made = write_task(tmp_path / "made", "RTE")
    (made / "dev.tsv").write_text("index\tsentence1\tsentence2\tlabel\n0\ta\tb\tmaybe\n")
    with pytest.raises(UserError, match=r"dev\.tsv: line 2: unknown label 'maybe'"):
        fetch(OFFICIAL["RTE"], [made / "train.tsv", made / "dev.tsv"], tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_says_where_row_counts_are_not_official(tmp_path, logged):
    made = write_task(tmp_path / "made", "RTE", dev=277)
    fetch(OFFICIAL["RTE"], [made / "train.tsv", made / "dev.tsv"], tmp_path / "out")
    assert [line for line in logged if "official" in line] == [
        f"{made / 'train.tsv'}: 24 examples; the official file has 2490"
    ]


def test_says_how_many_rows_were_dropped(tmp_path, logged):
    made = write_task(tmp_path / "made", "QQP")
    with open(made / "train.tsv", "a") as file:
        file.write("9\tcut\n9\tcut\n")
    fetch(OFFICIAL["QQP"], [made / "train.tsv"], tmp_path / "out")
    assert any(
        "dropped 2 rows with too few columns, the first in line 26" in line for line in logged
    )


def test_the_command(tmp_path, monkeypatch, logged):
    made = write_task(tmp_path / "made", "RTE", train=2490)
    files = [str(made / "train.tsv"), str(made / "dev.tsv")]
    monkeypatch.setattr(sys, "argv", ["fetch_glue", "RTE", *files, "-o", str(tmp_path / "out")])
    main()
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["dev.tsv", "train.tsv"]
    assert logged[0] == "RTE train: 2490 examples"
    assert [line for line in logged if "official" in line] == [
        f"{made / 'dev.tsv'}: 12 examples; the official file has 277"
    ]
