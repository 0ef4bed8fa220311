"""A tokenizer folder as the examples stage sees it: the tokenizer, its special ids, its tokens' kinds."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from tokenizers import Tokenizer

from scripts.common.digest import file_digest
from scripts.common.errors import UserError
from scripts.common.json_text import read_json
from scripts.examples.masking.token_kinds import (
    BERT_SPECIAL,
    CONTINUES,
    NEVER_DRAWN,
    NEVER_MASKED,
)

UNUSED = re.compile(r"\[unused\d+\]")


@dataclass(frozen=True)
class Vocabulary:
    """A tokenizer and what is known of its tokens.

    `description` is the content of tokenizer.json, `sha256` that of vocab.txt; `special_ids` by
    role; `token_kinds` uint8 [size], see masking/token_kinds.py.
    """

    tokenizer: Tokenizer
    description: dict[str, Any]
    sha256: str
    size: int
    special_ids: dict[str, int]
    token_kinds: np.ndarray


def load_vocabulary(folder: Path) -> Vocabulary:
    """Load a tokenizer folder: vocab.txt, tokenizer.json, tokenizer_config.json.

    Text that looks like a special token ("[MASK]" in an article on BERT) is taken as text.
    Raises UserError where a file is missing or damaged, or a special token is not named.
    """
    folder = Path(folder)
    description = read_settings(folder / "tokenizer.json")
    tokenizer = open_tokenizer(folder / "tokenizer.json")
    tokenizer.encode_special_tokens = True
    special_ids = find_special_ids(
        tokenizer, read_settings(folder / "tokenizer_config.json"), folder
    )
    if not (folder / "vocab.txt").is_file():
        raise UserError(f"{folder / 'vocab.txt'}: no such file")
    tokens = tokenizer.get_vocab(with_added_tokens=True)
    return Vocabulary(
        tokenizer=tokenizer,
        description=description,
        sha256=file_digest(folder / "vocab.txt"),
        size=max(tokens.values()) + 1,
        special_ids=special_ids,
        token_kinds=find_token_kinds(tokenizer, description, tokens, special_ids),
    )


def open_tokenizer(path: Path) -> Tokenizer:
    """A tokenizer.json, without padding and truncation."""
    try:
        tokenizer = Tokenizer.from_file(str(path))
    except Exception as error:  # tokenizers raises bare Exception
        raise UserError(f"{path}: not a tokenizer ({error})") from error
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return without_dropout(tokenizer)


def without_dropout(tokenizer: Tokenizer) -> Tokenizer:
    """The tokenizer with BPE's dropout off, by which the same text has other tokens each time."""
    if getattr(tokenizer.model, "dropout", None):
        tokenizer.model.dropout = None
    return tokenizer


def read_settings(path: Path) -> dict[str, Any]:
    """The object that a JSON file holds."""
    value = read_json(path)
    if not isinstance(value, dict):
        raise UserError(f"{path}: not a JSON object")
    return value


def find_special_ids(tokenizer: Tokenizer, config: dict[str, Any], source: Path) -> dict[str, int]:
    """The ids of the five special tokens, by the names in tokenizer_config.json or BERT's own."""
    ids = {}
    for role, own in BERT_SPECIAL.items():
        token = config.get(f"{role}_token") or own
        token = token.get("content") if isinstance(token, dict) else token
        index = tokenizer.token_to_id(str(token))
        if index is None:
            raise UserError(
                f"{source}: the tokenizer has no {role} token ({token}); masked language modelling "
                "needs pad, unk, cls, sep and mask tokens, named in tokenizer_config.json"
            )
        ids[role] = index
    return ids


def find_token_kinds(
    tokenizer: Tokenizer,
    description: dict[str, Any],
    tokens: dict[str, int],
    special_ids: dict[str, int],
) -> np.ndarray:
    """What each token is: uint8 [highest id + 1], bits as in masking/token_kinds.py."""
    kinds = np.full(max(tokens.values()) + 1, NEVER_DRAWN, np.uint8)
    continues = continuation(description)
    for token, index in tokens.items():
        if not UNUSED.fullmatch(token):
            kinds[index] = CONTINUES if continues(token) else 0
    for index, added in tokenizer.get_added_tokens_decoder().items():
        if added.special:
            kinds[index] = NEVER_DRAWN
    for role, index in special_ids.items():
        kinds[index] = NEVER_DRAWN if role == "unk" else NEVER_DRAWN | NEVER_MASKED
    return kinds


def continuation(description: dict[str, Any]) -> Callable[[str], bool]:
    """A predicate: does a token go on with the word before it?

    WordPiece marks that (`##`); the other models mark where a word begins, by a `Ġ` or `▁`.
    """
    if description["model"]["type"] == "WordPiece":
        prefix = description["model"].get("continuing_subword_prefix", "##")
        return lambda token: token.startswith(prefix) and len(token) > len(prefix)
    return lambda token: not token.startswith(("Ġ", "▁"))
