"""Files of tokenized text: what `tokenize_shard` writes and `build_examples` reads.

tokens uint16 (or uint32) [T]     ids without special tokens
sentences int64 [S+1]             where each sentence begins in `tokens`
documents int64 [D+1]             where each document begins in `sentences`
token_kinds uint8 [vocabulary]    see masking/token_kinds.py
"""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from scripts.common.errors import UserError
from scripts.examples.h5.reading import REMEDY, digests, open_arrays
from scripts.examples.h5.writer import ArrayWriter, write_arrays
from scripts.examples.masking.token_kinds import token_type
from scripts.examples.tokenizer.vocabulary import Vocabulary

NAME = "dump2glue-tokens"
VERSION = 1
OFFSETS = ("documents", "sentences")


def types(vocab_size: int) -> dict[str, np.dtype]:
    return {
        "token_kinds": np.dtype("u1"),
        "documents": np.dtype("<i8"),
        "sentences": np.dtype("<i8"),
        "tokens": token_type(vocab_size),
    }


def content_digest(values: dict[str, Any], of_arrays: dict[str, str]) -> str:
    text = json.dumps([values, of_arrays], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True)
class Tokens:
    """A file of tokens, with its arrays as views into the mapped file."""

    path: Path
    attributes: dict[str, Any]
    token_kinds: np.ndarray
    documents: np.ndarray
    sentences: np.ndarray
    tokens: np.ndarray

    @property
    def digest(self) -> str:
        return self.attributes["content_sha256"]

    @property
    def sentence_count(self) -> int:
        return len(self.sentences) - 1

    def verify(self) -> None:
        """Read the whole file and compare it with the digest that it states."""
        values = {key: value for key, value in self.attributes.items() if key != "content_sha256"}
        arrays = {name: getattr(self, name) for name in types(0)}
        if content_digest(values, digests(arrays)) != self.digest:
            raise UserError(f"{self.path}: corrupt (not the content that it states); {REMEDY}")


def open_tokens(path: Path) -> Tokens:
    """Open a file of tokens.

    Raises UserError where it is missing, truncated, or of another form.
    """

    def types_of(attributes: dict[str, Any]) -> dict[str, np.dtype]:
        if (attributes.get("schema"), attributes.get("schema_version")) != (NAME, VERSION):
            raise UserError(f"{path}: not a file of tokens of version {VERSION}; {REMEDY}")
        return types(attributes["vocab_size"])

    attributes, arrays = open_arrays(path, types_of)
    tokens = Tokens(Path(path), attributes, **arrays)
    counts = (tokens.sentence_count, len(tokens.tokens))
    for borders, parted in zip((tokens.documents, tokens.sentences), counts, strict=True):
        if not len(borders) or borders[-1] != parted:
            raise UserError(f"{path}: the sizes of its datasets do not agree; {REMEDY}")
    return tokens


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
        self.end_documents(np.array([self.sentences]))

    def counts(self) -> dict[str, int]:
        items = self.arrays.items
        return {name: items[name] - 1 for name in OFFSETS} | {"tokens": items["tokens"]}


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
