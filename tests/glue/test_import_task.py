"""A user's own task, from TSV, CSV and JSON lines."""

import csv
import gzip
import json
import sys

import pytest

from scripts.common.errors import UserError
from scripts.glue.files import tables
from scripts.glue.import_task import import_task, main
from scripts.glue.tasks.own_tasks import own_task

ENTRY = {"name": "Mine", "text": ["a", "b"], "label": "class", "metric": "accuracy"}
ROWS = [("one", 'say "two"', "yes"), ("tab\tand\nline", "é ü", "no"), ("x", "", "yes")]


def write(path, rows=ROWS, header=("a", "b", "class")):
    """Write rows in the form that the name says."""
    if path.name.endswith(".jsonl"):
        lines = [json.dumps(dict(zip(header, row, strict=True))) for row in rows]
        path.write_text("\n".join(lines) + "\n")
    elif path.name.endswith(".csv"):
        with open(path, "w", newline="", encoding="utf-8-sig") as file:
            csv.writer(file).writerows([header, *rows])
    else:
        rows = [[" ".join(cell.split()) for cell in row] for row in rows]
        lines = "\n".join("\t".join(row) for row in [header, *rows]) + "\n"
        opened = gzip.open if path.suffix == ".gz" else open
        with opened(path, "wt", encoding="utf-8") as file:
            file.write(lines)
    return path


@pytest.mark.parametrize("form", ["tsv", "tsv.gz", "csv", "jsonl"])
def test_all_forms_give_the_same_files(tmp_path, form):
    train, dev = write(tmp_path / f"t.{form}"), write(tmp_path / f"d.{form}", ROWS[:2])
    test = write(tmp_path / f"x.{form}", [row[:2] for row in ROWS], ("a", "b"))
    import_task(ENTRY, {"train": train, "dev": dev, "test": test}, tmp_path / "out")
    rows = tables.read(tmp_path / "out" / "train.tsv", own_task(ENTRY), "train")
    assert rows.texts == [("one", 'say "two"'), ("tab and line", "é ü"), ("x", "")]
    assert rows.labels == ["yes", "no", "yes"]
    assert len(tables.read(tmp_path / "out" / "test.tsv", own_task(ENTRY), "test")) == 3


def test_numbers_and_single_texts(tmp_path):
    entry = {"name": "Mine", "text": "a", "label": "y", "metric": ["pearson", "spearman"]}
    train = write(tmp_path / "t.csv", [("one", "0.5"), ("two", "-3e2")], ("a", "y"))
    import_task(entry, {"train": train, "dev": train}, tmp_path / "out")
    rows = tables.read(tmp_path / "out" / "dev.tsv", own_task(entry), "dev")
    assert rows.labels == [0.5, -300.0]


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("t.tsv", "a\tb\tclass\n1\t2\n", "line 2: 2 columns instead of 3"),
        ("t.tsv", "a\tb\tkind\n1\t2\tyes\n", "line 2: no column 'class'; there are a, b, kind"),
        ("t.tsv", "a\tb\tclass\n", "no examples"),
        ("t.tsv", "", "no examples"),
        ("t.csv", "", "no examples"),
        ("t.tsv", "\na\tb\tclass\n1\t2\tyes\n", "line 2: 3 columns instead of 1"),
        ("t.jsonl", '\n{"a": 1, "b": 2}\n', "line 2: no column 'class'; there are a, b"),
        ("t.tsv", "a\tb\tclass\n1\t2\t\n", "line 2: unknown label ''"),
        ("t.tsv", "a\tb\tclass\n \t\tyes\n", "line 2: no text in column 'a'"),
        ("t.csv", 'a,b,class\n1,"2,yes\n', "line 2: unexpected end of data"),
        ("t.csv", "a,b,class\n1,2,3,4\n", "line 2: 4 columns instead of 3"),
        ("t.jsonl", '{"a": 1', "line 1 is not JSON"),
        ("t.jsonl", "[1]\n", "line 1 is not a JSON object"),
        ("t.jsonl", '{"a": "x", "class": "y"}\n', "line 1: no column 'b'; there are a, class"),
        ("t.jsonl", '{"a": "x", "b": "y", "class": ["y", "z"]}\n', "column 'class' holds several"),
        ("t.jsonl", '{"a": {"x": 1}, "b": "y", "class": "y"}\n', "column 'a' holds several"),
        ("t.txt", "a\n", "must end with .tsv, .csv or .jsonl"),
        ("t.tsv.gz", "not gzip", "truncated or corrupt"),
    ],
)
def test_names_file_line_and_fault(tmp_path, name, text, message):
    path = tmp_path / name
    path.write_text(text)
    with pytest.raises(UserError) as caught:
        import_task(ENTRY, {"train": path, "dev": path}, tmp_path / "out")
    assert str(caught.value).startswith(f"{path}")
    assert message in str(caught.value)
    assert not (tmp_path / "out").exists()


def test_a_label_that_is_not_in_the_list(tmp_path):
    entry = {**ENTRY, "labels": ["yes", "maybe"]}
    with pytest.raises(UserError, match="line 3: unknown label 'no'; Mine has yes, maybe"):
        import_task(entry, {"train": write(tmp_path / "t.tsv")}, tmp_path / "out")


def test_classes_are_the_training_sets(tmp_path):
    train = write(tmp_path / "t.tsv")
    dev = write(tmp_path / "d.tsv", [("one", "two", "perhaps")])
    with pytest.raises(
        UserError, match=r"d\.tsv: line 2: unknown label 'perhaps'; Mine has no, yes"
    ):
        import_task(ENTRY, {"train": train, "dev": dev}, tmp_path / "out")


def test_metrics_of_two_kinds_do_not_go_together():
    with pytest.raises(UserError, match="Mine: accuracy, pearson do not go together"):
        own_task({**ENTRY, "metric": ["accuracy", "pearson"]})


def test_empty_lines_are_no_examples(tmp_path):
    for name, text in (
        ("t.tsv", "a\tb\tclass\r\n\r\n1\t2\tyes\r\n"),
        ("t.csv", "\na,b,class\n\n1,2,yes\n"),
    ):
        (tmp_path / name).write_text(text)
        import_task(ENTRY | {"labels": ["yes", "no"]}, {"train": tmp_path / name}, tmp_path / "out")
        assert (tmp_path / "out" / "train.tsv").read_text().split("\n")[1:] == ["1\t2\tyes", ""]


def test_the_command_takes_train_dev_and_test_in_this_order(tmp_path, monkeypatch):
    train, dev = write(tmp_path / "t.tsv"), write(tmp_path / "d.csv", ROWS[:1])
    words = ["import_task", json.dumps(ENTRY), str(train), str(dev), "-o", str(tmp_path / "out")]
    monkeypatch.setattr(sys, "argv", words)
    main()
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"train.tsv", "dev.tsv"}
    assert (tmp_path / "out" / "dev.tsv").read_text().count("\n") == 2


def test_a_cell_may_be_long(tmp_path):
    text = "word " * 40_000
    train = tmp_path / "t.csv"
    train.write_text(f'a,b,class\n"{text}",two,yes\none,two,no\n')
    import_task(ENTRY, {"train": train}, tmp_path / "out")
    assert text.strip() in (tmp_path / "out/train.tsv").read_text()
