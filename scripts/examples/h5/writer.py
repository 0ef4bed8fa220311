"""HDF5 files of flat arrays: written in bounded memory, with every byte of metadata checked."""

import hashlib
import io
import os
import tempfile
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Any

import h5py
import numpy as np

from scripts.common.atomic import atomic_path

PART = 1 << 20  # items taken at a time
METADATA = 1 << 16  # bytes, the most that HDF5 takes of attributes
HELD = 1 << 25  # bytes of a small array in memory, before it goes to a file
LARGE = "tokens"  # the array that is written where it stays
LENGTH = np.dtype("<u4")  # of a stretch


class ArrayWriter:
    """Arrays that grow, each in a file of its own.

    `offsets` names the arrays, int64, that begin with 0 and then have the ends of stretches of another
    array; their files hold the stretches' lengths, in half the room.
    """

    def __init__(
        self, types: dict[str, np.dtype], offsets: Collection[str], files: Mapping[str, IO[bytes]]
    ):
        self.types, self.files = types, files
        self.ends = {name: 0 for name in offsets if name in types}
        self.items = {name: int(name in self.ends) for name in types}
        self.hashes = {name: hashlib.sha256(bytes(8 * items)) for name, items in self.items.items()}

    def add(self, **arrays: np.ndarray) -> None:
        """Append to arrays: values, and to offsets the lengths of the stretches that they part."""
        for name, values in arrays.items():
            kind = LENGTH if name in self.ends else self.types[name]
            for start in range(0, len(values), PART):
                data = np.ascontiguousarray(values[start : start + PART], kind)
                self.files[name].write(data.data)
                if name in self.ends:
                    data = np.cumsum(data, dtype=np.int64) + self.ends[name]
                    self.ends[name] = int(data[-1])
                self.hashes[name].update(data.data)
                self.items[name] += len(data)

    def pieces(self, name: str) -> Iterator[np.ndarray]:
        """An array again, from its file, some items at a time."""
        self.files[name].seek(0)
        kind, last = self.types[name], np.zeros(1, np.int64)
        if name in self.ends:
            yield last
            kind = LENGTH
        while data := self.files[name].read(PART * kind.itemsize):
            values = np.frombuffer(data, kind)
            if name in self.ends:
                values = np.cumsum(values, dtype=np.int64) + last
                last = values[-1:]
            yield values

    def mapped(self) -> dict[str, np.ndarray]:
        """The arrays so far, mapped into memory; their files live as long as they do."""
        found = {}
        for name, kind in self.types.items():
            file = self.files[name]
            if name in self.ends:
                file = tempfile.TemporaryFile()  # noqa: SIM115
                file.writelines(values.data for values in self.pieces(name))
            file.flush()
            size = (self.items[name],)
            array = np.memmap(file, kind, "r", shape=size) if size[0] else np.zeros(0, kind)
            found[name] = array.view(np.ndarray)
        return found

    def digests(self) -> dict[str, str]:
        return {name: digest.hexdigest() for name, digest in self.hashes.items()}


@contextmanager
def write_arrays(
    target: Path,
    types: dict[str, np.dtype],
    offsets: Collection[str],
    attributes: dict[str, Any],
    content_digest: Callable[[dict[str, str]], str],
) -> Iterator[ArrayWriter]:
    """Yield arrays to append to, which become the file `target` when the block succeeds.

    The large one is written where it stays; the others lie in memory until its size is known, or in
    nameless files where they grow beyond `HELD`.
    The root attribute `content_sha256` is what `content_digest` makes of each array's sha256.
    """
    attributes = attributes | {"content_sha256": "0" * 64}
    small = {name: kind for name, kind in types.items() if name != LARGE}
    with atomic_path(target) as path, ExitStack() as stack, open(path, "w+b") as file:
        files: dict[str, IO[bytes]] = {
            name: stack.enter_context(tempfile.SpooledTemporaryFile(HELD, dir=str(path.parent)))
            for name in small
        }
        with create(io.BytesIO(), attributes, types[LARGE], 1) as same:
            file.seek(same[LARGE].id.get_offset())
        arrays = ArrayWriter(types, offsets, files | {LARGE: file})
        yield arrays
        attributes["content_sha256"] = content_digest(arrays.digests())
        room = sum(arrays.items[name] * kind.itemsize for name, kind in small.items())
        # HDF5 crashes where it finds the disk full at its end.
        os.posix_fallocate(file.fileno(), 0, file.tell() + room + METADATA)
        file.flush()
        size = arrays.items[LARGE]
        with Begun(path, "r+") as begun, create(begun, attributes, types[LARGE], size) as whole:
            for name, kind in small.items():
                data = whole.create_dataset(name, (arrays.items[name],), kind, track_times=False)
                start = 0
                for values in arrays.pieces(name):
                    data[start : start + len(values)] = values
                    start += len(values)


class Begun(io.FileIO):
    """A file that HDF5 takes for an empty one, so that what it has already stays."""

    def seek(self, place: int, whence: int = os.SEEK_SET) -> int:
        """Go to a place, or for the end to the beginning."""
        return super().seek(place, os.SEEK_SET if whence == os.SEEK_END else whence)


def create(
    file: io.BytesIO | Begun, attributes: dict[str, Any], kind: np.dtype, size: int
) -> h5py.File:
    """An HDF5 file with its root attributes and its large array, whose bytes may be there already.

    Every byte of metadata has a checksum, so that damage is noticed. That takes the form of HDF5 1.10, and
    attributes in the object header: those in a heap of their own (more than 8 by default, or strings of
    variable length) have none, and a flipped bit there can make the library loop or crash. Datasets begin
    at multiples of 8 bytes; where the large one does follows from the attributes' sizes.
    """
    access = h5py.h5p.create(h5py.h5p.FILE_ACCESS)
    access.set_fileobj_driver(h5py.h5fd.fileobj_driver, file)
    access.set_libver_bounds(h5py.h5f.LIBVER_V110, h5py.h5f.LIBVER_V110)
    access.set_alignment(1, 8)
    creation = h5py.h5p.create(h5py.h5p.FILE_CREATE)
    creation.set_attr_phase_change(64, 48)
    creation.set_obj_track_times(False)
    made = h5py.File(h5py.h5f.create(b"arrays", h5py.h5f.ACC_TRUNC, creation, access))
    for name, value in attributes.items():
        made.attrs[name] = attribute(value)
    early = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    early.set_alloc_time(h5py.h5d.ALLOC_TIME_EARLY)
    made.create_dataset(LARGE, (size,), kind, track_times=False, dcpl=early)
    return made


def attribute(value: Any) -> Any:
    """Text as UTF-8 of fixed length; numbers as they are."""
    if not isinstance(value, str):
        return value
    data = value.encode()
    return np.array(data, h5py.string_dtype("utf-8", max(1, len(data))))
