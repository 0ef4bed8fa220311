"""HDF5 files of flat arrays: written in bounded memory, with every byte of metadata checked."""

import hashlib
import os
import tempfile
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import h5py
import numpy as np

from scripts.common.atomic import atomic_path, naming

PART, METADATA = (
    1 << 20,
    1 << 16,
)  # items copied at a time; bytes, the most that HDF5 takes of attributes


class ArrayWriter:
    """Arrays that grow: contiguous datasets need their size first, so they lie on disk till then.

    In nameless files in `folder`: a killed process leaves none behind. `offsets` names the arrays
    that begin with 0 and then have the ends of stretches of another array.
    """

    def __init__(
        self, types: dict[str, np.dtype], offsets: Collection[str], folder: Path, stack: ExitStack
    ):
        self.types = types
        self.files: dict[str, BinaryIO] = {
            name: stack.enter_context(tempfile.TemporaryFile(dir=folder))  # noqa: SIM115
            for name in types
        }
        self.hashes = {name: hashlib.sha256() for name in types}
        self.items = dict.fromkeys(types, 0)
        self.ends = {name: 0 for name in offsets if name in types}
        for name in self.ends:
            self.append(name, np.zeros(1, np.int64))

    def add(self, **arrays: np.ndarray) -> None:
        """Append to arrays: values, and to offsets the lengths of the stretches that they part."""
        for name, values in arrays.items():
            if name in self.ends and len(values):
                values = np.cumsum(values, dtype=np.int64) + self.ends[name]
                self.ends[name] = int(values[-1])
            for start in range(0, len(values), PART):
                self.append(name, values[start : start + PART])

    def append(self, name: str, values: np.ndarray) -> None:
        """Append values to an array as they are."""
        data = np.ascontiguousarray(values, dtype=self.types[name])
        self.hashes[name].update(data.data)
        self.files[name].write(data.data)
        self.items[name] += len(data)

    def mapped(self) -> dict[str, np.ndarray]:
        """The arrays so far, mapped into memory; their files live as long as they do."""
        found = {}
        for name, kind in self.types.items():
            self.files[name].flush()
            size = (self.items[name],)
            array = (
                np.memmap(self.files[name], kind, "r", shape=size) if size[0] else np.zeros(0, kind)
            )
            found[name] = array.view(np.ndarray)
        return found

    def digests(self) -> dict[str, str]:
        """The sha256 of each array's bytes."""
        return {name: digest.hexdigest() for name, digest in self.hashes.items()}

    def save(self, path: Path, attributes: dict[str, Any]) -> None:
        """Write the arrays and root attributes to an HDF5 file."""
        room = sum(count * self.types[name].itemsize for name, count in self.items.items())
        with open(path, "wb") as file:  # HDF5 crashes where it finds the disk full at its end
            os.posix_fallocate(file.fileno(), 0, room + METADATA)
        with create(path) as file:
            for name, value in attributes.items():
                file.attrs[name] = attribute(value)
            for name, kind in self.types.items():
                size = self.items[name]
                data = file.create_dataset(name, (size,), kind, track_times=False)
                self.files[name].seek(0)
                for start in range(0, size, PART):
                    values = np.frombuffer(self.files[name].read(PART * kind.itemsize), kind)
                    data[start : start + len(values)] = values


@contextmanager
def write_arrays(
    target: Path,
    types: dict[str, np.dtype],
    offsets: Collection[str],
    attributes: dict[str, Any],
    content_digest: Callable[[dict[str, str]], str],
) -> Iterator[ArrayWriter]:
    """Yield arrays to append to, which become the file `target` when the block succeeds.

    Of its root attributes `content_sha256` is what `content_digest` makes of the sha256 of each array's
    bytes; the rest is as in `ArrayWriter`.
    """
    target = Path(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    with naming(target), ExitStack() as stack:
        arrays = ArrayWriter(types, offsets, target.parent, stack)
        yield arrays
        with atomic_path(target) as temporary:
            digest = content_digest(arrays.digests())
            arrays.save(temporary, attributes | {"content_sha256": digest})


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
