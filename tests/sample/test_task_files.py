"""The tasks: official layouts, balanced labels, nothing shared by train, dev and test."""

import csv
import re
from collections import Counter
from pathlib import Path

import pytest

from scripts.common.errors import UserError
from scripts.sample.tasks import task_files
from scripts.sample.tasks.task_files import TASKS, write_tasks
from scripts.sample.world import words
from scripts.sample.world.world import World

ARTICLES = 750  # as many examples as in the smallest world


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("glue")
    write_tasks(World(42), ARTICLES, folder)
    return folder


@pytest.mark.slow
def test_the_same_bytes_by_several_processes(folder, tmp_path):
    write_tasks(World(42), ARTICLES, tmp_path, processes=3)
    written = [file for file in folder.rglob("*") if file.is_file()]
    assert written
    for file in written:
        assert (tmp_path / file.relative_to(folder)).read_bytes() == file.read_bytes(), file


def rows(folder: Path, task: str, name: str) -> list[list[str]]:
    """All lines of a file as columns, unquoted."""
    text = (folder / task / f"{name}.tsv").read_text(encoding="utf-8")
    assert text.endswith("\n")
    return [line.split("\t") for line in text[:-1].split("\n")]


def texts(folder: Path, task: str, name: str) -> list[tuple[str, ...]]:
    """A file's sentences without its header."""
    columns = {
        "CoLA": [1] if name == "test" else [3], "SST-2": [1] if name == "test" else [0], "MRPC": [3, 4], "STS-B": [7, 8],
        "QQP": [1, 2] if name == "test" else [3, 4], "MNLI": [8, 9],
    }.get(task, [1, 2])  # fmt: skip
    skip = 0 if task == "CoLA" and name != "test" else 1
    return [tuple(row[at] for at in columns) for row in rows(folder, task, name)[skip:]]


@pytest.mark.parametrize(
    ("task", "name", "header"),
    [
        ("SST-2", "train", "sentence|label"),
        ("SST-2", "test", "index|sentence"),
        ("CoLA", "test", "index|sentence"),
        ("MRPC", "train", "\ufeffQuality|#1 ID|#2 ID|#1 String|#2 String"),
        ("MRPC", "test", "\ufeffindex|#1 ID|#2 ID|#1 String|#2 String"),
        (
            "STS-B",
            "dev",
            "index|genre|filename|year|old_index|source1|source2|sentence1|sentence2|score",
        ),
        (
            "STS-B",
            "test",
            "index|genre|filename|year|old_index|source1|source2|sentence1|sentence2",
        ),
        ("QQP", "train", "id|qid1|qid2|question1|question2|is_duplicate"),
        ("QQP", "test", "id|question1|question2"),
        ("QNLI", "dev", "index|question|sentence|label"),
        ("QNLI", "test", "index|question|sentence"),
        ("RTE", "dev", "index|sentence1|sentence2|label"),
        ("WNLI", "test", "index|sentence1|sentence2"),
        ("AX", "AX", "index|sentence1|sentence2"),
    ],
)
def test_headers(folder, task, name, header):
    assert rows(folder, task, name)[0] == header.split("|")


@pytest.mark.parametrize("task", sorted(TASKS))
def test_every_row_has_the_columns_of_its_header(folder, task):
    for file in TASKS[task]:
        found = rows(folder, task, Path(file.name).stem)
        assert len(found) == task_files.size(file.rows, ARTICLES) + len(file.header())
        assert {len(row) for row in found} == {len(found[0])}


def test_headers_agree_with_the_real_files(folder, shared_data):
    for task in TASKS:
        for file in TASKS[task]:
            real = shared_data / "glue" / task / file.name
            if real.is_file():
                first = real.read_text(encoding="utf-8").split("\n")[0].split("\t")
                mine = rows(folder, task, Path(file.name).stem)[0]
                assert len(mine) == len(first)
                assert mine == first or not file.header()


def test_cola_has_no_header_and_stars_what_is_unacceptable(folder):
    for row in rows(folder, "CoLA", "train"):
        assert row[1:3] in (["1", ""], ["0", "*"])


def test_mnli_has_twelve_and_sixteen_columns(folder):
    assert len(rows(folder, "MNLI", "train")[0]) == 12
    for part in ("matched", "mismatched"):
        found = rows(folder, "MNLI", f"dev_{part}")
        assert len(found[0]) == 16
        assert all(row[10:] == [row[15]] * 6 for row in found[1:])
        assert len(rows(folder, "MNLI", f"test_{part}")[0]) == 10
    genres = {
        name: {row[3] for row in rows(folder, "MNLI", name)[1:]}
        for name in ("train", "dev_matched", "dev_mismatched")
    }
    assert genres["dev_matched"] <= genres["train"]
    assert not genres["dev_mismatched"] & genres["train"]


