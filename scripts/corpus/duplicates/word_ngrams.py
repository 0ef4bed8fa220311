"""Words and word n-grams as hashes, in arrays."""

import re

import numpy as np

from scripts.common.digest import hash64

# A letter of a script that writes without spaces is a word of its own.
WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]|[^\W\u3040-\u30ff\u3400-\u9fff]+")
FACTOR = np.uint64(0x9E3779B97F4A7C15)
KNOWN = 1 << 20  # words that are remembered with their hashes


class WordHashes:
    """Hashes of words; the same for a word in any case."""

    def __init__(self) -> None:
        self.known: dict[str, int] = {}

    def hashes(self, text: str) -> list[int]:
        """The 64-bit hashes of a text's words, in order."""
        known = self.known
        result = []
        for word in WORD.findall(text.lower()):
            value = known.get(word)
            if value is None:
                if len(known) >= KNOWN:
                    known.clear()
                value = known[word] = hash64(word)
            result.append(value)
        return result


def ngrams(words: np.ndarray, length: int) -> np.ndarray:
    """The hash of each n-gram of so many words: uint64 [N] to uint64 [N - length + 1]."""
    count = len(words) - length + 1
    if count <= 0:
        return np.empty(0, np.uint64)
    result = words[:count].copy()
    for place in range(1, length):
        result *= FACTOR
        result += words[place : place + count]
    return result
