"""Text to token ids, line by line, several times faster than encoding each line.

BERT's normaliser works on single characters and its pre-tokenizer splits at spaces and around
punctuation, so the tokens of a line are those of its words: each distinct word is encoded once. Of a
word, runs of ASCII letters and digits are matched against the vocabulary here; everything else goes
through the tokenizer itself. Other tokenizers encode line by line.
"""

import json
import re
import string
from array import array

import numpy as np
from tokenizers import Tokenizer

WORDS = 1_000_000  # words remembered, some 150 MB
PUNCTUATION = frozenset(string.punctuation)
PARTS = re.compile(r"[!-/:-@\[-`{-~]|[^!-/:-@\[-`{-~]+")  # ASCII punctuation apart


class LineEncoder:
    """Encodes the lines of a text with any tokenizer."""

    def __init__(self, tokenizer: Tokenizer, size: int):
        self.tokenizer = tokenizer
        self.kind = np.dtype("<u2" if size <= 1 << 16 else "<u4")
        # A byte-level tokenizer tells the begin of a word by the space before it.
        description = json.loads(tokenizer.to_str())
        self.prefix = " " if "ByteLevel" in json.dumps(description["pre_tokenizer"]) else ""

    def encode(self, text: str) -> tuple[np.ndarray, np.ndarray]:
        """The ids of a text's lines end to end, and the number of ids of each line, int64."""
        lines = [self.prefix + line if line else "" for line in text.split("\n")]
        encodings = self.tokenizer.encode_batch_fast(lines, add_special_tokens=False)
        parts = [np.array(encoding.ids, self.kind) for encoding in encodings]
        return np.concatenate(parts), np.fromiter(map(len, parts), np.int64, len(parts))


class WordEncoder:
    """Encodes the lines of a text with BERT's tokenizer, exactly as `LineEncoder` does."""

    def __init__(self, tokenizer: Tokenizer, size: int, limit: int = WORDS):
        self.tokenizer, self.limit = tokenizer, limit
        self.kind = np.dtype("<u2" if size < 1 << 16 else "<u4")
        self.code = "H" if self.kind.itemsize == 2 else "I"
        self.line_end = (1 << 8 * self.kind.itemsize) - 1  # no token's id
        self.model = WordPiece(tokenizer)
        self.lowercase = json.loads(tokenizer.to_str())["normalizer"]["lowercase"]
        self.words: dict[str, bytes] = {}
        self.parts: dict[str, bytes] = {}

    def encode(self, text: str) -> tuple[np.ndarray, np.ndarray]:
        """The ids of a text's lines end to end, and the number of ids of each line, int64."""
        if self.lowercase:
            # Of ASCII only: what lower() does elsewhere is not what the normaliser does.
            text = text.encode().lower().decode()
        words = text.replace("\n", " \n ").split(" ")
        if len(self.words) > self.limit:
            self.words.clear()
            self.parts.clear()
        self.words["\n"] = array(self.code, [self.line_end]).tobytes()
        missing = set(words).difference(self.words)
        if missing:
            self.learn(missing)
        ids = np.frombuffer(b"".join(map(self.words.__getitem__, words)), self.kind)
        ends = np.flatnonzero(ids == self.line_end)
        lengths = np.diff(np.concatenate([[-1], ends, [len(ids)]])) - 1
        return np.delete(ids, ends), lengths

    def learn(self, words: set[str]) -> None:
        """Remember the ids of words not met before."""
        known, split = self.parts, []
        for word in words:
            if word.isascii() and word.isalnum():
                self.words[word] = known[word] = self.match(word)
            else:
                split.append((word, PARTS.findall(word)))
        others = []
        for part in {part for _, parts in split for part in parts}.difference(known):
            if part.isascii() and (part.isalnum() or part in PUNCTUATION):
                known[part] = self.match(part)
            else:
                others.append(part)
        encodings = self.tokenizer.encode_batch_fast(others, add_special_tokens=False)
        for part, encoding in zip(others, encodings, strict=True):
            known[part] = array(self.code, encoding.ids).tobytes()
        for word, parts in split:
            self.words[word] = b"".join([known[part] for part in parts])

    def match(self, word: str) -> bytes:
        """The ids of a word that needs no normalising."""
        return array(self.code, self.model.encode(word)).tobytes()


class WordPiece:
    """Greedy longest match from the left (Wu et al. 2016), for words that need no normalising."""

    def __init__(self, tokenizer: Tokenizer):
        model = json.loads(tokenizer.to_str())["model"]
        prefix = model["continuing_subword_prefix"]
        self.first: dict[str, int] = model["vocab"]
        self.next = {
            token[len(prefix) :]: index
            for token, index in self.first.items()
            if token.startswith(prefix)
        }
        self.unknown = [self.first[model["unk_token"]]]
        self.longest = max(map(len, self.first))
        self.limit = model["max_input_chars_per_word"]

    def encode(self, word: str) -> list[int]:
        """The ids of a word's pieces, or that of the unknown token."""
        index = self.first.get(word)
        if len(word) > self.limit:
            return self.unknown
        if index is not None:
            return [index]
        ids, start, table = [], 0, self.first
        while start < len(word):
            for end in range(min(len(word), start + self.longest), start, -1):
                index = table.get(word[start:end])
                if index is not None:
                    break
            else:
                return self.unknown
            ids.append(index)
            start, table = end, self.next
        return ids


def line_encoder(tokenizer: Tokenizer, size: int) -> LineEncoder | WordEncoder:
    """The faster encoder that gives exactly the tokenizer's own ids."""
    description = json.loads(tokenizer.to_str())
    words_stand_alone = (
        description["model"]["type"] == "WordPiece"
        and (description["normalizer"] or {}).get("type") == "BertNormalizer"
        and (description["pre_tokenizer"] or {}).get("type") == "BertPreTokenizer"
        and all(token["special"] for token in description["added_tokens"])
    )
    return (WordEncoder if words_stand_alone else LineEncoder)(tokenizer, size)
