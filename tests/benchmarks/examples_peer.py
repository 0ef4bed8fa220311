"""NVIDIA's way to build examples, rewritten plainly, to measure against.

    python -m tests.benchmarks.examples_peer SENTENCES.txt -o OUT.hdf5 --vocab vocab.txt \\
        --seq-length 128 --max-predictions 20 --duplicates 10

The procedure is that of DeepLearningExamples' create_pretraining_data.py, in words of our own: the
whole file in memory as lists of tokens, passes over all documents one sentence at a time, BERT's
truncation at random ends, masks drawn at once, all examples kept, rows padded and gzip-compressed.
Its code is not copied. The tokenizer is BERT's in plain Python, as there, and random B come from the
same file. On the 2.6 MB of the real articles NVIDIA's own takes 3.4 s for one pass and 8.8 s for ten.
"""

import argparse
import random
import unicodedata
from pathlib import Path

import h5py
import numpy as np


class Tokenizer:
    """BERT's uncased tokenizer, a character at a time."""

    def __init__(self, vocabulary: dict[str, int]):
        self.vocabulary = vocabulary

    def tokenize(self, text: str) -> list[str]:
        tokens = []
        for word in self.clean(text).split():
            word = unicodedata.normalize("NFD", word.lower())
            word = "".join(char for char in word if unicodedata.category(char) != "Mn")
            for part in self.parts(word):
                tokens.extend(self.pieces(part))
        return tokens

    def clean(self, text: str) -> str:
        output = []
        for char in text:
            code = ord(char)
            if code == 0 or code == 0xFFFD:
                continue
            if char in "\t\n\r":
                output.append(" ")
            elif unicodedata.category(char).startswith("C"):
                continue
            elif 0x3400 <= code <= 0x9FFF or 0xF900 <= code <= 0xFAFF or 0x20000 <= code <= 0x2FA1F:
                output.append(f" {char} ")
            else:
                output.append(" " if unicodedata.category(char) == "Zs" else char)
        return "".join(output)

    def parts(self, word: str) -> list[str]:
        parts: list[list[str]] = []
        begin = True
        for char in word:
            code = ord(char)
            ascii_mark = (
                33 <= code <= 47 or 58 <= code <= 64 or 91 <= code <= 96 or 123 <= code <= 126
            )
            if ascii_mark or unicodedata.category(char).startswith("P"):
                parts.append([char])
                begin = True
            else:
                if begin:
                    parts.append([])
                begin = False
                parts[-1].append(char)
        return ["".join(part) for part in parts]

    def pieces(self, word: str) -> list[str]:
        if len(word) > 100:
            return ["[UNK]"]
        pieces, start = [], 0
        while start < len(word):
            end = len(word)
            while start < end:
                piece = ("##" if start else "") + word[start:end]
                if piece in self.vocabulary:
                    break
                end -= 1
            else:
                return ["[UNK]"]
            pieces.append(piece)
            start = end
        return pieces


def read(path: Path, tokenizer: Tokenizer) -> list[list[list[str]]]:
    """Documents of sentences of tokens."""
    documents: list[list[list[str]]] = [[]]
    with open(path, encoding="utf-8") as file:
        for line in file:
            line = line.strip()
            if not line:
                documents.append([])
            elif tokens := tokenizer.tokenize(line):
                documents[-1].append(tokens)
    return [document for document in documents if document]


def cut(a: list[str], b: list[str], most: int, rng: random.Random) -> None:
    """Take tokens off the longer one, at a random end, until both fit."""
    while len(a) + len(b) > most:
        longer = a if len(a) > len(b) else b
        if rng.random() < 0.5:
            del longer[0]
        else:
            longer.pop()


