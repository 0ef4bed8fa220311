"""Tokenized texts and tokenizer folders, made for tests."""

from pathlib import Path

import numpy as np

from scripts.common.text import zstd_writer
from scripts.examples.h5.token_files import write_tokens
from scripts.examples.masking.token_kinds import ROLES
from scripts.examples.pairs.segment_pairs import Text
from scripts.examples.tokenizer.bert_tokenizer import SPECIAL, bert_tokenizer, write_folder
from scripts.examples.tokenizer.vocabulary import Vocabulary

WORDS = ["the", "of", "cat", "dog", "river", "stone", "old", "sing", "runs", "high", "one", "two"]
TOKENS = [
    *SPECIAL,
    "[unused0]",
    *WORDS,
    "##s",
    "##ing",
    "##er",
    ".",
    ",",
    "[",
    "]",
    "mask",
    "e",
    "é",
]


def tokenizer_folder(folder: Path, lowercase: bool = True) -> Path:
    """A small tokenizer of BERT's."""
    write_folder(folder, bert_tokenizer(TOKENS, lowercase), 512)
    return folder


def shard(path: Path, documents: int, seed: int = 0, sentences: int = 9) -> Path:
    """A shard of random documents of up to so many sentences of 1 to 19 words."""
    random = np.random.default_rng(seed)
    with zstd_writer(path) as file:
        for _ in range(documents):
            for _ in range(random.integers(1, sentences + 1)):
                words = random.choice(WORDS, random.integers(1, 20))
                file.write(" ".join(words) + " .\n")
            file.write("\n")
    return path


def tokens_file(
    path: Path, documents: list[list[int]], size: int = 100, seed: int = 0, name: str = "0"
) -> Path:
    """A file of tokens: documents of sentences of so many random ids below `size`, from 5 on."""
    lengths = [length for sentences in documents for length in [*sentences, 0]]
    kinds = np.zeros(size, np.uint8)
    kinds[[0, 2, 3, 4]], kinds[1], kinds[5::3] = 5, 4, 2
    special = dict(zip(ROLES, range(5), strict=True))
    vocabulary = Vocabulary(None, "0" * 64, size, special, kinds)
    ids = np.random.default_rng(seed).integers(5, size, sum(lengths))
    with write_tokens(path, vocabulary, {"name": f"{name}.txt.zst", "sha256": "1" * 64}) as writer:
        writer.add(ids, np.array(lengths, np.int64), np.array(lengths) == 0)
    return path


def text(documents: list[list[int]], first_number: int = 0) -> Text:
    """A text of documents of sentences of so many tokens; each token is its own place, from 10."""
    lengths = [length for sentences in documents for length in sentences]
    return Text(
        tokens=np.arange(10, 10 + sum(lengths), dtype=np.uint32),
        sentences=np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64),
        documents=np.concatenate([[0], np.cumsum([len(d) for d in documents])]).astype(np.int64),
        numbers=np.arange(first_number, first_number + len(documents)),
    )
