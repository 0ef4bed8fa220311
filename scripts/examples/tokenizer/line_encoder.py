"""Text to token ids, line by line, several times faster than encoding each line.

BERT's normaliser works on single characters and its pre-tokenizer splits at spaces and around
punctuation, so the tokens of a line are those of its words: each distinct word is encoded once. Of a
word, runs of ASCII letters and digits need no normalising and go to the tokenizer's model at once;
everything else goes through the tokenizer itself. Other tokenizers encode line by line.
"""

import re
import string
from array import array

import numpy as np
from tokenizers import Tokenizer
from tokenizers.models import WordPiece
from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer

from scripts.examples.masking.token_kinds import token_type

WORDS = 300_000  # words remembered, some 50 MB
PARTS = re.compile(rb"[!-/:-@\[-`{-~]|[^!-/:-@\[-`{-~]+")  # ASCII punctuation apart
PUNCTUATION = frozenset(character.encode() for character in string.punctuation)


class LineEncoder:
    """Encodes the lines of a text with any tokenizer."""

    def __init__(self, tokenizer: Tokenizer, size: int):
        self.tokenizer, self.kind = tokenizer, token_type(size)

    def encode(self, text: bytes) -> tuple[np.ndarray, np.ndarray]:
        """The ids of a text's lines end to end, and the number of ids of each line, int64."""
        lines = text.decode().split("\n")
        encodings = self.tokenizer.encode_batch_fast(lines, add_special_tokens=False)
        parts = [np.array(encoding.ids, self.kind) for encoding in encodings]
        return np.concatenate(parts), np.fromiter(map(len, parts), np.int64, len(parts))


class WordEncoder:
    """Encodes the lines of a text with BERT's tokenizer, exactly as `LineEncoder` does."""

    def __init__(self, tokenizer: Tokenizer, size: int, limit: int = WORDS):
        self.limit = limit
        self.kind = token_type(size + 1)
        self.line_end = np.iinfo(self.kind).max  # no token's id
        self.lowercase = tokenizer.normalizer.lowercase
        self.words = Words(tokenizer, self.kind.char)

    def encode(self, text: bytes) -> tuple[np.ndarray, np.ndarray]:
        """The ids of a text's lines end to end, and the number of ids of each line, int64."""
        if self.lowercase:
            # Of ASCII only, as bytes have it: str.lower() is not always what the normaliser does.
            text = text.lower()
        if len(self.words) > self.limit:
            self.words.clear()
        self.words[b"\n"] = np.array(self.line_end, self.kind).tobytes()
        words = text.replace(b"\n", b" \n ").split(b" ")
        ids = np.frombuffer(b"".join(map(self.words.__getitem__, words)), self.kind)
        ends = np.flatnonzero(ids == self.line_end)
        lengths = np.diff(np.concatenate([[-1], ends, [len(ids)]])) - 1
        return np.delete(ids, ends), lengths


class Words(dict):
    """The ids of words, as bytes of an array of type `code`, found when first asked for."""

    def __init__(self, tokenizer: Tokenizer, code: str):
        self.tokenizer, self.model, self.code = tokenizer, tokenizer.model, code

    def __missing__(self, word: bytes) -> bytes:
        if word.isalnum() or word in PUNCTUATION:  # of bytes: ASCII alone
            pieces = self.model.tokenize(word.decode())
            ids = array(self.code, [piece.id for piece in pieces]).tobytes()
        elif len(parts := PARTS.findall(word)) != 1:
            ids = b"".join([self[part] for part in parts])
        else:
            encoding = self.tokenizer.encode(word.decode(), add_special_tokens=False)
            ids = array(self.code, encoding.ids).tobytes()
        self[word] = ids
        return ids


def line_encoder(tokenizer: Tokenizer, size: int) -> LineEncoder | WordEncoder:
    """The faster encoder that gives exactly the tokenizer's own ids."""
    words_stand_alone = (
        isinstance(tokenizer.model, WordPiece)
        and isinstance(tokenizer.normalizer, BertNormalizer)
        and isinstance(tokenizer.pre_tokenizer, BertPreTokenizer)
        and all(token.special for token in tokenizer.get_added_tokens_decoder().values())
    )
    return (WordEncoder if words_stand_alone else LineEncoder)(tokenizer, size)
