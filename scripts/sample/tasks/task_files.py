"""GLUE's nine tasks and AX over the invented world, in the files' official layouts.

Layouts, row by row as in https://gluebenchmark.com/tasks: no quoting, CoLA without a header, MRPC
beginning with a byte-order mark, STS-B in ten columns, MNLI matched and mismatched, no labels in test.
"""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from scripts.common.atomic import write_text
from scripts.common.digest import hash64
from scripts.common.errors import UserError
from scripts.sample.tasks import one_sentence, two_sentences
from scripts.sample.tasks.winograd import winograd
from scripts.sample.tasks.wordings import Source
from scripts.sample.world.draw import Draw
from scripts.sample.world.world import World

Example = tuple[tuple[str, ...], str]
Maker = Callable[[Source, int], Example | None]


class File(NamedTuple):
    """One file of a task: its name, where its examples come from, how many, and how a row looks."""

    name: str
    split: str
    make: Maker
    rows: int
    header: str
    row: Callable[[int, Example], list[str]]


def tab(text: str) -> str:
    """A header written with spaces, as the file has it."""
    return text.replace(" ", "\t")


def indexed(at: int, example: Example) -> list[str]:
    return [str(at), *example[0], example[1]]


def indexed_hidden(at: int, example: Example) -> list[str]:
    return [str(at), *example[0]]


def cola(at: int, example: Example) -> list[str]:
    return ["s" + str(at % 7), example[1], "" if example[1] == "1" else "*", *example[0]]


def sst(at: int, example: Example) -> list[str]:
    return [*example[0], example[1]]


def mrpc(at: int, example: Example) -> list[str]:
    return [example[1], str(700000 + 2 * at), str(700001 + 2 * at), *example[0]]


def mrpc_hidden(at: int, example: Example) -> list[str]:
    return [str(at), str(900000 + 2 * at), str(900001 + 2 * at), *example[0]]


def stsb(at: int, example: Example) -> list[str]:
    return [*stsb_hidden(at, example), example[1]]


def stsb_hidden(at: int, example: Example) -> list[str]:
    first, second, genre = example[0]
    return [str(at), f"main-{genre}", "sample", "2024", f"{at:04}", "none", "none", first, second]


def qqp(at: int, example: Example) -> list[str]:
    return [str(at), str(2 * at + 1), str(2 * at + 2), *example[0], example[1]]


def mnli_start(at: int, example: Example) -> list[str]:
    first, second, genre = example[0]
    parses = [text for parse in (binary_parse, parse) for text in (parse(first), parse(second))]
    return [str(at), str(at), f"{at}{example[1][:1]}", genre, *parses, first, second]


def binary_parse(sentence: str) -> str:
    """A right-branching bracketing in the form of the parse columns."""
    tokens = [*sentence[:-1].split(), sentence[-1]]
    return "( " + " ( ".join(tokens) + " )" * len(tokens)


def parse(sentence: str) -> str:
    """A flat bracketing in the form of the parse columns."""
    return (
        "(ROOT (S "
        + " ".join(f"(X {token})" for token in sentence[:-1].split())
        + f" (. {sentence[-1]})))"
    )


def mnli(at: int, example: Example) -> list[str]:
    return [*mnli_start(at, example), example[1], example[1]]


def mnli_dev(at: int, example: Example) -> list[str]:
    return [*mnli_start(at, example), *[example[1]] * 6]


def mnli_hidden(at: int, example: Example) -> list[str]:
    return mnli_start(at, (example[0], "n"))


PAIR = tab("index sentence1 sentence2")
QUESTION = tab("index question sentence")
STSB = tab("index genre filename year old_index source1 source2 sentence1 sentence2")
MRPC = "#1 ID\t#2 ID\t#1 String\t#2 String"
MNLI = tab(
    "index promptID pairID genre sentence1_binary_parse sentence2_binary_parse sentence1_parse "
    "sentence2_parse sentence1 sentence2"
)
MARK = "\ufeff"
FIVE_LABELS = tab("label1 label2 label3 label4 label5 gold_label")
MATCHED, MISMATCHED = two_sentences.inference_matched, two_sentences.inference_mismatched


