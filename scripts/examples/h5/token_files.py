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
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from scripts.common.errors import UserError
from scripts.examples.h5.reading import DAMAGE, plain
from scripts.examples.masking.token_kinds import token_type

NAME = "dump2glue-tokens"
VERSION = 1
OFFSETS = ("documents", "sentences")
PART = 1 << 22  # items read together

REMEDY = "delete it and run again"


def types(vocab_size: int) -> dict[str, np.dtype]:
    """The datasets of a file, in their order."""
    return {
        "token_kinds": np.dtype("u1"),
        "documents": np.dtype("<i8"),
        "sentences": np.dtype("<i8"),
        "tokens": token_type(vocab_size),
    }


def content_digest(values: dict[str, Any], digests: dict[str, str]) -> str:
    """The sha256 of a file's attributes and of its arrays' digests."""
    text = json.dumps([values, digests], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True)
class Tokens:
    """An open file of tokens; arrays are read from disk slice by slice."""

    path: Path
    datasets: dict[str, h5py.Dataset]
    documents: np.ndarray
    attributes: dict[str, Any]

    @property
    def digest(self) -> str:
        return self.attributes["content_sha256"]

    @property
    def token_count(self) -> int:
        return self.datasets["tokens"].size

    @property
    def sentence_count(self) -> int:
        return int(self.documents[-1])

    def sentences(self, start: int, stop: int) -> np.ndarray:
        """The borders in `tokens` of the sentences start…stop, int64 [stop - start + 1]."""
        return self.datasets["sentences"][start : stop + 1]

    def tokens(self, start: int, stop: int) -> np.ndarray:
        return self.datasets["tokens"][start:stop]

    @property
    def token_kinds(self) -> np.ndarray:
        return self.datasets["token_kinds"][:]

    def verify(self) -> None:
        """Read the whole file and compare it with the digest that it states."""
        digests = {}
        for name, data in self.datasets.items():
            digest = hashlib.sha256()
            for start in range(0, data.size, PART):
                digest.update(data[start : start + PART])
            digests[name] = digest.hexdigest()
        values = {key: value for key, value in self.attributes.items() if key != "content_sha256"}
        if content_digest(values, digests) != self.digest:
            raise UserError(f"{self.path}: corrupt (not the content that it states); {REMEDY}")


@contextmanager
def open_tokens(path: Path) -> Iterator[Tokens]:
    """Open a file of tokens.

    Raises UserError where it is missing, truncated, or of another form.
    """
    try:
        file = h5py.File(path)
    except FileNotFoundError as error:
        raise UserError(f"{path}: no such file") from error
    except OSError as error:
        raise UserError(f"{path}: not HDF5, or truncated ({error}); {REMEDY}") from error
    with file:
        try:
            attributes = {name: plain(value) for name, value in file.attrs.items()}
            if (attributes.get("schema"), attributes.get("schema_version")) != (NAME, VERSION):
                raise UserError(f"{path}: not a file of tokens of version {VERSION}; {REMEDY}")
            kinds = types(attributes["vocab_size"])
            datasets = {name: file[name] for name in kinds}
            for name, data in datasets.items():
                if data.dtype != kinds[name] or data.ndim != 1:
                    raise UserError(f"{path}: dataset {name} is not {kinds[name]} [n]; {REMEDY}")
            documents, sentences = datasets["documents"][:], datasets["sentences"]
            ends = documents[-1], sentences[-1]
            sizes = sentences.size - 1, datasets["tokens"].size
        except DAMAGE as error:
            raise UserError(f"{path}: damaged ({error}); {REMEDY}") from error
        if ends != sizes:
            raise UserError(f"{path}: the sizes of its datasets do not agree; {REMEDY}")
        yield Tokens(Path(path), datasets, documents, attributes)
