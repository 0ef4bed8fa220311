"""The HDF5 form of examples, version 1: names, types, what a file says of itself, and its writer.

docs/examples-format.md describes it in full.
"""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, get_origin, get_type_hints

import numpy as np

from scripts.common.errors import UserError
from scripts.examples.h5.reading import plain
from scripts.examples.h5.writer import ArrayWriter, write_arrays
from scripts.examples.masking.masks import Masking
from scripts.examples.masking.token_kinds import ROLES, token_type

NAME = "dump2glue-examples"
VERSION = 1
OFFSETS = ("offsets", "mask_offsets")  # datasets that part others

IS_NEXT, IS_RANDOM, NO_PAIR = 0, 1, -1  # next_sentence; 0 and 1 as in transformers


@dataclass(frozen=True)
class Header:
    """What a file of examples says of itself: its root attributes.

    `max_predictions` 0: no bound. `special_ids`: ids of pad, unk, cls, sep, mask. `sources`: name
    and sha256 of each text shard that went in.
    """

    tokenizer_sha256: str
    vocab_size: int
    seq_length: int
    next_sentence: bool
    masking: str
    mlm_probability: float
    max_predictions: int
    whole_word: bool = False
    short_fraction: float = 0.0
    join_documents: bool = False
    duplicates: int = 1
    seed: int = 0
    special_ids: dict[str, int] = field(default_factory=dict)
    sources: list[dict[str, str]] = field(default_factory=list)

    def attributes(self) -> dict[str, Any]:
        """The root attributes, in the order of the file; lists and dicts as JSON text."""
        values = {"schema": NAME, "schema_version": VERSION, **asdict(self)}
        return {
            key: json.dumps(value, sort_keys=True) if isinstance(value, (dict, list)) else value
            for key, value in values.items()
        }

    def procedure(self, token_kinds: np.ndarray) -> Masking:
        """How its examples are or were masked; `token_kinds` uint8 [vocabulary]."""
        share = (self.mlm_probability, self.max_predictions)
        return Masking(token_kinds, self.special_ids["mask"], *share, self.whole_word)


def parse_header(attributes: dict[str, Any], path: Path | str) -> Header:
    """The header that a file's root attributes hold.

    Raises UserError where the file is of another schema or version, or an attribute is missing or
    of a wrong type.
    """
    attributes = {key: plain(value) for key, value in attributes.items()}
    if attributes.get("schema") != NAME:
        raise UserError(f"{path}: not a file of examples (schema {attributes.get('schema')!r})")
    if attributes.get("schema_version") != VERSION:
        raise UserError(
            f"{path}: examples of schema version {attributes.get('schema_version')}, "
            f"this program reads version {VERSION}; build the examples anew"
        )
    values = {}
    for name, hint in get_type_hints(Header).items():
        kind = get_origin(hint) or hint
        try:
            value = attributes[name]
            values[name] = json.loads(value) if kind in (dict, list) else kind(value)
            if not isinstance(values[name], kind):
                raise ValueError
        except KeyError as error:
            raise UserError(f"{path}: attribute {name} is missing") from error
        except (TypeError, ValueError) as error:
            raise UserError(f"{path}: attribute {name} is not {kind.__name__}") from error
    if not set(ROLES) <= set(values["special_ids"]):
        raise UserError(f"{path}: attribute special_ids lacks one of {', '.join(ROLES)}")
    return Header(**values)


def position_type(seq_length: int) -> np.dtype:
    return np.dtype("<u2" if seq_length < 1 << 16 else "<u4")


def dataset_types(header: Header) -> dict[str, np.dtype]:
    """The datasets of a file and their types, in the order of the file."""
    token, position = token_type(header.vocab_size), position_type(header.seq_length)
    types = {
        "token_kinds": np.dtype("u1"),
        "tokens": token,
        "offsets": np.dtype("<i8"),
        "segment_b": position,
        "next_sentence": np.dtype("i1"),
    }
    if header.masking == "static":
        types |= {"mask_offsets": np.dtype("<i8"), "mask_positions": position, "mask_ids": token}
    return types


def sizes(examples: int, tokens: int, seq_length: int) -> dict[str, Any]:
    """What a file's statistics say of its size, with the padding of rows of `seq_length`."""
    padded = examples * seq_length
    return {
        "examples": examples,
        "tokens": tokens,
        "padding": padded - tokens,
        "padding_share": round(1 - tokens / max(1, padded), 6),
    }


def content_digest(header: Header, digests: dict[str, str]) -> str:
    """The digest of a whole file, from its header and the sha256 of each dataset's bytes.

    It is the sha256 of the attributes (without `content_sha256`) as JSON with sorted keys, a line
    break, and for each dataset in the order of `dataset_types` a line "name type sha256".
    """
    lines = [json.dumps(header.attributes(), sort_keys=True)]
    for name, kind in dataset_types(header).items():
        lines.append(f"{name} {kind.str} {digests[name]}")
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


@contextmanager
def write_examples(target: Path, header: Header, token_kinds: np.ndarray) -> Iterator[ArrayWriter]:
    """Yield a writer whose examples become `target` when the block succeeds.

    `token_kinds` is uint8 [vocabulary], see masking/token_kinds.py. Of n examples the writer takes
    `tokens` end to end, `offsets` as their lengths [n], `segment_b` and `next_sentence` [n]; for
    static masking also `mask_offsets` as the numbers of their masks [n], and end to end
    `mask_positions` in the examples and `mask_ids`, the tokens that stood there.
    """

    digest, types = partial(content_digest, header), dataset_types(header)
    with write_arrays(target, types, OFFSETS, header.attributes(), digest) as writer:
        writer.add(token_kinds=token_kinds)
        yield writer
