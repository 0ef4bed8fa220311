"""A tokenizer folder as the examples stage sees it: the tokenizer, its special ids, its tokens' kinds."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from tokenizers import Tokenizer

from scripts.common.digest import file_digest
from scripts.common.errors import UserError, blaming
from scripts.common.json_text import read_json
from scripts.common.model_files import VOCABULARY
from scripts.examples.masking.token_kinds import BERT_SPECIAL, NEVER_DRAWN, NEVER_MASKED, ROLES
from scripts.examples.tokenizer.word_marks import place_in_words

UNUSED = re.compile(r"\[unused\d+\]")


@dataclass(frozen=True)
class Vocabulary:
    """A tokenizer and what is known of its tokens.

    `sha256` is that of vocab.txt; `special_ids` by role; `token_kinds` uint8 [size], see
    masking/token_kinds.py.
    """

    tokenizer: Tokenizer
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
    for name in VOCABULARY:
        if not (folder / name).is_file():
            raise UserError(f"{folder / name}: no such file; make the folder with import_vocab")
    tokenizer = open_tokenizer(folder / "tokenizer.json")
    tokenizer.encode_special_tokens = True
    config = read_settings(folder / "tokenizer_config.json")
    special = {role: config.get(f"{role}_token") for role in ROLES}
    special_ids = find_special_ids(tokenizer, special, folder)
    kinds = find_token_kinds(tokenizer, special_ids)
    return Vocabulary(tokenizer, file_digest(folder / "vocab.txt"), len(kinds), special_ids, kinds)


def open_tokenizer(path: Path) -> Tokenizer:
    """A tokenizer.json, which gives the same tokens each time, and no others."""
    with blaming(path, "not a tokenizer ({reason})"):  # tokenizers raises bare Exception
        return settled(Tokenizer.from_file(str(path)))


def settled(tokenizer: Tokenizer) -> Tokenizer:
    """The tokenizer without padding, truncation and BPE's dropout, which draws other tokens each time."""
    tokenizer.no_padding()
    tokenizer.no_truncation()
    if getattr(tokenizer.model, "dropout", None):
        tokenizer.model.dropout = None
    return tokenizer


def read_settings(path: Path) -> dict[str, Any]:
    value = read_json(path)
    if not isinstance(value, dict):
        raise UserError(f"{path}: not a JSON object")
    return value


def find_special_ids(
    tokenizer: Tokenizer, special: dict[str, str | None], source: Path
) -> dict[str, int]:
    """The ids of the special tokens of all roles, by the tokens that are named, or BERT's own."""
    ids = {}
    for role, own in BERT_SPECIAL.items():
        token = special.get(role) or own
        index = tokenizer.token_to_id(str(token))
        if index is None:
            raise UserError(
                f"{source}: the tokenizer has no {role} token ({token}); masked language modelling "
                "needs pad, unk, cls, sep and mask tokens, named in tokenizer_config.json"
            )
        ids[role] = index
    return ids


def find_token_kinds(tokenizer: Tokenizer, special_ids: dict[str, int]) -> np.ndarray:
    """What each token is: uint8 [highest id + 1], bits as in masking/token_kinds.py."""
    tokens = tokenizer.get_vocab(with_added_tokens=True)
    kinds = np.full(max(tokens.values()) + 1, NEVER_DRAWN, np.uint8)
    special = {*special_ids.values()}
    special |= {n for n, added in tokenizer.get_added_tokens_decoder().items() if added.special}
    plain = [t for t, n in tokens.items() if n not in special and not UNUSED.fullmatch(t)]
    kinds[[tokens[token] for token in plain]] = place_in_words(tokenizer, plain)
    for role, index in special_ids.items():
        kinds[index] = NEVER_DRAWN if role == "unk" else NEVER_DRAWN | NEVER_MASKED
    return kinds