def three(
    make: Maker, sizes: tuple[int, int, int], header: str, hidden_header: str, row, hidden_row
) -> list[File]:
    """The three files that most tasks have."""
    return [
        File("train.tsv", "train", make, sizes[0], header, row),
        File("dev.tsv", "dev", make, sizes[1], header, row),
        File("test.tsv", "test", make, sizes[2], hidden_header, hidden_row),
    ]


# Rows at 1,500 articles or more; fewer articles have fewer, down to half of them.
TASKS: dict[str, list[File]] = {
    "CoLA": three(one_sentence.acceptability, (1000, 300, 100), "", tab("index sentence"), cola, indexed_hidden),
    "SST-2": three(one_sentence.sentiment, (500, 300, 100), tab("sentence label"), tab("index sentence"), sst, indexed_hidden),
    "MRPC": three(two_sentences.paraphrase, (800, 300, 100), f"{MARK}Quality\t{MRPC}", f"{MARK}index\t{MRPC}", mrpc, mrpc_hidden),
    "STS-B": three(two_sentences.similarity, (800, 300, 100), f"{STSB}\tscore", STSB, stsb, stsb_hidden),
    "QQP": three(two_sentences.same_question, (1000, 300, 100), tab("id qid1 qid2 question1 question2 is_duplicate"),
                 tab("id question1 question2"), qqp, indexed_hidden),
    "MNLI": [
        File("train.tsv", "train", MATCHED, 1200, MNLI + "\tlabel1\tgold_label", mnli),
        File("dev_matched.tsv", "dev", MATCHED, 300, f"{MNLI}\t{FIVE_LABELS}", mnli_dev),
        File("dev_mismatched.tsv", "dev", MISMATCHED, 300, f"{MNLI}\t{FIVE_LABELS}", mnli_dev),
        File("test_matched.tsv", "test", MATCHED, 100, MNLI, mnli_hidden),
        File("test_mismatched.tsv", "test", MISMATCHED, 100, MNLI, mnli_hidden),
    ],
    "QNLI": three(two_sentences.answers, (1000, 300, 100), f"{QUESTION}\tlabel", QUESTION, indexed, indexed_hidden),
    "RTE": three(two_sentences.entailment, (600, 300, 100), f"{PAIR}\tlabel", PAIR, indexed, indexed_hidden),
    "WNLI": three(winograd, (160, 71, 60), f"{PAIR}\tlabel", PAIR, indexed, indexed_hidden),
    "AX": [File("AX.tsv", "test", two_sentences.diagnostic, 200, PAIR, indexed_hidden)],
}  # fmt: skip


def write_tasks(world: World, articles: int, folder: Path) -> None:
    """Write all tasks' files to folder/<task>/<file>; no example is in two files of a task."""
    for task, files in TASKS.items():
        seen: set[tuple[str, ...]] = set()
        for file in files:
            examples = make_examples(world, articles, task, file, seen)
            lines = [file.header] if file.header else []
            lines += ["\t".join(file.row(at, example)) for at, example in enumerate(examples)]
            write_text(folder / task / file.name, "\n".join(lines) + "\n")


def size(rows: int, articles: int) -> int:
    """The number of rows for a world of this many articles."""
    return round(rows * min(1.0, max(0.5, articles / 1500)))


def make_examples(
    world: World, articles: int, task: str, file: File, seen: set[tuple[str, ...]]
) -> list[Example]:
    """A file's examples, in random order, each with sentences that no earlier file has together."""
    source = Source(world, articles, file.split, Draw(world.seed, "task", task, file.name))
    wanted = size(file.rows, articles)
    found: list[Example] = []
    for _ in range(200 * wanted):
        example = file.make(source, len(found))
        if example and example[0] not in seen:
            seen.add(example[0])
            found.append(example)
        if len(found) == wanted:
            break
    else:
        raise UserError(f"{task}: too few examples in {articles} articles; generate more articles")
    return sorted(found, key=lambda example: hash64(world.seed, *example[0]))
