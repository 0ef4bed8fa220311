"""Files of tokenized text: what `tokenize_shard` writes and `build_examples` reads.

tokens uint16 (or uint32) [T]     ids without special tokens
sentences int64 [S+1]             where each sentence begins in `tokens`
documents int64 [D+1]             where each document begins in `sentences`
token_kinds uint8 [vocabulary]    see masking/token_kinds.py
"""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from scripts.common.errors import UserError
from scripts.examples.h5.reading import REMEDY, digests, open_arrays
from scripts.examples.masking.token_kinds import token_type

NAME = "dump2glue-tokens"
VERSION = 1
OFFSETS = ("documents", "sentences")


def types(vocab_size: int) -> dict[str, np.dtype]:
    """The datasets of a file, in their order."""
    return {
        "token_kinds": np.dtype("u1"),
        "documents": np.dtype("<i8"),
        "sentences": np.dtype("<i8"),
        "tokens": token_type(vocab_size),
    }


def content_digest(values: dict[str, Any], of_arrays: dict[str, str]) -> str:
    """The sha256 of a file's attributes and of its arrays' digests."""
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
    for borders, parted in (
        (tokens.documents, tokens.sentence_count),
        (tokens.sentences, len(tokens.tokens)),
    ):
        if not len(borders) or borders[-1] != parted:
            raise UserError(f"{path}: the sizes of its datasets do not agree; {REMEDY}")
    return tokens
