"""Sign documents, so that those that are nearly the same can be told.

    python -m scripts.corpus.sign_documents enwiki.txt.zst -o enwiki.npy

Writes an array, uint64 [documents, bands]: for each document the digests of the bands of its
MinHash signature over n-grams of five words. Two documents that share 90% of them have a band in
common all but surely, two that share half of them hardly ever (2%).
"""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from scripts.common import cli
from scripts.common.arrays import write_array
from scripts.common.pool import batches, ordered_map
from scripts.corpus.duplicates.word_ngrams import WordHashes, ngrams
from scripts.corpus.files.documents import read_documents

if TYPE_CHECKING:
    from datasketch import MinHash

WORDS = 5  # of an n-gram
BANDS = 20
ROWS = 10  # values of the signature in a band
BATCH = 1 << 19  # bytes of text that go to a worker at a time


def sign_documents(part: Path, /, output: Path, processes: int = 1) -> int:
    """Write the bands of a sentence file's documents; return how many documents there are."""
    work = batches(read_documents(part), len, BATCH)
    signed = list(ordered_map(partial(bands, empty_sketch()), work, processes))
    array = np.concatenate(signed) if signed else np.empty((0, BANDS), np.uint64)
    write_array(output, array)
    cli.log.info("%s: %d documents", part, len(array))
    return len(array)


def empty_sketch() -> "MinHash":
    """The signature of no n-gram."""
    from datasketch import MinHash  # and scipy with it, which --help must not

    return MinHash(num_perm=BANDS * ROWS, seed=1, scheme="affine32", hashfunc=int)


def bands(empty: "MinHash", documents: list[bytes]) -> np.ndarray:
    """The digests of each document's bands, uint64 [documents, BANDS], from an empty sketch."""
    words = WordHashes()
    signatures = np.empty((len(documents), BANDS * ROWS), np.uint64)
    for number, document in enumerate(documents):
        hashes = np.array(words.hashes(document.decode()), np.uint64)
        shingles = ngrams(hashes, min(WORDS, max(1, len(hashes)))) >> np.uint64(32)
        sketch = empty.copy()
        sketch.update_batch(np.unique(shingles).tolist())
        signatures[number] = sketch.hashvalues
    values = signatures.reshape(-1, ROWS)
    digests = np.zeros(len(values), np.uint64)
    for column in range(ROWS):
        digests = digests * np.uint64(0x100000001B3) ^ (
            values[:, column] * np.uint64(0x9E3779B97F4A7C15)
        )
    return digests.reshape(-1, BANDS)


main = cli.step(sign_documents, part="a sentence file")