@pytest.mark.parametrize("task", sorted(set(TASKS) - {"AX"}))
def test_no_example_is_in_two_files_or_twice(folder, task):
    seen: set[tuple[str, ...]] = set()
    for file in TASKS[task]:
        if file.split != "test" or task != "CoLA":
            found = texts(folder, task, Path(file.name).stem)
            assert len(set(found)) == len(found)
            assert not seen & set(found)
            seen |= set(found)


@pytest.mark.parametrize(
    ("task", "column", "shares"),
    [
        ("CoLA", 1, {"1": 0.6, "0": 0.4}),
        ("SST-2", 1, {"1": 0.5, "0": 0.5}),
        ("MRPC", 0, {"1": 2 / 3, "0": 1 / 3}),
        ("QQP", 5, {"1": 0.4, "0": 0.6}),
        ("MNLI", -1, {"entailment": 1 / 3, "neutral": 1 / 3, "contradiction": 1 / 3}),
        ("QNLI", 3, {"entailment": 0.5, "not_entailment": 0.5}),
        ("RTE", 3, {"entailment": 0.5, "not_entailment": 0.5}),
        ("WNLI", 3, {"0": 0.5, "1": 0.5}),
    ],
)
def test_labels_are_balanced(folder, task, column, shares):
    for name in ("train", "dev_matched" if task == "MNLI" else "dev"):
        found = rows(folder, task, name)[0 if task == "CoLA" else 1 :]
        counts = Counter(row[column] for row in found)
        assert set(counts) == set(shares)
        for label, share in shares.items():
            assert abs(counts[label] / len(found) - share) < 0.02


def test_sts_b_scores_span_0_to_5(folder):
    scores = [float(row[9]) for row in rows(folder, "STS-B", "train")[1:]]
    assert min(scores) < 0.5
    assert max(scores) == 5
    assert all(0 <= score <= 5 for score in scores)
    assert len(set(scores)) > 8


def test_dev_is_large_enough_for_stable_medians():
    for task in set(TASKS) - {"AX", "WNLI"}:
        assert all(file.rows >= 200 for file in TASKS[task] if file.split == "dev")


def test_sentences_are_short(folder):
    for task in TASKS:
        for file in TASKS[task]:
            for sentences in texts(folder, task, Path(file.name).stem):
                assert all(len(sentence.split()) <= 30 for sentence in sentences)


def test_reading_with_quotes_loses_rows(folder):
    """Fields hold quotation marks, also single ones, as the real files do."""
    path = folder / "MRPC" / "train.tsv"
    with open(path, encoding="utf-8", newline="") as file:
        quoted = list(csv.reader(file, delimiter="\t"))
    assert len(quoted) < len(rows(folder, "MRPC", "train"))


def test_dev_judges_in_words_that_train_does_not_have(folder):
    def judging(name: str) -> set[str]:
        found = {word for (text,) in texts(folder, "SST-2", name) for word in text.split()}
        return found & {*words.PRAISE["adjectives"], *words.BLAME["adjectives"]}

    assert len(judging("dev") - judging("train")) > 0.5 * len(judging("dev"))


def test_sst_2_is_lower_case_and_tokenized(folder):
    for (text,) in texts(folder, "SST-2", "train"):
        assert text == text.lower()
        assert text.endswith(" ")
        assert not re.search(r"\w[,.]", text)


def test_wnli_has_both_readings_of_its_sentences(folder):
    found = [row for name in ("train", "dev") for row in rows(folder, "WNLI", name)[1:]]
    wordings = Counter((re.sub(r"\b[A-Z]\w+\b", "", row[1]), row[3]) for row in found)
    both = {text for text, label in wordings if (text, "0") in wordings and (text, "1") in wordings}
    assert len(both) > 5


def test_broken_sentences_differ_from_sound_ones(folder):
    sound = {row[3] for row in rows(folder, "CoLA", "train") if row[1] == "1"}
    broken = {row[3] for row in rows(folder, "CoLA", "train") if row[1] == "0"}
    assert not sound & broken


@pytest.mark.parametrize("task", sorted(TASKS))
def test_the_same_examples_each_time_and_others_for_another_seed(task):
    file = TASKS[task][-1]._replace(rows=40)
    first, again, other = (
        task_files.make_examples(World(seed), 100, task, file, set()) for seed in (42, 42, 43)
    )
    assert first == again != other


def test_size_follows_the_world_within_bounds():
    sizes = [task_files.size(1000, articles) for articles in (100, 900, 1500, 2700, 10**6)]
    assert sizes == [500, 600, 1000, 1800, 2000]


def test_a_task_that_finds_too_little_says_so(monkeypatch):
    def make(source, at):
        raise task_files.Unfit

    file = task_files.TASKS["RTE"][0]._replace(make=make)
    with pytest.raises(UserError, match="RTE"):
        task_files.make_examples(World(1), 100, "RTE", file, set())
