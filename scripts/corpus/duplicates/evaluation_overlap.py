"""Sentences of the corpus that hold texts of an evaluation set."""

import bisect
import itertools
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from scripts.common.errors import UserError
from scripts.corpus.duplicates.word_ngrams import Words, runs

# A text of fewer words is found by chance, one of more words by any run of so many.
SHORTEST = 6
LONGEST = 13
BITS = 24  # of a hash that choose its place in the first, coarse table


class Evaluation:
    """The texts of evaluation files, found again by the hashes of their runs of words.

    A text of SHORTEST to LONGEST words is one run, a longer one all its runs of LONGEST words.
    """

    def __init__(self, files: list[Path]):
        self.sizes: dict[str, int] = {}  # task/split to the number of its texts
        words = Words()
        found: dict[int, list[tuple[int, int]]] = {}
        number = 0
        for file in files:
            known: set[tuple[int, ...]] = set()
            for text in read_texts(file):
                hashes = words.hashes(text)
                if len(hashes) < SHORTEST or tuple(hashes) in known:
                    continue
                known.add(tuple(hashes))
                length = min(len(hashes), LONGEST)
                for run in runs(np.array(hashes, np.uint64), length).tolist():
                    found.setdefault(length, []).append((run, number))
                number += 1
            self.sizes[f"{file.parent.name}/{file.stem}"] = len(known)
        self.names = list(self.sizes)
        self.ends = list(itertools.accumulate(self.sizes.values()))
        self.tables = {length: Table(pairs) for length, pairs in sorted(found.items())}

    def find(self, sentences: list[list[int]]) -> list[tuple[int, int]]:
        """(sentence, text) for each text in each of the sentences, which are hashes of words."""
        lengths = np.array([len(sentence) for sentence in sentences])
        words = np.fromiter((word for sentence in sentences for word in sentence), np.uint64)
        owner = np.repeat(np.arange(len(sentences)), lengths)
        found = []
        for length, table in self.tables.items():
            for place, text in table.find(runs(words, length)):
                if owner[place] == owner[place + length - 1]:
                    found.append((int(owner[place]), text))
        return sorted(set(found))

    def set_of(self, text: int) -> str:
        """The file that a text is of: task and split."""
        return self.names[bisect.bisect_right(self.ends, text)]


class Table:
    """Looks up hashes: nearly all are not there, which a coarse table of bits tells at once."""

    def __init__(self, pairs: list[tuple[int, int]]):
        order = np.array(sorted(pairs), dtype=[("run", np.uint64), ("text", np.int64)])
        self.runs = order["run"]
        self.texts = order["text"]
        self.coarse = np.zeros(1 << BITS, bool)
        self.coarse[self.runs >> np.uint64(64 - BITS)] = True

    def find(self, hashes: np.ndarray) -> Iterator[tuple[int, int]]:
        """Yield (place, text) for each of the hashes that is known."""
        places = np.flatnonzero(self.coarse[hashes >> np.uint64(64 - BITS)])
        low = np.searchsorted(self.runs, hashes[places], side="left")
        high = np.searchsorted(self.runs, hashes[places], side="right")
        for place, first, last in zip(places.tolist(), low.tolist(), high.tolist(), strict=True):
            for text in self.texts[first:last].tolist():
                yield place, text


def read_texts(file: Path) -> Iterator[str]:
    """Yield what may be a text in a tab-separated file: every cell but parse trees."""
    try:
        content = file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UserError(f"{file}: not UTF-8 ({error.reason})") from error
    for line in content.split("\n"):
        for cell in line.split("\t"):
            if not cell.startswith(("(ROOT", "( ")):
                yield cell
