"""HDF5 files of flat arrays: opened, checked and mapped into memory."""

import ctypes
import hashlib
import mmap
import os
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from scripts.common.errors import UserError, unreadable

# What h5py raises for it; a size that was damaged may be more than there is memory for.
DAMAGE = (OSError, RuntimeError, LookupError, ValueError, TypeError, MemoryError)
REMEDY = "delete it and run again"
LIBC = ctypes.CDLL(None, use_errno=True)
LIBC.mmap.restype = ctypes.c_void_p
LIBC.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, *[ctypes.c_int] * 3, ctypes.c_long]
LIBC.munmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t]
LIBC.madvise.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
FAILED = ctypes.c_void_p(-1).value


def plain(value: Any) -> Any:
    value = value.item() if isinstance(value, np.generic) else value
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value


def open_arrays(
    path: Path, types: Callable[[dict[str, Any]], dict[str, np.dtype]]
) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """A file's root attributes, and its arrays as views into the mapped file.

    `types` gives the arrays' names and types, from the attributes. Raises UserError where the file is
    missing, truncated, or of another form; content is not read.
    """
    try:
        with h5py.File(path) as file:
            attributes = {name: plain(value) for name, value in file.attrs.items()}
            return attributes, map_arrays(file, path, types(attributes))
    except FileNotFoundError as error:
        raise UserError(f"{path}: no such file") from error
    except DAMAGE as error:
        raise unreadable(path, error, f"not HDF5, or damaged ({error}); {REMEDY}") from error


def map_file(path: Path) -> ctypes.Array:
    """A file's bytes, mapped to be read, without a file handle held, as Python's own mapping has one."""
    with open(path, "rb") as raw:
        size = os.fstat(raw.fileno()).st_size
        address = LIBC.mmap(None, size, mmap.PROT_READ, mmap.MAP_SHARED, raw.fileno(), 0)
    if address in (None, FAILED):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), str(path))
    memory = (ctypes.c_char * size).from_address(address)
    weakref.finalize(memory, LIBC.munmap, address, size)
    return memory


def advise(array: np.ndarray, advice: int) -> None:
    """Tell the system how a mapped array will be read, by a constant of `mmap`."""
    start = array.ctypes.data // mmap.PAGESIZE * mmap.PAGESIZE
    LIBC.madvise(start, array.ctypes.data + array.nbytes - start, advice)


def map_arrays(file: h5py.File, path: Path, types: dict[str, np.dtype]) -> dict[str, np.ndarray]:
    memory = memoryview(map_file(path))
    arrays = {}
    for name, kind in types.items():
        data = file.get(name)
        if not isinstance(data, h5py.Dataset):
            raise UserError(f"{path}: dataset {name} is missing; {REMEDY}")
        if data.ndim != 1:
            raise UserError(f"{path}: dataset {name} has {data.ndim} dimensions, not 1; {REMEDY}")
        if data.dtype != kind:
            raise UserError(f"{path}: dataset {name} is {data.dtype}, not {kind}; {REMEDY}")
        offset = data.id.get_offset()
        if data.size and offset is None:
            raise UserError(f"{path}: dataset {name} is chunked or compressed; {REMEDY}")
        if data.size and offset + data.nbytes > len(memory):
            raise UserError(f"{path}: truncated in dataset {name}; {REMEDY}")
        arrays[name] = np.frombuffer(memory, kind, data.size, offset) if data.size else data[:]
        arrays[name].flags.writeable = False
    return arrays


def digests(arrays: dict[str, np.ndarray]) -> dict[str, str]:
    return {name: hashlib.sha256(array.data).hexdigest() for name, array in arrays.items()}
