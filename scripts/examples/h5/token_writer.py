"""Write files of tokenized text, see token_files.py."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import numpy as np

from scripts.examples.h5.token_files import NAME, OFFSETS, VERSION, content_digest, types
from scripts.examples.h5.writer import ArrayWriter, write_arrays
from scripts.examples.tokenizer.vocabulary import Vocabulary


class TokenWriter:
    """Takes encoded lines block by block; a document may go on from one block to the next."""

    def __init__(self, arrays: ArrayWriter):
        self.arrays = arrays
        self.sentences = 0
        self.in_documents = 0  # sentences of the documents that have ended

    def add(self, ids: np.ndarray, lengths: np.ndarray, blank: np.ndarray) -> None:
        """Add lines: their ids end to end, how many each has [lines], which are empty [lines]."""
        filled = lengths > 0
        self.arrays.add(tokens=ids, sentences=lengths[filled])
        self.end_documents(self.sentences + np.cumsum(filled)[blank])
        self.sentences += int(filled.sum())

    def end_documents(self, sentences: np.ndarray) -> None:
        """End a document after each of these numbers of sentences, unless one ended there."""
        ends = np.unique(np.append(self.in_documents, sentences))
        self.arrays.add(documents=np.diff(ends))
        self.in_documents = int(ends[-1])

    def close(self) -> None:
        """End the last document."""
        self.end_documents(np.array([self.sentences]))

    def counts(self) -> dict[str, int]:
        """How many documents, sentences and tokens were written."""
        items = self.arrays.items
        return {
            "documents": items["documents"] - 1,
            "sentences": items["sentences"] - 1,
            "tokens": items["tokens"],
        }


@contextmanager
def write_tokens(
    target: Path, vocabulary: Vocabulary, source: dict[str, str]
) -> Iterator[TokenWriter]:
    """Yield a writer whose lines become `target` when the block succeeds."""
    attributes = {
        "schema": NAME,
        "schema_version": VERSION,
        "tokenizer_sha256": vocabulary.sha256,
        "vocab_size": vocabulary.size,
        "special_ids": json.dumps(vocabulary.special_ids, sort_keys=True),
        "source": json.dumps(source, sort_keys=True),
    }
    digest = partial(content_digest, attributes)
    with write_arrays(target, types(vocabulary.size), OFFSETS, attributes, digest) as arrays:
        arrays.add(token_kinds=vocabulary.token_kinds)
        writer = TokenWriter(arrays)
        yield writer
        writer.close()