def pairs(documents, index: int, length: int, short: float, rng: random.Random):
    """The examples of a document: A, B, whether B is random."""
    document = documents[index]
    most = length - 3
    target = rng.randint(2, most) if rng.random() < short else most
    chunk, size, i = [], 0, 0
    while i < len(document):
        chunk.append(document[i])
        size += len(document[i])
        if i == len(document) - 1 or size >= target:
            border = rng.randint(1, len(chunk) - 1) if len(chunk) > 1 else 1
            a = [token for sentence in chunk[:border] for token in sentence]
            b: list[str] = []
            is_random = len(chunk) == 1 or rng.random() < 0.5
            if is_random:
                wanted = target - len(a)
                other = index
                for _ in range(10):
                    other = rng.randint(0, len(documents) - 1)
                    if other != index:
                        break
                start = rng.randint(0, len(documents[other]) - 1)
                for sentence in documents[other][start:]:
                    b.extend(sentence)
                    if len(b) >= wanted:
                        break
                i -= len(chunk) - border
            else:
                b = [token for sentence in chunk[border:] for token in sentence]
            cut(a, b, most, rng)
            yield a, b, is_random
            chunk, size = [], 0
        i += 1


def mask(tokens: list[str], words: list[str], share: float, most: int, rng: random.Random):
    """The tokens with masks, their positions, and what stood there."""
    places = [i for i, token in enumerate(tokens) if token not in ("[CLS]", "[SEP]")]
    rng.shuffle(places)
    output, chosen = list(tokens), []
    for place in places[: min(most, max(1, round(len(tokens) * share)))]:
        if rng.random() < 0.8:
            output[place] = "[MASK]"
        elif rng.random() >= 0.5:
            output[place] = words[rng.randint(0, len(words) - 1)]
        chosen.append((place, tokens[place]))
    chosen.sort()
    return output, chosen


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("text", type=Path)
    parser.add_argument("-o", "--output", type=Path, required=True)
    parser.add_argument("--vocab", type=Path, required=True)
    parser.add_argument("--seq-length", type=int, default=128)
    parser.add_argument("--max-predictions", type=int, default=20)
    parser.add_argument("--duplicates", type=int, default=1)
    args = parser.parse_args()
    rng, length = random.Random(12345), args.seq_length
    words = args.vocab.read_text(encoding="utf-8").splitlines()
    vocabulary = {word: index for index, word in enumerate(words)}
    documents = read(args.text, Tokenizer(vocabulary))
    rng.shuffle(documents)
    examples = []
    for _ in range(args.duplicates):
        for index in range(len(documents)):
            for a, b, is_random in pairs(documents, index, length, 0.1, rng):
                tokens = ["[CLS]", *a, "[SEP]", *b, "[SEP]"]
                segments = [0] * (len(a) + 2) + [1] * (len(b) + 1)
                output, chosen = mask(tokens, words, 0.15, args.max_predictions, rng)
                examples.append((output, segments, chosen, is_random))
    rng.shuffle(examples)
    rows, most = len(examples), args.max_predictions
    data = {
        "input_ids": np.zeros((rows, length), "i4"),
        "input_mask": np.zeros((rows, length), "i4"),
        "segment_ids": np.zeros((rows, length), "i4"),
        "masked_lm_positions": np.zeros((rows, most), "i4"),
        "masked_lm_ids": np.zeros((rows, most), "i4"),
        "next_sentence_labels": np.zeros(rows, "i4"),
    }
    for row, (tokens, segments, chosen, is_random) in enumerate(examples):
        ids = [vocabulary[token] for token in tokens]
        data["input_ids"][row, : len(ids)] = ids
        data["input_mask"][row, : len(ids)] = 1
        data["segment_ids"][row, : len(ids)] = segments
        data["masked_lm_positions"][row, : len(chosen)] = [place for place, _ in chosen]
        data["masked_lm_ids"][row, : len(chosen)] = [vocabulary[token] for _, token in chosen]
        data["next_sentence_labels"][row] = is_random
    with h5py.File(args.output, "w") as file:
        for name, values in data.items():
            kind = "i4" if name in ("input_ids", "masked_lm_positions", "masked_lm_ids") else "i1"
            file.create_dataset(name, data=values, dtype=kind, compression="gzip")


if __name__ == "__main__":
    main()
