"""Text files, compressed by their name's ending: .zst, .gz, .bz2 or none."""

import bz2
import gzip
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import zstandard

from scripts.common.atomic import atomic_path
from scripts.common.errors import UserError

LEVEL = 3  # zstd: as fast as the disk, a quarter of the text's size


class ZstdReader(io.RawIOBase):
    """Decompressed bytes of a zstd file of one or more frames.

    The library's own stream reader takes the end of a truncated file for the end of its text;
    this one raises EOFError.
    """

    def __init__(self, path: Path | str):
        self.file = open(path, "rb")  # noqa: SIM115, closed by close()
        self.frame = zstandard.ZstdDecompressor().decompressobj()
        self.started = False
        self.buffer = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, target) -> int:
        while not self.buffer:
            data = self.frame.unused_data if self.frame.eof else b""
            data = data or self.file.read(1 << 18)
            if not data:
                if self.started and not self.frame.eof:
                    raise EOFError("compressed file ends in the middle of a frame")
                return 0
            if self.frame.eof:
                self.frame = zstandard.ZstdDecompressor().decompressobj()
            self.started = True
            self.buffer = memoryview(self.frame.decompress(data))
        count = min(len(target), len(self.buffer))
        target[:count] = self.buffer[:count]
        self.buffer = self.buffer[count:]
        return count

    def close(self) -> None:
        self.file.close()
        super().close()


def open_bytes(path: Path | str) -> io.BufferedIOBase:
    """Open a file for reading bytes, decompressed by its suffix."""
    path = Path(path)
    if not path.exists():
        raise UserError(f"{path}: no such file")
    if path.suffix == ".zst":
        return io.BufferedReader(ZstdReader(path), 1 << 20)
    return {".gz": gzip.open, ".bz2": bz2.open}.get(path.suffix, open)(path, "rb")


def read_lines(path: Path | str) -> Iterator[str]:
    """Yield a UTF-8 text file's lines without their `\\n`.

    Raises UserError, naming the file, where it is missing, truncated, corrupt or not UTF-8.
    """
    number = 0
    try:
        with open_bytes(path) as file:
            for line in file:
                number += 1
                yield line.decode("utf-8").rstrip("\n")
    except UnicodeDecodeError as error:
        raise UserError(f"{path}: line {number} is not UTF-8 ({error.reason})") from error
    except DAMAGE as error:
        raise damaged(path, error, f"line {number}") from error


def read_chunks(path: Path | str, size: int = 1 << 20) -> Iterator[bytes]:
    """Yield a file's decompressed bytes in pieces of at most `size`.

    Raises UserError, naming the file, where it is missing, truncated or corrupt.
    """
    count = 0
    try:
        with open_bytes(path) as file:
            while chunk := file.read(size):
                count += len(chunk)
                yield chunk
    except DAMAGE as error:
        raise damaged(path, error, f"{count:,} bytes") from error


# What the decompressors raise on damaged files; bz2's is an OSError without a number.
DAMAGE = (EOFError, zlib.error, gzip.BadGzipFile, zstandard.ZstdError, OSError)


def damaged(path: Path | str, error: Exception, place: str) -> Exception:
    """The error to raise for a damaged file; the operating system's own errors stay as they are."""
    if isinstance(error, OSError) and error.errno is not None:
        return error
    return UserError(
        f"{path}: truncated or corrupt after {place} ({error}); "
        "delete it and run again, or fetch it anew"
    )


@contextmanager
def zstd_writer(target: Path | str) -> Iterator[io.TextIOBase]:
    """Yield a text file that becomes `target` (zstd, UTF-8) when the block succeeds.

    The bytes depend on the text alone: one thread, fixed level, no time stamp.
    """
    with atomic_path(target) as temporary, open(temporary, "wb") as raw:
        compressor = zstandard.ZstdCompressor(level=LEVEL, write_checksum=True)
        with (
            compressor.stream_writer(raw, closefd=False) as binary,
            io.TextIOWrapper(binary, encoding="utf-8", newline="") as text,
        ):
            yield text
