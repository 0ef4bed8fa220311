"""One file of examples, mapped into memory and checked."""

import mmap
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from scripts.common.errors import UserError
from scripts.examples.h5.reading import REMEDY, advise, digests, open_arrays
from scripts.examples.h5.schema import Header, content_digest, dataset_types, parse_header


@dataclass(frozen=True)
class Shard:
    """A file's header and arrays; `digest` is the content digest that it states.

    `arrays` holds the datasets of schema.py by name: views into the mapped file. `foreign`: of
    another schema, whose `digest` is that of the file's bytes.
    """

    path: Path
    header: Header
    arrays: dict[str, np.ndarray]
    digest: str
    foreign: bool = False

    def __len__(self) -> int:
        return len(self.arrays["next_sentence"])


def open_shard(path: Path) -> Shard:
    """Open a file of schema version 1.

    Raises UserError where it is missing, truncated, of another form, or where its parts contradict
    each other. Content is not read, but for the lengths: `verify` does that.
    """
    attributes, arrays = open_arrays(path, lambda found: dataset_types(parse_header(found, path)))
    header = parse_header(attributes, path)
    check_sizes(path, header, arrays)
    for array in scattered(arrays):
        advise(array, mmap.MADV_RANDOM)  # reading ahead would read nearly all for a few examples
    return Shard(Path(path), header, arrays, str(attributes.get("content_sha256")))


def scattered(arrays: dict[str, np.ndarray]) -> list[np.ndarray]:
    """The arrays of which training reads a little here and there; offsets are read once, whole."""
    return [array for name, array in arrays.items() if "offsets" not in name and array.size]


def check_sizes(path: Path, header: Header, arrays: dict[str, np.ndarray]) -> None:
    examples = len(arrays["next_sentence"])
    agree = len(arrays["segment_b"]) == examples and len(arrays["token_kinds"]) == header.vocab_size
    for name, target in (("offsets", "tokens"), ("mask_offsets", "mask_positions")):
        if name in arrays:
            offsets = arrays[name]
            agree = agree and len(offsets) == examples + 1 and offsets[0] == 0
            agree = agree and offsets[-1] == len(arrays[target])
    if not agree:
        raise UserError(f"{path}: the sizes of its datasets do not agree; {REMEDY}")
    lengths = np.diff(arrays["offsets"])
    if examples and not 2 <= lengths.min() <= lengths.max() <= header.seq_length:
        raise UserError(f"{path}: examples longer than {header.seq_length} or empty; {REMEDY}")


def verify(shard: Shard) -> None:
    """Read a whole file: compare its digest, and check ids, segments and masks.

    Raises UserError at the first thing wrong.
    """
    path, header, arrays = shard.path, shard.header, shard.arrays
    for array in scattered(arrays):
        advise(array, mmap.MADV_SEQUENTIAL)
    if content_digest(header, digests(arrays)) != shard.digest:
        raise UserError(f"{path}: corrupt (its content has not the digest it states); {REMEDY}")
    check_values(shard)
    for array in scattered(arrays):
        advise(array, mmap.MADV_RANDOM)


def check_ids(path: Path, ids: np.ndarray, vocab_size: int) -> None:
    if len(ids) and not 0 <= ids.min() <= ids.max() < vocab_size:
        wrong = ids.min() if ids.min() < 0 else ids.max()
        raise UserError(f"{path}: token id {wrong} is beyond the vocabulary of {vocab_size}")


def check_values(shard: Shard) -> None:
    path, header, arrays = shard.path, shard.header, shard.arrays
    for name in {"tokens", "mask_ids"} & arrays.keys():
        check_ids(path, arrays[name], header.vocab_size)
    lengths = np.diff(arrays["offsets"])
    if (arrays["segment_b"] > lengths).any():
        raise UserError(f"{path}: a segment B begins after its example's end; {REMEDY}")
    if not np.isin(arrays["next_sentence"], (-1, 0, 1)).all():
        raise UserError(f"{path}: a next_sentence label is not -1, 0 or 1; {REMEDY}")
    if "mask_offsets" in arrays:
        counts = np.diff(arrays["mask_offsets"])
        positions = arrays["mask_positions"]
        if counts.min(initial=0) < 0 or (positions >= np.repeat(lengths, counts)).any():
            raise UserError(f"{path}: a mask lies outside its example; {REMEDY}")
