"""Reading the official files, with all their traps."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripts.common.errors import UserError
from scripts.glue.files import tables
from scripts.glue.files.official_files import ROWS
from scripts.glue.tasks.official_tasks import OFFICIAL, diagnostic
from scripts.glue.tasks.own_tasks import own_task
from tests.glue.made import LAYOUTS, layout, write_task

TEXT = st.text(
    st.characters(blacklist_characters="\t\n\r", blacklist_categories=("Cs",)), min_size=1
).filter(lambda text: text.strip() and not text.startswith("\ufeff"))


@pytest.mark.parametrize("name", OFFICIAL)
def test_reads_every_official_layout(tmp_path, name):
    folder = write_task(tmp_path, name, train=5, dev=4, test=3)
    task = OFFICIAL[name]
    for split, rows in (("train", 5), ("dev", 4), ("test", 3)):
        for file in task.files(split).values():
            found = tables.read(folder / file, task, split)
            assert len(found) == rows
            assert all(len(texts) == len(task.texts) for texts in found.texts)
            assert (found.labels is None) == (split == "test")


@given(
    text=TEXT,
    other=TEXT,
    label=st.sampled_from(["0", "1"]),
    split=st.sampled_from(["train", "test"]),
)
def test_quotes_and_separators_are_text(tmp_path_factory, text, other, label, split):
    task = OFFICIAL["QQP"]
    path = tmp_path_factory.mktemp("table") / "train.tsv"
    header, _ = layout("QQP", split)
    cells = ["0", text, other] if split == "test" else ["0", "1", "2", text, other, label]
    line = "\t".join(cells)
    path.write_bytes(f"{header}\n{line}\n".encode())
    rows = tables.read(path, task, split)
    assert rows.texts == [(text.strip(), other.strip())]
    assert rows.labels == (None if split == "test" else [label])


def test_unbalanced_quotes_swallow_no_rows(tmp_path):
    path = tmp_path / "train.tsv"
    path.write_text('sentence\tlabel\n"a b\t1\nc d\t0\n"e" "f\t1\n')
    assert tables.read(path, OFFICIAL["SST-2"], "train").texts == [('"a b',), ("c d",), ('"e" "f',)]


def test_byte_order_mark_and_carriage_returns(tmp_path):
    path = tmp_path / "train.tsv"
    path.write_bytes(
        b"\xef\xbb\xbfQuality\t#1 ID\t#2 ID\t#1 String\t#2 String\r\n1\t2\t3\ta\tb\r\n"
    )
    rows = tables.read(path, OFFICIAL["MRPC"], "train")
    assert (rows.texts, rows.labels) == ([("a", "b")], ["1"])


def test_other_line_separators_are_text(tmp_path):
    path = tmp_path / "train.tsv"
    path.write_bytes("sentence\tlabel\na\u2028b\x85c\x0bd\t1\n".encode())
    assert tables.read(path, OFFICIAL["SST-2"], "train").texts == [("a\u2028b\x85c\x0bd",)]


def test_short_rows_of_qqp_are_dropped_and_counted(tmp_path):
    path = tmp_path / "train.tsv"
    header, form = LAYOUTS["QQP", "train"]
    good = form.format("a", "b", index=0, label="1")
    path.write_text(f"{header}\n{good}\n5\t6\tcut off\n{good}\n")
    rows = tables.read(path, OFFICIAL["QQP"], "train")
    assert (len(rows), rows.dropped) == (2, [3])
    path.write_text(f"{header}\n{good}\t9\n")
    with pytest.raises(UserError, match="line 2: 7 columns instead of 6"):
        tables.read(path, OFFICIAL["QQP"], "train")


@pytest.mark.parametrize(
    ("task", "split", "text", "message"),
    [
        ("SST-2", "train", "sentence\tlabel\na\t1\nb\n", "line 3: 1 columns instead of 2"),
        ("SST-2", "train", "sentence\tlabel\na\t1\n\nb\t1\n", "line 3: 1 columns instead of 2"),
        ("SST-2", "train", "sentence\tlabel\na\t2\n", "line 2: unknown label '2'; SST-2 has 0, 1"),
        ("SST-2", "train", "sentence\tlabel\n \t1\n", "line 2: no text"),
        ("SST-2", "train", "sentence\tlabel\n", "no examples"),
        ("SST-2", "train", "", "no examples"),
        ("SST-2", "train", "text\tlabel\na\t1\n", "line 1: no column 'sentence'"),
        ("SST-2", "test", "sentence\nb\tc\n", "line 2: 2 columns instead of 1"),
        (
            "STS-B",
            "train",
            "sentence1\tsentence2\tscore\na\tb\tnan\n",
            "line 2: score 'nan' is not",
        ),
        ("STS-B", "train", "sentence1\tsentence2\tscore\na\tb\thigh\n", "'high' is not a number"),
        ("MNLI", "dev", "sentence1\tsentence2\tgold_label\na\tb\t-\n", "unknown label '-'"),
        ("CoLA", "train", "x\t1\t\n", "line 1: 3 columns instead of 4"),
        ("CoLA", "dev", "source\tlabel\tmark\tsentence\n", "line 1: unknown label 'label'"),
    ],
)
def test_names_file_line_and_fault(tmp_path, task, split, text, message):
    path = tmp_path / "file.tsv"
    path.write_text(text)
    with pytest.raises(UserError) as caught:
        tables.read(path, OFFICIAL[task], split)
    assert str(caught.value).startswith(f"{path}: ")
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_not_utf8_and_not_there(tmp_path):
    path = tmp_path / "file.tsv"
    with pytest.raises(UserError, match="no such file"):
        tables.read(path, OFFICIAL["SST-2"], "train")
    path.write_bytes(b"sentence\tlabel\ncaf\xe9\t1\n")
    with pytest.raises(UserError, match="line 2 is not UTF-8"):
        tables.read(path, OFFICIAL["SST-2"], "train")


@given(st.lists(st.tuples(TEXT, TEXT, st.sampled_from(["a", "b"])), min_size=1))
def test_what_is_written_is_read(tmp_path_factory, examples):
    task = own_task(
        {
            "name": "Mine",
            "text": ["x", "y"],
            "label": "z",
            "labels": ["a", "b"],
            "metric": "accuracy",
        }
    )
    examples = [row for row in examples if " ".join(row[0].split())]
    if not examples:
        return
    rows = tables.Rows([row[:2] for row in examples], [row[2] for row in examples], [])
    path = tmp_path_factory.mktemp("table") / "train.tsv"
    path.write_text("".join(tables.write(rows, task)), encoding="utf-8", newline="")
    found = tables.read(path, task, "train")
    assert found.labels == rows.labels
    assert found.texts == [tuple(" ".join(text.split()) for text in row) for row in rows.texts]


@pytest.mark.parametrize("name", ["CoLA", "SST-2", "STS-B", "RTE", "WNLI"])
def test_real_files_have_the_official_rows(shared_data, name):
    task = OFFICIAL[name]
    for split in ("train", "dev", "test"):
        rows = tables.read(shared_data / "glue" / name / f"{split}.tsv", task, split)
        assert len(rows) == ROWS[name][split]


def test_real_partial_files(shared_data):
    glue = shared_data / "glue"
    assert len(tables.read(glue / "QNLI/dev.tsv", OFFICIAL["QNLI"], "dev")) == 5463
    assert len(tables.read(glue / "MNLI/dev_matched.tsv", OFFICIAL["MNLI"], "dev")) == 9815
    assert len(tables.read(glue / "MNLI/train.tsv", OFFICIAL["MNLI"], "train")) == 9999
    assert len(tables.read(glue / "AX/AX.tsv", diagnostic(), "test")) == 1104


def test_real_majority_baselines(shared_data):
    """The published shares of the most frequent dev class."""
    for name, share in (
        ("CoLA", 69.1),
        ("RTE", 52.7),
        ("QNLI", 50.5),
        ("SST-2", 50.9),
        ("WNLI", 56.3),
    ):
        labels = tables.read(shared_data / "glue" / name / "dev.tsv", OFFICIAL[name], "dev").labels
        assert round(100 * max(map(labels.count, set(labels))) / len(labels), 1) == share
