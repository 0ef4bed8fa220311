"""Read examples for training: many files as one, masked, in any order.

    examples = Examples(paths, seed=42)
    examples.verify()
    batch = examples.batch(np.array([5, 3, 8]), epoch=0)

Needs numpy and h5py only. Files of NVIDIA's schema are opened as well, see nvidia.py.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import h5py
import numpy as np

from scripts.common.digest import file_digest
from scripts.common.errors import UserError
from scripts.examples.h5 import nvidia
from scripts.examples.h5.mapped_file import Shard, check_values, open_shard, verify
from scripts.examples.h5.reading import DAMAGE
from scripts.examples.masking.masks import keys, mask


@dataclass(frozen=True)
class Batch:
    """n examples end to end, T tokens in all, M of them to be predicted.

    `ids` int32 [T], already masked; `offsets` int64 [n+1]; `segments` int8 [T], 0 in A and 1 in B;
    `masked` int64 [M], positions in `ids`, ascending; `labels` int32 [M], the tokens that stood
    there; `next_sentence` int8 [n]: 0 B follows A, 1 B is random, -1 no B.
    """

    ids: np.ndarray
    offsets: np.ndarray
    segments: np.ndarray
    masked: np.ndarray
    labels: np.ndarray
    next_sentence: np.ndarray


class Examples:
    """The examples of several files, numbered from 0 in the order of the files.

    With dynamic masking, the masks of an example are a function of (seed, epoch, its number); with
    static masking they are stored, and `seed` and `epoch` have no effect.

    `tokenizer`: a vocab.txt, or a folder that has one, to compare the files with.
    Raises UserError where a file is missing, truncated, of another schema version, made with
    another tokenizer, or unlike the files before it.
    """

    def __init__(self, paths: Sequence[Path | str], seed: int = 0, tokenizer: Path | None = None):
        if not paths:
            raise UserError("no files of examples were given")
        self.paths = [Path(path) for path in paths]
        self.seed, self.tokenizer = seed, tokenizer
        self.states = [state(path) for path in self.paths if path.exists()]
        self.shards = [open_any(path, tokenizer) for path in self.paths]
        self.header = header = self.shards[0].header
        self.seq_length, self.vocab_size = header.seq_length, header.vocab_size
        self.next_sentence = header.next_sentence  # whether examples are pairs with a label
        self.check_agreement()
        self.starts = np.cumsum([0, *map(len, self.shards)])
        self.masking = header.procedure(self.shards[0].arrays["token_kinds"])
        if not len(self.masking.drawable):
            raise UserError(f"{self.paths[0]}: its vocabulary has no ordinary token")

    def __reduce__(self):
        return Examples, (self.paths, self.seed, self.tokenizer)

    def check_agreement(self) -> None:
        first = replace(self.header, sources=[])
        kinds = self.shards[0].arrays["token_kinds"]
        for shard in self.shards:
            other = replace(shard.header, sources=[])
            for name, value in vars(first).items():
                if getattr(other, name) != value:
                    raise UserError(
                        f"{shard.path}: {name} is {getattr(other, name)!r}, but {value!r} in "
                        f"{self.paths[0]}; files of one training must agree"
                    )
            if not np.array_equal(shard.arrays["token_kinds"], kinds):
                raise UserError(f"{shard.path}: token_kinds differ from those of {self.paths[0]}")
        if self.tokenizer is not None and first.tokenizer_sha256:
            vocabulary = vocabulary_file(self.tokenizer)
            if file_digest(vocabulary) != first.tokenizer_sha256:
                raise UserError(
                    f"{self.paths[0]}: made with another tokenizer than {vocabulary}; "
                    "build the examples anew with this one"
                )

    def __len__(self) -> int:
        return int(self.starts[-1])

    @cached_property
    def lengths(self) -> np.ndarray:
        """The number of tokens of each example, int32 [N]."""
        lengths = [np.diff(shard.arrays["offsets"]) for shard in self.shards]
        return np.concatenate(lengths, dtype=np.int32, casting="unsafe")

    @property
    def digest(self) -> str:
        """A digest of the content of all files, as they state it, in their order."""
        return hashlib.sha256("\n".join(shard.digest for shard in self.shards).encode()).hexdigest()

    def verify(self, part: int = 0, parts: int = 1) -> int:
        """Read all files, or every one of so many, and return their bytes; about a second a gigabyte.

        Raises UserError where a file is corrupt.
        """
        shards = self.shards[part::parts]
        for shard in shards:
            check_values(shard) if shard.foreign else verify(shard)
        return sum(shard.path.stat().st_size for shard in shards)

    def refuse_changed(self) -> None:
        """Raise UserError where a file is not what it was when it was opened."""
        for path, before in zip(self.paths, self.states, strict=True):
            if not path.exists() or state(path) != before:
                raise UserError(f"{path}: changed while it was read; start again with what it is")

    def batch(self, indices: np.ndarray, epoch: int | np.ndarray = 0) -> Batch:
        """The examples with these numbers (int64 [n], in any order), masked for this epoch.

        `epoch` may be an array [n], an epoch for each example.
        """
        indices = np.asarray(indices, np.int64)
        if len(indices) and not 0 <= indices.min() <= indices.max() < len(self):
            raise IndexError(f"example numbers must lie in [0, {len(self)})")
        files = np.searchsorted(self.starts, indices, "right") - 1
        local = (indices - self.starts[files]).tolist()
        arrays = [self.shards[file].arrays for file in files.tolist()]
        ids, lengths = gather(arrays, local, "tokens", "offsets")
        ids = ids.astype(np.int32)
        if len(ids) and ids.max() >= self.vocab_size:
            path = self.paths[np.repeat(files, lengths)[ids.argmax()]]
            raise UserError(
                f"{path}: token id {ids.max()} is beyond the vocabulary of {self.vocab_size}"
            )
        offsets = np.concatenate([[0], np.cumsum(lengths)])
        segment_b = pick(arrays, local, "segment_b").astype(np.int64)
        within = np.arange(len(ids)) - np.repeat(offsets[:-1], lengths)
        segments = (within >= np.repeat(segment_b, lengths)).astype(np.int8)
        next_sentence = pick(arrays, local, "next_sentence").astype(np.int8)
        if self.header.masking == "static":
            positions, counts = gather(arrays, local, "mask_positions", "mask_offsets")
            masked = positions.astype(np.int64) + np.repeat(offsets[:-1], counts)
            labels = gather(arrays, local, "mask_ids", "mask_offsets")[0].astype(np.int32)
        else:
            masked, labels = mask(ids, offsets, keys(self.seed, epoch, indices), self.masking)
        return Batch(ids, offsets, segments, masked, labels, next_sentence)


def state(path: Path) -> tuple[int, int, int]:
    """What changes when a file does: inode, size, time in nanoseconds."""
    found = path.stat()
    return found.st_ino, found.st_size, found.st_mtime_ns


def gather(
    arrays: list[dict[str, np.ndarray]], local: list[int], values: str, offsets: str
) -> tuple[np.ndarray, np.ndarray]:
    """One stretch of `values` for each example, end to end, and their lengths."""
    parts = []
    for array, index in zip(arrays, local, strict=True):
        begin, end = array[offsets][index : index + 2]
        parts.append(array[values][begin:end])
    lengths = np.fromiter(map(len, parts), np.int64, len(parts))
    return (np.concatenate(parts) if parts else np.zeros(0, np.uint16)), lengths


def pick(arrays: list[dict[str, np.ndarray]], local: list[int], name: str) -> np.ndarray:
    values = [array[name][index] for array, index in zip(arrays, local, strict=True)]
    return np.array(values, dtype=np.int64)


def open_any(path: Path, tokenizer: Path | None) -> Shard:
    try:
        with h5py.File(path) as file:
            foreign = nvidia.recognise(file)
    except DAMAGE:
        foreign = False
    if foreign:
        return nvidia.unpack_file(path, tokenizer and vocabulary_file(tokenizer))
    return open_shard(path)  # which says of a damaged file what is wrong


def vocabulary_file(tokenizer: Path) -> Path:
    """The vocab.txt of a tokenizer folder, or the file itself."""
    tokenizer = Path(tokenizer)
    file = tokenizer / "vocab.txt" if tokenizer.is_dir() else tokenizer
    if not file.is_file():
        raise UserError(f"{file}: no such file; give a vocab.txt or the folder that has one")
    return file
