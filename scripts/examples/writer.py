"""Write examples in the HDF5 form of schema.py, in memory that does not grow with their number."""

import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import h5py
import numpy as np

from scripts.common.atomic import atomic_path
from scripts.examples.schema import Header, content_digest, dataset_types

PART = 1 << 20  # items copied at a time


class Writer:
    """Takes examples block by block; contiguous datasets need their size first, so it spools them.

    Spools are nameless files in the output's folder: a killed process leaves none behind.
    """

    def __init__(self, header: Header, token_kinds: np.ndarray, folder: Path, stack: ExitStack):
        self.header = header
        self.types = dataset_types(header)
        self.spools: dict[str, BinaryIO] = {
            name: stack.enter_context(tempfile.TemporaryFile(dir=folder))  # noqa: SIM115
            for name in self.types
        }
        self.hashes = {name: hashlib.sha256() for name in self.types}
        self.ends = {"offsets": 0, "mask_offsets": 0}
        self.put("token_kinds", token_kinds)
        for name in self.ends:
            if name in self.types:
                self.put(name, np.zeros(1, np.int64))

    def add(
        self,
        tokens: np.ndarray,
        lengths: np.ndarray,
        segment_b: np.ndarray,
        next_sentence: np.ndarray,
        masks: tuple[np.ndarray, np.ndarray, np.ndarray] | None = None,
    ) -> None:
        """Add n examples: `tokens` end to end, the other arrays [n].

        `masks`, for static masking: how many each example has [n], their positions within their
        examples, and the ids that stood there, both end to end.
        """
        self.put("tokens", tokens)
        self.put_ends("offsets", lengths)
        self.put("segment_b", segment_b)
        self.put("next_sentence", next_sentence)
        if masks is not None:
            counts, positions, ids = masks
            self.put_ends("mask_offsets", counts)
            self.put("mask_positions", positions)
            self.put("mask_ids", ids)

    def put_ends(self, name: str, lengths: np.ndarray) -> None:
        ends = np.cumsum(lengths, dtype=np.int64) + self.ends[name]
        self.put(name, ends)
        if len(ends):
            self.ends[name] = int(ends[-1])

    def put(self, name: str, values: np.ndarray) -> None:
        data = np.ascontiguousarray(values, dtype=self.types[name]).view(np.uint8)
        self.hashes[name].update(data)
        self.spools[name].write(data)

    def save(self, path: Path) -> None:
        """Write all that was added to an HDF5 file."""
        digests = {name: digest.hexdigest() for name, digest in self.hashes.items()}
        with create(path) as file:
            for name, value in self.header.attributes().items():
                file.attrs[name] = attribute(value)
            file.attrs["content_sha256"] = attribute(content_digest(self.header, digests))
            for name, kind in self.types.items():
                spool = self.spools[name]
                size = spool.tell() // kind.itemsize
                data = file.create_dataset(name, (size,), kind, track_times=False)
                spool.seek(0)
                for start in range(0, size, PART):
                    values = np.frombuffer(spool.read(PART * kind.itemsize), kind)
                    data[start : start + len(values)] = values


def create(path: Path) -> h5py.File:
    """A new HDF5 file in which every byte of metadata has a checksum, so that damage is noticed.

    That takes the form of HDF5 1.10, and attributes in the object header: those in a heap of their
    own (more than 8 by default, or strings of variable length) have none, and a flipped bit there
    can make the library loop or crash. Datasets begin at multiples of 8 bytes.
    """
    access = h5py.h5p.create(h5py.h5p.FILE_ACCESS)
    access.set_libver_bounds(h5py.h5f.LIBVER_V110, h5py.h5f.LIBVER_V110)
    access.set_alignment(1, 8)
    creation = h5py.h5p.create(h5py.h5p.FILE_CREATE)
    creation.set_attr_phase_change(64, 48)
    return h5py.File(h5py.h5f.create(os.fsencode(path), h5py.h5f.ACC_TRUNC, creation, access))


def attribute(value: Any) -> Any:
    """Text as UTF-8 of fixed length; numbers as they are."""
    if not isinstance(value, str):
        return value
    data = value.encode()
    return np.array(data, h5py.string_dtype("utf-8", max(1, len(data))))


@contextmanager
def write_examples(target: Path, header: Header, token_kinds: np.ndarray) -> Iterator[Writer]:
    """Yield a writer whose examples become `target` when the block succeeds.

    `token_kinds` is uint8 [vocabulary], see masking.py.
    """
    target = Path(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        writer = Writer(header, token_kinds, target.parent, stack)
        yield writer
        with atomic_path(target) as temporary:
            writer.save(temporary)
