"""A tiny training, in seconds: examples of an invented language, a vocabulary, a model."""

import json
from pathlib import Path

import numpy as np
import pytest
from tokenizers import BertWordPieceTokenizer

from scripts.common.digest import file_digest
from scripts.examples.h5.schema import IS_NEXT, NO_PAIR, Header, write_examples
from scripts.examples.masking.masks import NEVER_DRAWN, NEVER_MASKED
from tests.pretrain.runs import Training

SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
WORDS = 195


def sentence(rng: np.random.Generator, length: int) -> np.ndarray:
    """Words each of which follows from the one before, most of the time."""
    words = np.empty(length, np.int64)
    words[0] = rng.integers(WORDS)
    for i in range(1, length):
        words[i] = (3 * words[i - 1] + rng.integers(1, 3)) % WORDS
    return words + len(SPECIAL)


def make_examples(
    path: Path,
    vocabulary: Path,
    count: int,
    seq_length: int = 64,
    seed: int = 0,
    pairs: bool = True,
):
    """Write a file of `count` examples."""
    rng = np.random.default_rng(seed)
    kinds = np.zeros(WORDS + len(SPECIAL), np.uint8)
    kinds[[0, 2, 3, 4]] = NEVER_MASKED | NEVER_DRAWN
    kinds[1] = NEVER_DRAWN
    header = Header(
        tokenizer_sha256=file_digest(vocabulary),
        vocab_size=len(kinds),
        seq_length=seq_length,
        next_sentence=pairs,
        masking="dynamic",
        mlm_probability=0.15,
        max_predictions=0,
        whole_word=False,
        short_fraction=0.1,
        join_documents=False,
        duplicates=1,
        seed=0,
        special_ids={"pad": 0, "unk": 1, "cls": 2, "sep": 3, "mask": 4},
        sources=[],
    )
    with write_examples(path, header, kinds) as writer:
        for _ in range(count):
            a, b = rng.integers(3, (seq_length - 3) // 2, 2)
            random = int(rng.integers(2)) if pairs else NO_PAIR
            first = sentence(rng, a)
            second = sentence(rng, b)
            if random == IS_NEXT:
                second = (second - second[0] + first[-1] - 5) % WORDS + 5
            tokens = np.concatenate([[2], first, [3], second, [3]])
            writer.add(
                tokens=tokens,
                offsets=np.array([len(tokens)]),
                segment_b=np.array([a + 2]),
                next_sentence=np.array([random]),
            )
    return path


def make_tokenizer(folder: Path) -> Path:
    """Write a tokenizer folder."""
    folder.mkdir(parents=True, exist_ok=True)
    words = SPECIAL + [f"w{i}" for i in range(WORDS)]
    (folder / "vocab.txt").write_text("\n".join(words) + "\n")
    BertWordPieceTokenizer(str(folder / "vocab.txt")).save(str(folder / "tokenizer.json"))
    (folder / "tokenizer_config.json").write_text(
        json.dumps({"tokenizer_class": "BertTokenizer", "model_max_length": 64})
    )
    return folder


def make_data(folder: Path, tokenizer: Path) -> Path:
    """Write train.h5 (400 examples) and validation.h5 (40)."""
    folder.mkdir(parents=True, exist_ok=True)
    make_examples(folder / "train.h5", tokenizer / "vocab.txt", 400)
    make_examples(folder / "validation.h5", tokenizer / "vocab.txt", 40, seed=1)
    return folder


@pytest.fixture(scope="session")
def tokenizer(made_once) -> Path:
    """A tokenizer folder."""
    return made_once("tiny tokenizer", make_tokenizer)


@pytest.fixture(scope="session")
def data(made_once, tokenizer) -> Path:
    """A folder of examples."""
    return made_once("tiny examples", lambda folder: make_data(folder, tokenizer))


@pytest.fixture
def training(data, tokenizer, tmp_path):
    """A function that makes a tiny training in a folder of its own."""

    def make(name: str, *words: str, steps: int = 12) -> Training:
        return Training(data, tokenizer, tmp_path / name, *words, steps=steps)

    return make


@pytest.fixture(scope="session")
def whole(made_once, data, tokenizer) -> Training:
    """A training of 30 steps that nothing disturbed."""

    def train(folder: Path) -> None:
        run = Training(data, tokenizer, folder, steps=30)
        assert run.run() == 0, run.said

    return Training(data, tokenizer, made_once("tiny training", train), steps=30)
