"""Find the texts of evaluation files in a part of the corpus.

    python -m scripts.corpus.find_contamination enwiki.txt.zst --evaluation CoLA/dev.tsv … -o a.json

A text is found where a sentence holds it whole, or a run of 13 of its words; texts of fewer than
six words do not count. With --clean, a copy of the part is written that lacks the sentences which
hold one, with its documents' ids beside it.
"""

import json
import logging
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from scripts.common import cli
from scripts.common.atomic import write_text
from scripts.common.pool import batches, ordered_map
from scripts.common.text import zstd_writer
from scripts.corpus.duplicates.evaluation_overlap import Evaluation
from scripts.corpus.duplicates.word_ngrams import Words
from scripts.corpus.files.documents import ids_of, read_named_documents

log = logging.getLogger("dump2glue")

BATCH = 1 << 20  # bytes of text that go to a worker at a time


@dataclass
class Searched:
    """A batch's clean text and ids, and the (sentence, text) pairs that were found in it."""

    text: str
    ids: str
    sentences: int
    found: list[tuple[int, int]]


def find_contamination(
    part: Path, evaluation: list[Path], output: Path, clean: Path | None, processes: int
) -> dict:
    """Write what was found: for each evaluation file its texts, those found, and the sentences.

    The clean copy is written where `clean` says so. The texts found are numbers, by which the
    reports on several parts can be joined.
    """
    texts = Evaluation(evaluation)
    sentences = holding = 0
    found: dict[str, set[int]] = {name: set() for name in texts.sizes}
    counts: Counter[str] = Counter()
    with ExitStack() as stack:
        files = [
            stack.enter_context(zstd_writer(path))
            for path in ([clean, ids_of(clean)] if clean else [])
        ]
        parts = batches(read_named_documents(part), lambda named: len(named[1]), BATCH)
        for done in ordered_map(search, parts, processes, remember, (texts,)):
            for file, text in zip(files, (done.text, done.ids), strict=False):
                file.write(text)
            sentences += done.sentences
            holding += len({sentence for sentence, _ in done.found})
            pairs = {(sentence, text, texts.set_of(text)) for sentence, text in done.found}
            for _, text, name in pairs:
                found[name].add(text)
            counts.update(name for _, name in {(sentence, name) for sentence, _, name in pairs})
        sets = {
            name: {"texts": size, "found": sorted(found[name]), "sentences": counts[name]}
            for name, size in texts.sizes.items()
        }
        result = {"sentences": sentences, "holding": holding, "sets": sets}
        write_text(output, json.dumps(result) + "\n")
    log.info("%s: %d of %d sentences hold a text of the evaluation", part, holding, sentences)
    return result


# A process's evaluation texts, which are too large to be sent with every batch, and its words.
EVALUATIONS: list[Evaluation] = []
WORDS = Words()


def remember(texts: Evaluation) -> None:
    EVALUATIONS[:] = [texts]


def search(batch: list[tuple[str, bytes]]) -> Searched:
    """Find the texts in a batch of documents."""
    documents = [document.decode().split("\n") for _, document in batch]
    sentences = [WORDS.hashes(sentence) for document in documents for sentence in document]
    found = EVALUATIONS[0].find(sentences)
    holding = {sentence for sentence, _ in found}
    text = []
    ids = []
    start = 0
    for (identity, _), document in zip(batch, documents, strict=True):
        kept = [line for number, line in enumerate(document, start) if number not in holding]
        start += len(document)
        if kept:
            text.append("\n".join(kept) + "\n\n")
            ids.append(f"{identity}\n")
    return Searched("".join(text), "".join(ids), len(sentences), found)


def main() -> None:
    parser = cli.Parser(__doc__)
    parser.add_argument("part", type=Path, help="a sentence file")
    parser.add_argument(
        "--evaluation", type=Path, nargs="+", required=True, metavar="TASK/FILE.tsv"
    )
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="FILE.json")
    parser.add_argument("--clean", type=Path, metavar="FILE.txt.zst", help="a copy without them")
    parser.add_argument("--processes", type=int, default=1)
    args = parser.parse_args()
    find_contamination(args.part, args.evaluation, args.output, args.clean, args.processes)


if __name__ == "__main__":
    cli.run(main)
