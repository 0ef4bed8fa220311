"""Split articles into sentences.

    python -m scripts.corpus.split_sentences enwiki.jsonl.zst -o enwiki.txt.zst

Writes one sentence a line and an empty line between documents, and beside it, in enwiki.ids.zst, the
documents' ids, a line each. Sentences never pass over the end of a paragraph. Without --model, rules
decide; with it, the senter or parser of an installed spaCy model. The output is the same bytes at any
number of processes.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

from scripts.common import cli
from scripts.common.errors import UserError
from scripts.common.pool import batches, ordered_map
from scripts.common.settings import setting
from scripts.corpus.files.articles import from_line
from scripts.corpus.files.documents import Documents, document_writer, to_documents
from scripts.corpus.files.text_ranges import range_lines
from scripts.corpus.sentences.splitter import rules, split, trained

if TYPE_CHECKING:
    from spacy.language import Language

BATCH = 1 << 19  # characters of JSON that go to a worker at a time


@dataclass(frozen=True)
class Settings:
    """What decides where sentences end."""

    model: str | None = setting(None, "a spaCy model instead of the rules", minLength=1)


def split_sentences(
    articles: list[Path],
    /,
    output: Path,
    settings: Settings,
    processes: int = 1,
    may_be_empty: bool = False,
    number: int = 0,
    ranges: int = 1,
) -> tuple[int, int]:
    """Write the sentences of articles files; return the numbers of documents and of sentences.

    Of a plain file, those of the lines that begin in a range of this `number`, from 0, of so many of
    equal size. Raises UserError where there is no text, unless it `may_be_empty`, as of a range.
    """
    documents = sentences = 0
    named = (range_lines(file, number, ranges) for file in articles)
    lines = ((name, *line) for name, text in named for line in enumerate(text, 1))
    work = batches(lines, lambda line: len(line[2]), BATCH)
    with document_writer(output) as write:
        for done in ordered_map(partial(split_batch, settings.model), work, processes):
            write(done)
            documents += done.count
            sentences += done.sentences
        if not documents and not may_be_empty:
            raise UserError(f"{articles[0]}: it has no text")
    cli.log.info("%s: %d documents, %d sentences", articles[0], documents, sentences)
    return documents, sentences


def split_batch(model: str | None, lines: list[tuple[str, int, str]]) -> Documents:
    """The documents of articles files' lines, which come with their file and number."""
    pipeline = pipeline_of(model)
    # The zone frees the strings that a batch has added to the vocabulary.
    with pipeline.memory_zone():
        articles = (from_line(line, path, number) for path, number, line in lines if line.strip())
        texts = ((article.id, document_sentences(pipeline, article.text)) for article in articles)
        return to_documents(texts)


@cache
def pipeline_of(model: str | None) -> Language:
    """A process's pipeline for a model, or that of rules, loaded when its first batch comes."""
    return trained(model) if model else rules()


def document_sentences(pipeline: Language, text: str) -> list[str]:
    """The sentences of a document, paragraph by paragraph.

    Single spaces stand for all of Unicode's white space, so that no line ends remain.
    """
    paragraphs = (" ".join(line.split()) for line in text.split("\n"))
    return list(itertools.chain.from_iterable(split(pipeline, filter(None, paragraphs))))


main = cli.step(split_sentences, articles="JSON lines with id and text")
