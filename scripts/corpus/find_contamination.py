"""Find the texts of evaluation files in a part of the corpus.

    python -m scripts.corpus.find_contamination enwiki.txt.zst --evaluation texts.tsv.zst -o a.json

The texts are those that `scripts.glue.collect_evaluation` has collected. One is found where a document
holds it whole, in one sentence or several, or an n-gram of 13 of its words; texts of fewer than six words
do not count. With --clean, a copy of the part is written that lacks the sentences which hold one, or a
part of one, with its documents' ids beside it.
"""

import json
from collections import Counter
from contextlib import nullcontext
from functools import partial
from pathlib import Path

from scripts.common import cli
from scripts.common.atomic import write_text
from scripts.common.pool import batches, ordered_map
from scripts.corpus.duplicates.evaluation_overlap import EvaluationTexts, read_texts, untokenized
from scripts.corpus.duplicates.word_ngrams import WordHashes
from scripts.corpus.files.documents import (
    Documents,
    document_writer,
    read_named_documents,
    to_documents,
)

BATCH = 1 << 20  # bytes of text that go to a worker at a time


def find_contamination(
    part: Path, /, evaluation: Path, output: Path, clean: Path | None = None, processes: int = 1
) -> dict:
    """Write what was found: for each evaluation file its texts, those found, and the sentences.

    The clean copy is written where `clean` says so. The texts found are numbers, by which the
    reports on several parts can be joined.
    """
    texts = EvaluationTexts(read_texts(evaluation))
    sentences = holding = 0
    found: dict[str, set[int]] = {name: set() for name in texts.sizes}
    counts: Counter[str] = Counter()
    work = batches(read_named_documents(part), lambda named: len(named[1]), BATCH)
    with document_writer(clean) if clean else nullcontext(None) as write:
        searched = ordered_map(partial(search, texts, WordHashes()), work, processes)
        for kept, lines, pairs in searched:
            if write:
                write(kept)
            sentences += lines
            holding += len({sentence for sentence, _ in pairs})
            for _, text in pairs:
                found[texts.set_of(text)].add(text)
            held = {(sentence, texts.set_of(text)) for sentence, text in pairs}
            counts.update(name for _, name in held)
        sets = {
            name: {"texts": size, "found": sorted(found[name]), "sentences": counts[name]}
            for name, size in texts.sizes.items()
        }
        result = {"sentences": sentences, "holding": holding, "sets": sets}
        write_text(output, json.dumps(result) + "\n")
    cli.log.info("%s: %d of %d sentences hold a text of the evaluation", part, holding, sentences)
    return result


def search(
    texts: EvaluationTexts, words: WordHashes, batch: list[tuple[str, bytes]]
) -> tuple[Documents, int, list[tuple[int, int]]]:
    """A batch's documents without what was found, its sentences, and the (sentence, text) pairs."""
    documents = [document.decode().split("\n") for _, document in batch]
    lines = [line for document in documents for line in document]
    owners = [number for number, document in enumerate(documents) for _ in document]
    found = texts.find([words.hashes(untokenized(line)) for line in lines], owners)
    holding = {sentence for sentence, _ in found}
    clean = []
    start = 0
    for (identity, _), document in zip(batch, documents, strict=True):
        kept = [line for number, line in enumerate(document, start) if number not in holding]
        start += len(document)
        clean.append((identity, kept))
    return to_documents(clean), len(lines), found


main = cli.step(find_contamination, part="a sentence file", clean="a copy without what is found")
