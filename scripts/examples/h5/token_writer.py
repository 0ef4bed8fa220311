"""Write files of tokenized text, see token_files.py."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from scripts.examples.h5.token_files import NAME, VERSION, content_digest, types
from scripts.examples.h5.writer import Spools, write_arrays
from scripts.examples.tokenizer.vocabulary import Vocabulary


class TokenWriter:
    """Takes encoded lines block by block; a document may go on from one block to the next."""

    def __init__(self, spools: Spools):
        self.spools = spools
        self.pending = 0  # sentences of the document that may go on
        for name in ("sentences", "documents"):
            spools.put_ends(name, np.zeros(0, np.int64))

    def add(self, ids: np.ndarray, lengths: np.ndarray, blank: np.ndarray) -> None:
        """Add lines: their ids end to end, how many each has [lines], which are empty [lines]."""
        self.spools.put("tokens", ids)
        self.spools.put_ends("sentences", lengths[lengths > 0])
        # Sentences before each blank line, from which the sentences of each document follow.
        before = np.cumsum(lengths > 0)[blank]
        counts = np.diff(np.concatenate([[0], before]))
        total = int((lengths > 0).sum())
        if len(counts):
            counts[0] += self.pending
            self.spools.put_ends("documents", counts[counts > 0])
            self.pending = total - int(before[-1])
        else:
            self.pending += total

    def close(self) -> None:
        if self.pending:
            self.spools.put_ends("documents", np.array([self.pending]))

    def counts(self) -> dict[str, int]:
        """How many documents, sentences and tokens were written."""
        items = self.spools.items
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

    def attributes(digests: dict[str, str]) -> dict[str, Any]:
        values = {
            "schema": NAME,
            "schema_version": VERSION,
            "tokenizer_sha256": vocabulary.sha256,
            "vocab_size": vocabulary.size,
            "special_ids": json.dumps(vocabulary.special_ids, sort_keys=True),
            "source": json.dumps(source, sort_keys=True),
        }
        return values | {"content_sha256": content_digest(values, digests)}

    with write_arrays(target, types(vocabulary.size), attributes) as spools:
        spools.put("token_kinds", vocabulary.kinds)
        writer = TokenWriter(spools)
        yield writer
        writer.close()
