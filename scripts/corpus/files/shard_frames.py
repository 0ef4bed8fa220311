"""Documents in compressed frames, each of one shard, and where each of them lies.

Which documents share a frame follows from the shard's documents alone, so that a shard has the same bytes
however the corpus is divided into parts. A frame that goes over a part's end is stored in pieces, a part
each, which are compressed again as one when the shard is put together.
"""

from pathlib import Path
from typing import BinaryIO

import numpy as np
import zstandard

from scripts.common.text import LEVEL, damaged

FRAME = 1 << 18  # bytes of text, some; more where a document is longer


def frame_numbers(shards: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """The frame of each document in its shard, int32 [documents], by shards and bytes [documents].

    Documents of shard -1 are in none, and their numbers mean nothing.
    """
    order = np.argsort(shards, kind="stable")
    before = np.cumsum(sizes[order]) - sizes[order]
    first = np.searchsorted(shards[order], shards[order])
    frames = np.empty(len(shards), np.int32)
    frames[order] = (before - before[first]) // FRAME
    return frames


def compressed(text: bytes | bytearray) -> bytes:
    return zstandard.ZstdCompressor(level=LEVEL, write_checksum=True).compress(text)


class FrameWriter:
    """Writes a part's documents to a file of zstd frames; memory is a frame a shard."""

    def __init__(self, file: BinaryIO, shards: int):
        self.file = file
        self.buffers = [bytearray() for _ in range(shards)]
        self.numbers = [0] * shards
        self.frames: list[tuple[int, int, int, int]] = []

    def add(self, shard: int, frame: int, document: bytes) -> None:
        """Write a document, sentences divided by line feeds, to a shard's frame, by their numbers."""
        if frame != self.numbers[shard]:
            self.flush(shard)
            self.numbers[shard] = frame
        self.buffers[shard] += document + b"\n\n"

    def flush(self, shard: int) -> None:
        """Write what a shard has gathered, if anything, as a frame or a piece of one."""
        if self.buffers[shard]:
            frame = compressed(self.buffers[shard])
            self.frames.append((shard, self.numbers[shard], self.file.tell(), len(frame)))
            self.file.write(frame)
            self.buffers[shard].clear()

    def index(self) -> np.ndarray:
        """Write what is left; return shard, frame, offset and bytes of each: int64 [frames, 4]."""
        for shard in range(len(self.buffers)):
            self.flush(shard)
        return np.array(self.frames, np.int64).reshape(-1, 4)


def join_frames(sources: dict[Path, np.ndarray], target: BinaryIO) -> None:
    """Write a shard's frames of all parts, by their rows of the index, in order.

    Whole frames are copied as they are. Raises UserError for a damaged one.
    """
    pieces: list[tuple[bytes, bytes]] = []
    last = -1
    for source, frames in sources.items():
        for number, *place in frames[:, 1:].tolist():
            if pieces and number != last:
                target.write(as_one(pieces))
                pieces = []
            pieces.append(read_frame(source, *place))
            last = number
    if pieces:
        target.write(as_one(pieces))


def as_one(pieces: list[tuple[bytes, bytes]]) -> bytes:
    return pieces[0][0] if len(pieces) == 1 else compressed(b"".join(text for _, text in pieces))


def read_frame(source: Path, offset: int, size: int) -> tuple[bytes, bytes]:
    """A frame as it is stored, and its text."""
    with open(source, "rb") as file:
        file.seek(offset)
        data = file.read(size)
    try:
        return data, zstandard.ZstdDecompressor().decompress(data)
    except zstandard.ZstdError as error:
        raise damaged(source, error, f"{offset:,} bytes") from error
