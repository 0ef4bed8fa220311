"""GLUE's nine tasks and AX over the invented world, in the files' official layouts.

Layouts, row by row as in https://gluebenchmark.com/tasks: no quoting, CoLA without a header, MRPC
beginning with a byte-order mark, STS-B in ten columns, MNLI matched and mismatched, no labels in test.
"""

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import NamedTuple

from scripts.common.atomic import write_text
from scripts.common.data import data_yaml
from scripts.common.digest import hash64
from scripts.common.errors import UserError
from scripts.common.pool import ordered_map
from scripts.sample.tasks import one_sentence, two_sentences
from scripts.sample.tasks.wordings import Example, Source, Unfit
from scripts.sample.world.draw import Draw
from scripts.sample.world.notation import entries
from scripts.sample.world.world import World

Maker = Callable[[Source, int], Example]  # raises Unfit where what it draws makes none


class Row(NamedTuple):
    """A row's number, its example's sentences (and genre, where a task has it), and its label.

    Hidden: the file tells no labels.
    """

    at: int
    texts: tuple[str, ...]
    label: str
    hidden: bool


class File(NamedTuple):
    """One file of a task: its name, where its examples come from, how many, and its columns.

    head: `none` without a header, `marked` where one begins with a byte-order mark.
    """

    name: str
    split: str
    make: Maker
    rows: int
    columns: list[str]
    head: str = ""

    def row(self, at: int, example: Example) -> str:
        row = Row(at, *example, hidden=self.split == "test")
        return "\t".join(str(COLUMNS[name](row)) for name in self.columns)

    def header(self) -> list[str]:
        """The file's first line, or none."""
        mark = "\ufeff" if self.head == "marked" else ""
        return [] if self.head == "none" else [mark + "\t".join(self.columns)]


def binary_parse(sentence: str) -> str:
    """A right-branching bracketing in the form of the parse columns."""
    tokens = [*sentence[:-1].split(), sentence[-1]]
    return "( " + " ( ".join(tokens) + " )" * len(tokens)


def parse(sentence: str) -> str:
    """A flat bracketing in the form of the parse columns."""
    words = " ".join(f"(X {token})" for token in sentence[:-1].split())
    return f"(ROOT (S {words} (. {sentence[-1]})))"


def number_of_pair(row: Row) -> int:
    """MRPC's number of a row's first sentence; the second one has the next."""
    return (900000 if row.hidden else 700000) + 2 * row.at


DATA = data_yaml(__file__, "task_files.yaml")
STSB_GENRES = {"news": "main-news", "captions": "main-captions"}
FIRST = ("sentence1", "question1", "question", "#1 String")
SECOND = ("sentence2", "question2", "#2 String")
LABEL = ("label", "gold_label", "is_duplicate", "score", "Quality")

# What stands in a column, by the name that the files give it.
COLUMNS: dict[str, Callable[[Row], object]] = {
    **dict.fromkeys(("index", "id", "promptID"), lambda row: row.at),
    **dict.fromkeys(FIRST, lambda row: row.texts[0]),
    **dict.fromkeys(SECOND, lambda row: row.texts[1]),
    **dict.fromkeys(LABEL, lambda row: row.label),
    **dict.fromkeys((f"label{number}" for number in range(1, 6)), lambda row: row.label),
    "sentence": lambda row: row.texts[-1],
    "source": lambda row: f"s{row.at % 7}",
    "star": lambda row: "" if row.label == "1" else "*",
    "qid1": lambda row: 2 * row.at + 1,
    "qid2": lambda row: 2 * row.at + 2,
    "#1 ID": number_of_pair,
    "#2 ID": lambda row: number_of_pair(row) + 1,
    "genre": lambda row: STSB_GENRES.get(row.texts[2], row.texts[2]),
    "filename": lambda row: "sample",
    "year": lambda row: "2024",
    "old_index": lambda row: f"{row.at:04}",
    **dict.fromkeys(("source1", "source2"), lambda row: "none"),
    "pairID": lambda row: f"{row.at}{'n' if row.hidden else row.label[:1]}",
    "sentence1_binary_parse": lambda row: binary_parse(row.texts[0]),
    "sentence2_binary_parse": lambda row: binary_parse(row.texts[1]),
    "sentence1_parse": lambda row: parse(row.texts[0]),
    "sentence2_parse": lambda row: parse(row.texts[1]),
}
MAKERS: dict[str, Maker] = {
    "CoLA": one_sentence.acceptability,
    "SST-2": one_sentence.sentiment,
    "MRPC": two_sentences.paraphrase,
    "STS-B": two_sentences.similarity,
    "QQP": two_sentences.same_question,
    "MNLI": partial(two_sentences.genre_inference, two_sentences.MATCHED),
    "MNLI mismatched": partial(two_sentences.genre_inference, two_sentences.MISMATCHED),
    "QNLI": two_sentences.answers,
    "RTE": two_sentences.entailment,
    "WNLI": two_sentences.winograd,
    "AX": two_sentences.diagnostic,
}


def task_file(task: str, name: str, described: str) -> File:
    """A file from its line in the data file: rows / columns / header."""
    rows, columns, *head = described.split(" / ")
    split, _, genres = name.partition("_")
    make = MAKERS[f"{task} mismatched" if genres == "mismatched" else task]
    split = "test" if task == "AX" else split
    return File(f"{name}.tsv", split, make, int(rows), entries(columns), *head)


TASKS = {task: [task_file(task, *file) for file in files.items()] for task, files in DATA.items()}


def write_tasks(world: World, articles: int, folder: Path, processes: int = 1) -> None:
    """Write all tasks' files to folder/<task>/<file>; no example is in two files of a task."""
    for _ in ordered_map(partial(write_task, world, articles, folder), TASKS, processes):
        pass


def write_task(world: World, articles: int, folder: Path, task: str) -> None:
    seen: set[tuple[str, ...]] = set()
    for file in TASKS[task]:
        examples = make_examples(world, articles, task, file, seen)
        lines = file.header() + [file.row(at, example) for at, example in enumerate(examples)]
        write_text(folder / task / file.name, "\n".join(lines) + "\n")


def size(rows: int, articles: int) -> int:
    return round(rows * min(2.0, max(0.5, articles / 1500)))


def make_examples(
    world: World, articles: int, task: str, file: File, seen: set[tuple[str, ...]]
) -> list[Example]:
    """A file's examples, in random order, each with sentences that no earlier file has together."""
    source = Source(world, articles, file.split, Draw(world.seed, "task", task, file.name))
    wanted = size(file.rows, articles)
    found: list[Example] = []
    for _ in range(200 * wanted):
        with suppress(Unfit):
            example = file.make(source, len(found))
            if example[0] not in seen:
                seen.add(example[0])
                found.append(example)
        if len(found) == wanted:
            break
    else:
        raise UserError(f"{task}: too few examples in {articles} articles; generate more articles")
    return sorted(found, key=lambda example: hash64(world.seed, *example[0]))
