"""Arrays in files of their own."""

import io
from pathlib import Path

import numpy as np

from scripts.common.atomic import atomic_path
from scripts.common.errors import blaming
from scripts.common.text import LEVEL, read_chunks


def write_array(target: Path, array: np.ndarray) -> None:
    """Write an array to `target` atomically: NumPy's format, with .zst compressed and checked."""
    import zstandard

    buffer = io.BytesIO()
    np.save(buffer, array)
    data: bytes | memoryview = buffer.getbuffer()
    if target.suffix == ".zst":
        data = zstandard.ZstdCompressor(level=LEVEL, write_checksum=True).compress(data)
    with atomic_path(target) as path:
        path.write_bytes(data)


def read_array(path: Path) -> np.ndarray:
    """Read an array; one that is not compressed is mapped.

    Raises UserError, naming the file, where it is missing or damaged.
    """
    verdict = "not an array that a step wrote; delete it and run again"
    with blaming(path, verdict, (OSError, ValueError, EOFError)):
        if path.suffix == ".zst":
            return np.load(io.BytesIO(b"".join(read_chunks(path))))
        return np.load(path, mmap_mode="r")
