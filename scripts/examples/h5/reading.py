"""HDF5 files of flat arrays: opened, checked and mapped into memory."""

import hashlib
import mmap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from scripts.common.errors import UserError, unreadable

# What h5py raises for it; a size that was damaged may be more than there is memory for.
DAMAGE = (OSError, RuntimeError, LookupError, ValueError, TypeError, MemoryError)
REMEDY = "delete it and run again"


def plain(value: Any) -> Any:
    """An attribute's value, text or number, as Python has it."""
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


def map_arrays(file: h5py.File, path: Path, types: dict[str, np.dtype]) -> dict[str, np.ndarray]:
    """The datasets as read-only arrays; one mapping a file, since each holds a file handle."""
    with open(path, "rb") as raw:
        memory = mmap.mmap(raw.fileno(), 0, access=mmap.ACCESS_READ)
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
    return arrays


def digests(arrays: dict[str, np.ndarray]) -> dict[str, str]:
    """The sha256 of each array's bytes."""
    return {name: hashlib.sha256(array.data).hexdigest() for name, array in arrays.items()}
