"""A part's documents in compressed frames, each of one shard, and where each of them lies."""

from pathlib import Path
from typing import BinaryIO

import numpy as np
import zstandard

from scripts.common.text import LEVEL, damaged

BUFFER = 1 << 18  # bytes of text that a shard gathers before they are compressed


class FrameWriter:
    """Writes documents to a file of zstd frames, each with checksum and of one shard's documents.

    A shard that holds the frames of several parts behind one another is a whole zstd file. Memory is
    a buffer a shard; the bytes depend on the documents alone.
    """

    def __init__(self, file: BinaryIO, shards: int):
        self.file = file
        self.compressor = zstandard.ZstdCompressor(level=LEVEL, write_checksum=True)
        self.buffers = [bytearray() for _ in range(shards)]
        self.frames: list[tuple[int, int, int]] = []

    def add(self, shard: int, document: bytes) -> None:
        """Write a document, sentences divided by line feeds, to the shard of this number."""
        buffer = self.buffers[shard]
        buffer += document
        buffer += b"\n\n"
        if len(buffer) >= BUFFER:
            self.flush(shard)

    def flush(self, shard: int) -> None:
        """Write what a shard has gathered as a frame of its own."""
        frame = self.compressor.compress(self.buffers[shard])
        self.frames.append((shard, self.file.tell(), len(frame)))
        self.file.write(frame)
        self.buffers[shard].clear()

    def index(self) -> np.ndarray:
        """Write what is left; return shard, offset and bytes of each frame: int64 [frames, 3]."""
        for shard, buffer in enumerate(self.buffers):
            if buffer:
                self.flush(shard)
        return np.array(self.frames, np.int64).reshape(-1, 3)


def copy_frames(source: Path, frames: np.ndarray, target: BinaryIO) -> None:
    """Append frames of a part, int64 [frames, 3], as they are; a damaged one is refused."""
    decompressor = zstandard.ZstdDecompressor()
    with open(source, "rb") as file:
        for _, offset, size in frames.tolist():
            file.seek(offset)
            data = file.read(size)
            try:
                decompressor.decompress(data)
            except zstandard.ZstdError as error:
                raise damaged(source, error, f"{offset:,} bytes") from error
            target.write(data)
