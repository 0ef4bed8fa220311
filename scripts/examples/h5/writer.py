"""HDF5 files of flat arrays: written in bounded memory, with every byte of metadata checked."""

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import h5py
import numpy as np

from scripts.common.atomic import atomic_path

PART = 1 << 20  # items copied at a time


class Spools:
    """Arrays that grow: contiguous datasets need their size first, so they are spooled to disk.

    Spools are nameless files in the output's folder: a killed process leaves none behind.
    """

    def __init__(self, types: dict[str, np.dtype], folder: Path, stack: ExitStack):
        self.types = types
        self.files: dict[str, BinaryIO] = {
            name: stack.enter_context(tempfile.TemporaryFile(dir=folder))  # noqa: SIM115
            for name in types
        }
        self.hashes = {name: hashlib.sha256() for name in types}
        self.items = dict.fromkeys(types, 0)
        self.ends = dict.fromkeys(types, 0)

    def put(self, name: str, values: np.ndarray) -> None:
        """Append to an array."""
        data = np.ascontiguousarray(values, dtype=self.types[name]).view(np.uint8)
        self.hashes[name].update(data)
        self.files[name].write(data)
        self.items[name] += len(data) // self.types[name].itemsize

    def put_ends(self, name: str, lengths: np.ndarray) -> None:
        """Append to an array of offsets, which begins with 0, the ends of stretches so long."""
        if not self.items[name]:
            self.put(name, np.zeros(1, np.int64))
        if len(lengths):
            ends = np.cumsum(lengths, dtype=np.int64) + self.ends[name]
            self.ends[name] = int(ends[-1])
            self.put(name, ends)

    def digests(self) -> dict[str, str]:
        """The sha256 of each array's bytes."""
        return {name: digest.hexdigest() for name, digest in self.hashes.items()}

    def save(self, path: Path, attributes: dict[str, Any]) -> None:
        """Write the arrays and root attributes to an HDF5 file."""
        with create(path) as file:
            for name, value in attributes.items():
                file.attrs[name] = attribute(value)
            for name, kind in self.types.items():
                spool, size = self.files[name], self.items[name]
                data = file.create_dataset(name, (size,), kind, track_times=False)
                spool.seek(0)
                for start in range(0, size, PART):
                    values = np.frombuffer(spool.read(PART * kind.itemsize), kind)
                    data[start : start + len(values)] = values


@contextmanager
def write_arrays(
    target: Path, types: dict[str, np.dtype], attributes: Callable[[dict[str, str]], dict[str, Any]]
) -> Iterator[Spools]:
    """Yield arrays to append to, which become the file `target` when the block succeeds.

    `attributes` gives the root attributes, from the sha256 of each array's bytes.
    """
    target = Path(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        spools = Spools(types, target.parent, stack)
        yield spools
        with atomic_path(target) as temporary:
            spools.save(temporary, attributes(spools.digests()))


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
    creation.set_obj_track_times(False)
    return h5py.File(h5py.h5f.create(os.fsencode(path), h5py.h5f.ACC_TRUNC, creation, access))


def attribute(value: Any) -> Any:
    """Text as UTF-8 of fixed length; numbers as they are."""
    if not isinstance(value, str):
        return value
    data = value.encode()
    return np.array(data, h5py.string_dtype("utf-8", max(1, len(data))))
