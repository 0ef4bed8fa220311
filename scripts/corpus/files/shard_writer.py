"""Many compressed files written side by side in little memory."""

from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import zstandard

from scripts.common.atomic import atomic_path
from scripts.common.text import LEVEL

BUFFER = 1 << 18  # bytes of text that a shard gathers before they are compressed


@dataclass
class Shard:
    """One file being written, and what went into it."""

    path: Path
    buffer: bytearray
    documents: int = 0
    sentences: int = 0
    bytes: int = 0


class ShardWriter:
    """Writes documents to shards, all of which get their names when the block succeeds.

    A shard is a row of zstd frames, each a whole buffer, so that no compressor and no open file is
    kept for any of them: memory is a buffer a shard. The bytes depend on the documents alone.
    """

    def __init__(self, targets: list[Path]):
        self.targets = targets
        self.compressor = zstandard.ZstdCompressor(level=LEVEL, write_checksum=True)
        self.stack = ExitStack()
        self.shards: list[Shard] = []

    def __enter__(self) -> "ShardWriter":
        for target in self.targets:
            path = self.stack.enter_context(atomic_path(target))
            path.touch()
            self.shards.append(Shard(path, bytearray()))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if error is None:
                for shard in self.shards:
                    self.flush(shard)
        finally:
            self.stack.__exit__(kind, error, trace)

    def add(self, number: int, document: bytes) -> None:
        """Write a document, sentences divided by line feeds, to the shard of this number."""
        shard = self.shards[number]
        shard.buffer += document
        shard.buffer += b"\n\n"
        shard.documents += 1
        shard.sentences += document.count(b"\n") + 1
        shard.bytes += len(document)
        if len(shard.buffer) >= BUFFER:
            self.flush(shard)

    def flush(self, shard: Shard) -> None:
        """Append what a shard has gathered as a frame of its own."""
        if shard.buffer or not shard.path.stat().st_size:
            with open(shard.path, "ab") as file:
                file.write(self.compressor.compress(shard.buffer))
            shard.buffer.clear()
