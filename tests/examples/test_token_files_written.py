"""Encoded lines as documents and sentences, however they are cut into blocks."""

import json
from itertools import pairwise

import h5py
import numpy as np
import pytest

from scripts.examples.h5.token_files import open_tokens, write_tokens
from scripts.examples.tokenizer.vocabulary import Vocabulary

VOCABULARY = Vocabulary(None, "a" * 64, 9, {"pad": 0, "cls": 1}, np.arange(9, dtype=np.uint8))
SOURCE = {"name": "0.txt", "sha256": "b" * 64}
# Numbers of tokens of lines; -1: an empty line.
LINES = [-1, 2, 0, 3, -1, -1, 1, 0, -1, 4, 4, -1, 0, -1, 2]


def write(path, cuts):
    """The counts of a file of LINES written in blocks between the cuts."""
    with write_tokens(path, VOCABULARY, SOURCE) as writer:
        for begin, end in pairwise([0, *cuts, len(LINES)]):
            lengths = np.maximum(LINES[begin:end], 0)
            ids = np.arange(lengths.sum()) % 9
            writer.add(ids.astype(np.uint16), lengths, np.array(LINES[begin:end]) < 0)
    return writer.counts()


@pytest.mark.parametrize("cuts", [[], [2], [3, 4], [5, 9, 10], range(1, len(LINES))])
def test_documents_and_sentences(tmp_path, cuts):
    assert write(tmp_path / "a.h5", cuts) == {"documents": 4, "sentences": 6, "tokens": 16}
    tokens = open_tokens(tmp_path / "a.h5")
    assert tokens.documents.tolist() == [0, 2, 3, 5, 6]
    assert tokens.sentences.tolist() == [0, 2, 5, 6, 10, 14, 16]


def test_no_lines(tmp_path):
    with write_tokens(tmp_path / "a.h5", VOCABULARY, SOURCE) as writer:
        pass
    assert writer.counts() == {"documents": 0, "sentences": 0, "tokens": 0}
    tokens = open_tokens(tmp_path / "a.h5")
    assert tokens.sentence_count == len(tokens.tokens) == 0


def test_what_the_file_says_of_itself(tmp_path):
    write(tmp_path / "a.h5", [])
    with h5py.File(tmp_path / "a.h5") as file:
        attributes = dict(file.attrs)
    assert attributes.pop("content_sha256").startswith(b"54fb954c7a5ee3c9")
    assert attributes == {
        "schema": b"dump2glue-tokens",
        "schema_version": 1,
        "tokenizer_sha256": b"a" * 64,
        "vocab_size": 9,
        "special_ids": json.dumps({"cls": 1, "pad": 0}).encode(),
        "source": json.dumps(SOURCE).encode(),
    }
