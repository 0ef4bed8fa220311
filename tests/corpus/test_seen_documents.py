import hashlib
import tracemalloc

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from scripts.corpus.duplicates.seen_documents import DigestSet, SeenDocuments


def first_time(seen, digest):
    new = digest not in seen
    if new:
        seen.add(digest)
    return new


@given(st.lists(st.binary(min_size=8, max_size=8)))
def test_says_what_a_set_would_say(digests):
    seen = DigestSet()
    known = set()
    for digest in digests + digests:
        assert first_time(seen, digest) == (digest not in known)
        known.add(digest)


@given(st.lists(st.integers(0, 3), min_size=6, max_size=6), st.integers(1, 60))
def test_finds_no_digest_across_two(pattern, count):
    # Digests of few different bytes, all in one bucket, stand in each other's borders.
    seen = DigestSet()
    known = set()
    for number in range(count):
        rest = bytes(pattern[(place * number) % 6] for place in range(6))
        assert first_time(seen, b"ab" + rest) == (rest not in known)
        known.add(rest)


def test_of_the_same_texts_and_of_those_that_share_a_band_the_first_is_new():
    documents = SeenDocuments()
    assert documents.is_new(b"a", np.array([1, 2, 3], np.uint64))
    assert not documents.is_new(b"a", np.array([7, 8, 9], np.uint64))
    assert not documents.is_new(b"b", np.array([9, 2, 9], np.uint64))
    assert documents.is_new(b"c", np.array([2, 3, 1], np.uint64))
    # What is left out is not remembered: c shares a band with b alone.
    assert documents.is_new(b"d", np.array([9, 9, 9], np.uint64))


def test_takes_little_memory():
    tracemalloc.start()
    seen = DigestSet()
    empty = tracemalloc.get_traced_memory()[0]
    for number in range(200_000):
        seen.add(hashlib.blake2b(b"%d" % number, digest_size=8).digest())
    grown = tracemalloc.get_traced_memory()[0] - empty
    tracemalloc.stop()
    assert grown < 200_000 * 45
