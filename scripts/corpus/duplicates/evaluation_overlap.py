"""Sentences of the corpus that hold texts of an evaluation set."""

import bisect
import itertools
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

from scripts.common.errors import UserError
from scripts.common.text import read_lines
from scripts.corpus.duplicates.word_ngrams import WordHashes, ngrams

# A text of fewer words is found by chance, one of more words by any n-gram of so many.
SHORTEST = 6
LONGEST = 13
# The Penn Treebank's forms, in which some of GLUE's files are: brackets, and "n't" as a word.
TREEBANK = re.compile(r"-[lr][rsc]b-|\s+(?=n['\u2019]t\b)", re.IGNORECASE)
MARKS = ("b-", "B-", " n'", " n\u2019", " N'")  # that a text with one of them has
BITS = 24  # of a hash that choose its place in the first, coarse table


class EvaluationTexts:
    """The texts of an evaluation, found again by the hashes of their word n-grams.

    A text of SHORTEST to LONGEST words is one n-gram, a longer one all its n-grams of LONGEST words.
    """

    def __init__(self, texts: Iterable[tuple[str, str]]):
        """`texts` come with their set, such as "CoLA/dev", and one set after the other."""
        self.sizes: dict[str, int] = {}  # of each set, in texts
        words = WordHashes()
        found: dict[int, list[tuple[int, int]]] = {}
        known: set[tuple[str, tuple[int, ...]]] = set()
        for name, text in texts:
            self.sizes.setdefault(name, 0)
            hashes = tuple(words.hashes(untokenized(text)))
            if len(hashes) < SHORTEST or (name, hashes) in known:
                continue
            length = min(len(hashes), LONGEST)
            for value in ngrams(np.array(hashes, np.uint64), length).tolist():
                found.setdefault(length, []).append((value, len(known)))
            known.add((name, hashes))
            self.sizes[name] += 1
        self.names = list(self.sizes)
        self.ends = list(itertools.accumulate(self.sizes.values()))
        self.tables = {length: Table(pairs) for length, pairs in sorted(found.items())}

    def find(self, sentences: list[list[int]], documents: list[int]) -> list[tuple[int, int]]:
        """(sentence, text) for each text and each of the sentences, hashes of words, that it is in.

        `documents` are the sentences' own; a text may go on from one sentence to the next of its document.
        """
        lengths = np.array([len(sentence) for sentence in sentences])
        words = np.fromiter((word for sentence in sentences for word in sentence), np.uint64)
        owner = np.repeat(np.arange(len(sentences)), lengths).tolist()
        found: set[tuple[int, int]] = set()
        for length, table in self.tables.items():
            for place, text in table.find(ngrams(words, length)):
                first, last = owner[place], owner[place + length - 1]
                if documents[first] == documents[last]:
                    found.update((sentence, text) for sentence in range(first, last + 1))
        return sorted(found)

    def set_of(self, text: int) -> str:
        return self.names[bisect.bisect_right(self.ends, text)]


def untokenized(text: str) -> str:
    """A text whose words are those of running text where a tokenizer has parted or renamed them."""
    if any(mark in text for mark in MARKS):
        text = TREEBANK.sub("", text)
    return text.replace("cannot", "can not").replace("Cannot", "Can not")


class Table:
    """Looks up hashes: nearly all are not there, which a coarse table of bits tells at once."""

    def __init__(self, pairs: list[tuple[int, int]]):
        order = np.array(sorted(pairs), dtype=[("ngram", np.uint64), ("text", np.int64)])
        self.ngrams = order["ngram"]
        self.texts = order["text"]
        self.coarse = np.zeros(1 << BITS, bool)
        self.coarse[self.ngrams >> np.uint64(64 - BITS)] = True

    def find(self, hashes: np.ndarray) -> Iterator[tuple[int, int]]:
        """Yield (place, text) for each of the hashes that is known."""
        places = np.flatnonzero(self.coarse[hashes >> np.uint64(64 - BITS)])
        low = np.searchsorted(self.ngrams, hashes[places], side="left")
        high = np.searchsorted(self.ngrams, hashes[places], side="right")
        for place, first, last in zip(places.tolist(), low.tolist(), high.tolist(), strict=True):
            for text in self.texts[first:last].tolist():
                yield place, text


def read_texts(file: Path) -> Iterator[tuple[str, str]]:
    """Yield the set and the text of each line of what `collect_evaluation` wrote."""
    for number, line in enumerate(read_lines(file), 1):
        name, tab, text = line.partition("\t")
        if not tab:
            raise UserError(f"{file}: line {number} has no tab; delete it and run again")
        yield name, text
