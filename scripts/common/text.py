"""Text files, compressed by their name's ending: .zst, .gz, .bz2 or none.

zstandard is imported where a file needs it, as whoever only reads examples may lack it.
"""

import bz2
import io
import json
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from scripts.common.atomic import atomic_path
from scripts.common.errors import UserError, unreadable
from scripts.common.utf8 import checked

PIECE = 1 << 12
LEVEL = 3  # zstd: as fast as the disk, a quarter of the text's size


class Streams(io.RawIOBase):
    """Decompressed bytes of a file of one or more streams (zstd's frames, gzip's members).

    The libraries' own readers take the end of a truncated zstd file for the end of its text, and pass
    over all that follows where a later stream of a bz2 or gzip file is damaged. This one raises
    EOFError, whatever the decompressor's error is. A decompressor gets PIECE bytes at a time, which
    even in a file made for it become some 100 MB at most.
    """

    def __init__(self, path: Path | str, decompressor: Callable[[], Any]):
        self.file = open(path, "rb")  # noqa: SIM115, closed by close()
        self.decompressor = decompressor
        self.stream: Any = None
        self.data = memoryview(b"")
        self.buffer = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, target) -> int:
        while not self.buffer:
            if not self.data:
                self.data = memoryview(self.file.read(1 << 18))
            if not self.data:
                if self.stream is None and self.file.tell():
                    return 0
                raise EOFError("it ends in the middle of a compressed stream")
            self.stream = self.stream or self.decompressor()
            piece, self.data = self.data[:PIECE], self.data[PIECE:]
            try:
                self.buffer = memoryview(self.stream.decompress(piece))
            except MemoryError:
                raise
            except Exception as error:  # each library has one of its own
                raise EOFError(str(error)) from error
            if self.stream.eof:
                self.data = memoryview(self.stream.unused_data + self.data)
                self.stream = None
        count = min(len(target), len(self.buffer))
        target[:count] = self.buffer[:count]
        self.buffer = self.buffer[count:]
        return count

    def close(self) -> None:
        self.file.close()
        super().close()


def zstd_frame() -> Any:
    import zstandard

    return zstandard.ZstdDecompressor().decompressobj()


DECOMPRESSORS: dict[str, Callable[[], Any]] = {
    ".zst": zstd_frame,
    ".gz": lambda: zlib.decompressobj(wbits=16 + zlib.MAX_WBITS),
    ".bz2": bz2.BZ2Decompressor,
}


def read_lines(path: Path | str) -> Iterator[str]:
    """Yield a UTF-8 text file's lines without their `\\n`.

    Raises UserError, naming the file, where it is missing, truncated, corrupt or not UTF-8.
    """
    for _, block in read_line_blocks(path):
        yield from block.decode().split("\n")


def read_rows(path: Path) -> list[dict]:
    return [json.loads(line) for line in read_lines(path)]


def read_chunks(path: Path | str, size: int = 1 << 20) -> Iterator[bytes]:
    """Yield a file's decompressed bytes in pieces of at most `size`.

    Raises UserError, naming the file, where it is missing, truncated or corrupt.
    """
    count, kind = 0, Path(path).suffix
    if not Path(path).exists():
        raise UserError(f"{path}: no such file")
    packed = Streams(path, DECOMPRESSORS[kind]) if kind in DECOMPRESSORS else None
    try:
        with io.BufferedReader(packed, 1 << 20) if packed else open(path, "rb") as file:
            while chunk := file.read(size):
                count += len(chunk)
                yield chunk
    except (EOFError, MemoryError) as error:
        raise damaged(path, error, f"{count:,} bytes") from error


def read_line_blocks(path: Path | str, size: int = 1 << 19) -> Iterator[tuple[int, bytes]]:
    """Yield a UTF-8 text in blocks of whole lines, of some `size` bytes where a line is not longer.

    Each without its last line break, and with the number of its first line, from 0. Raises
    UserError as `read_lines` does.
    """
    return line_blocks(read_chunks(path, size), path)


def line_blocks(chunks: Iterable[bytes], path: Path | str) -> Iterator[tuple[int, bytes]]:
    """The same of the bytes of a text called `path`."""
    rest: list[bytes] = []
    count = 0
    for chunk in chunks:
        whole, newline, tail = chunk.rpartition(b"\n")
        if newline:
            text = b"".join([*rest, whole])
            yield count, checked(text, path, count)
            count += text.count(b"\n") + 1
            rest = []
        rest.append(tail)
    if any(rest):
        yield count, checked(b"".join(rest), path, count)


def damaged(path: Path | str, error: Exception, place: str) -> UserError:
    """The error for a file that could be decompressed up to a place."""
    return unreadable(
        path,
        error,
        f"truncated or corrupt after {place} ({error}); delete it and run again, or fetch it anew",
    )


@contextmanager
def zstd_writer(target: Path | str) -> Iterator[io.TextIOBase]:
    """Yield a text file that becomes `target` (zstd, UTF-8) when the block succeeds.

    The bytes depend on the text alone: one thread, fixed level, no time stamp.
    """
    import zstandard

    with atomic_path(target) as temporary, open(temporary, "wb") as raw:
        compressor = zstandard.ZstdCompressor(level=LEVEL, write_checksum=True)
        with (
            compressor.stream_writer(raw, closefd=False) as binary,
            io.TextIOWrapper(binary, encoding="utf-8", newline="") as text,
        ):
            yield text
