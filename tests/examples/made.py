"""Small files of examples, made for tests."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from scripts.examples.h5.schema import Header, write_examples
from scripts.examples.masking.token_kinds import CONTINUES, NEVER_DRAWN, NEVER_MASKED

PAD, UNK, CLS, SEP, MASK = range(5)
VOCABULARY = 100

HEADER = Header(
    tokenizer_sha256="0" * 64,
    vocab_size=VOCABULARY,
    seq_length=32,
    next_sentence=True,
    masking="dynamic",
    mlm_probability=0.15,
    max_predictions=0,
    whole_word=False,
    short_fraction=0.1,
    join_documents=False,
    duplicates=1,
    seed=7,
    special_ids={"pad": PAD, "unk": UNK, "cls": CLS, "sep": SEP, "mask": MASK},
    sources=[{"name": "0000.txt.zst", "sha256": "1" * 64}],
)


def token_kinds(size: int = VOCABULARY) -> np.ndarray:
    """Five special tokens; of the others every third continues a word."""
    kinds = np.zeros(size, np.uint8)
    kinds[[PAD, CLS, SEP, MASK]] = NEVER_MASKED | NEVER_DRAWN
    kinds[UNK] = NEVER_DRAWN
    kinds[5::3] |= CONTINUES
    return kinds


def pairs(count: int, seq_length: int = 32, seed: int = 0) -> tuple[np.ndarray, ...]:
    """Tokens, lengths, segment_b, next_sentence of examples [CLS] A [SEP] B [SEP]."""
    random = np.random.default_rng(seed)
    tokens, lengths, segment_b = [], [], []
    for _ in range(count):
        a = int(random.integers(1, seq_length - 4))
        b = int(random.integers(1, seq_length - 2 - a))
        body = random.integers(5, VOCABULARY, a + b)
        tokens.extend([CLS, *body[:a], SEP, *body[a:], SEP])
        lengths.append(a + b + 3)
        segment_b.append(a + 2)
    labels = random.integers(0, 2, count)
    return (
        np.array(tokens, np.int64),
        np.array(lengths, np.int64),
        np.array(segment_b, np.int64),
        labels,
    )


def make(path: Path, count: int = 20, seed: int = 0, **changes) -> Path:
    """Write a file of `count` examples whose header differs from HEADER in `changes`."""
    header = replace(HEADER, **changes)
    with write_examples(path, header, token_kinds(header.vocab_size)) as writer:
        data = pairs(count, header.seq_length, seed)
        masks = {}
        if header.masking == "static":
            positions = np.ones(count, np.int64)
            starts = np.cumsum(data[1]) - data[1]
            masks = {
                "mask_offsets": positions,
                "mask_positions": positions,
                "mask_ids": data[0][starts + 1].copy(),
            }
            data[0][starts + 1] = MASK
        names = ("tokens", "offsets", "segment_b", "next_sentence")
        writer.add(**dict(zip(names, data, strict=True)), **masks)
    return path
