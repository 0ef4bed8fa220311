"""Sign documents, so that those that are nearly the same can be told.

    python -m scripts.corpus.sign_documents enwiki.txt.zst -o enwiki.npy

Writes an array, uint64 [documents, bands]: for each document the digests of the bands of its
MinHash signature over n-grams of five words. By default, two documents that share 90% of them have a band
in common all but surely, two that share half of them hardly ever (2%).
"""

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from scripts.common import cli
from scripts.common.arrays import write_array
from scripts.common.pool import batches, ordered_map
from scripts.common.settings import setting
from scripts.corpus.duplicates.word_ngrams import WordHashes, ngrams
from scripts.corpus.files.documents import read_documents

if TYPE_CHECKING:
    from datasketch import MinHash

WORDS = 5  # of an n-gram
BATCH = 1 << 19  # bytes of text and signatures that a worker has at a time
CELLS = 1 << 21  # values that are made of n-grams at a time


@dataclass(frozen=True)
class Settings:
    """Which documents are nearly the same: more bands find more of them, more rows fewer."""

    bands: int = setting(20, "of a signature; one in common is enough", minimum=1, maximum=200)
    rows: int = setting(10, "values of the signature in a band", minimum=1, maximum=50)


def sign_documents(part: Path, /, output: Path, settings: Settings, processes: int = 1) -> int:
    """Write the bands of a sentence file's documents; return how many documents there are."""
    empty = empty_sketch(settings)
    work = batches(read_documents(part), lambda document: len(document) + 4 * len(empty), BATCH)
    signed = list(ordered_map(partial(bands, empty, settings.rows), work, processes))
    array = np.concatenate(signed) if signed else np.empty((0, settings.bands), np.uint64)
    write_array(output, array)
    cli.log.info("%s: %d documents", part, len(array))
    return len(array)


def empty_sketch(settings: Settings) -> "MinHash":
    """The signature of no n-gram."""
    from datasketch import MinHash  # and scipy with it, which --help must not

    return MinHash(settings.bands * settings.rows, seed=1, scheme="affine32", hashfunc=int)


def bands(empty: "MinHash", rows: int, documents: list[bytes]) -> np.ndarray:
    """The digests of each document's bands, uint64 [documents, bands], from an empty sketch."""
    words, part = WordHashes(), max(1, CELLS // len(empty))
    signatures = np.empty((len(documents), len(empty)), np.uint64)
    for number, document in enumerate(documents):
        hashes = np.array(words.hashes(document.decode()), np.uint64)
        shingles = ngrams(hashes, min(WORDS, max(1, len(hashes)))) >> np.uint64(32)
        sketch, unique = empty.copy(), np.unique(shingles)
        for start in range(0, len(unique), part):
            sketch.update_batch(unique[start : start + part].tolist())
        signatures[number] = sketch.hashvalues
    values = signatures.reshape(-1, rows)
    digests = np.zeros(len(values), np.uint64)
    for column in range(rows):
        mixed = values[:, column] * np.uint64(0x9E3779B97F4A7C15)
        digests = digests * np.uint64(0x100000001B3) ^ mixed
    return digests.reshape(len(documents), -1)


main = cli.step(sign_documents, part="a sentence file")
