"""Split articles into sentences.

    python -m scripts.corpus.split_sentences enwiki.jsonl.zst -o enwiki.txt.zst --ids enwiki.ids.zst

Writes one sentence a line and an empty line between documents, and beside it the documents' ids, a
line each. Sentences never pass over the end of a paragraph. Without --model, rules decide; with it,
the senter or parser of an installed spaCy model. The output is the same bytes at any number of
processes.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from scripts.common import cli
from scripts.common.errors import UserError
from scripts.common.pool import batches, ordered_map
from scripts.common.text import read_lines, zstd_writer
from scripts.corpus.files.articles import from_line
from scripts.corpus.sentences.splitter import rules, split, trained

if TYPE_CHECKING:
    from spacy.language import Language

log = logging.getLogger("dump2glue")

BATCH = 1 << 19  # characters of JSON that go to a worker at a time


@dataclass
class Batch:
    """Lines of an articles file, of which the first one has this number."""

    path: Path
    first: int
    lines: list[str]


@dataclass
class Sentences:
    """A batch's documents, each with an empty line behind it, and their ids."""

    text: str
    ids: str
    documents: int
    sentences: int


def split_sentences(
    articles: Path, output: Path, ids: Path, model: str | None, processes: int
) -> tuple[int, int]:
    """Write the sentences of `articles`; return the numbers of documents and of sentences."""
    documents = sentences = 0
    with zstd_writer(output) as text_file, zstd_writer(ids) as ids_file:
        worker = Worker(articles, model)
        for done in ordered_map(worker, pieces(articles), processes):
            text_file.write(done.text)
            ids_file.write(done.ids)
            documents += done.documents
            sentences += done.sentences
        if not documents:
            raise UserError(f"{articles}: it has no text")
    log.info("%s: %d documents, %d sentences", articles, documents, sentences)
    return documents, sentences


def pieces(articles: Path) -> Iterator[Batch]:
    """A file's lines in pieces of work of about equal size, in order."""
    for group in batches(enumerate(read_lines(articles), 1), lambda line: len(line[1]), BATCH):
        yield Batch(articles, group[0][0], [line for _, line in group])


@dataclass
class Worker:
    """Splits batches; loads its pipeline when the first one comes."""

    articles: Path
    model: str | None

    def __call__(self, batch: Batch) -> Sentences:
        pipeline = PIPELINES.get(self.model)
        if pipeline is None:
            pipeline = PIPELINES[self.model] = trained(self.model) if self.model else rules()
        texts = []
        ids = []
        count = 0
        # The zone frees the strings that a batch has added to the vocabulary.
        with pipeline.memory_zone():
            for number, line in enumerate(batch.lines, batch.first):
                if not line.strip():
                    continue
                article = from_line(line, batch.path, number)
                document = document_sentences(pipeline, article.text)
                if document:
                    texts.append("\n".join(document))
                    ids.append(article.id)
                    count += len(document)
        text = "".join(f"{document}\n\n" for document in texts)
        return Sentences(text, "".join(f"{one}\n" for one in ids), len(ids), count)


# A process's pipelines by model: they are too large to be sent with every batch.
PIPELINES: dict[str | None, Language] = {}


def document_sentences(pipeline: Language, text: str) -> list[str]:
    """The sentences of a document, paragraph by paragraph."""
    return [
        sentence for sentences in split(pipeline, tidy(text.split("\n"))) for sentence in sentences
    ]


def tidy(lines: Iterable[str]) -> Iterator[str]:
    """Paragraphs with single spaces; `split` knows all of Unicode's, and no line ends remain."""
    for line in lines:
        paragraph = " ".join(line.split())
        if paragraph:
            yield paragraph


def main() -> None:
    parser = cli.Parser(__doc__)
    parser.add_argument("articles", type=Path, help="JSON lines with id and text")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="FILE.txt.zst")
    parser.add_argument("--ids", type=Path, required=True, metavar="FILE.ids.zst")
    parser.add_argument("--model", help="a spaCy model instead of the rules")
    parser.add_argument("--processes", type=int, default=1)
    args = parser.parse_args()
    split_sentences(args.articles, args.output, args.ids, args.model, args.processes)


if __name__ == "__main__":
    cli.run(main)
