"""What the blocks of a bz2 file say of their streams, to find what its decompressor does not.

A parallel decompressor looks for blocks by their first bytes. Where these, or a stream's own, are damaged,
it goes on at the next block, or ends, and says nothing: whole streams would be lost.
Format: each stream is `BZh` and a level, blocks, and a footer with the sum of its blocks' sums, all at
bits; the next stream begins at a byte (J. Seward's bzip2 1.0; J. Tsai, BZIP2: Format Specification, 2016).
"""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

HEADER = int.from_bytes(b"BZh")
BLOCK = 0x314159265359  # the first 48 bits of a block
FOOTER = 0x177245385090  # and of a footer
SUM_BITS = 32
EMPTY_BYTES = 14  # of a stream without blocks: header, level, footer


def read_bits(file: BinaryIO, start: int, count: int) -> int:
    """The `count` bits from bit `start` of a file, as a number; missing ones are zeros."""
    first, last = start // 8, (start + count + 7) // 8
    file.seek(first)
    data = file.read(last - first).ljust(last - first, b"\0")
    return (int.from_bytes(data) >> (8 * last - start - count)) & ((1 << count) - 1)


def check_streams(path: Path, offsets: Iterable[int]) -> None:
    """Check that a file is nothing but the streams whose blocks and footers begin at these bits.

    `offsets` are those of all blocks and footers that were decompressed, and perhaps of the end.
    Raises ValueError, with the place, where a block or a stream was passed over, a stream's sum is not
    that of its blocks, or something else follows the last stream.
    """
    size = os.path.getsize(path)
    total: int | None = None  # the sum of the blocks so far; None between two streams
    with open(path, "rb") as file:
        stream = after_empty(file, 0)
        for offset in sorted(offsets):
            if offset < 8 * stream:  # the footer of an empty stream
                continue
            if total is None:
                if read_bits(file, 8 * stream, 24) != HEADER or offset != 8 * (stream + 4):
                    break
                total = 0
            kind = read_bits(file, offset, 48)
            found = read_bits(file, offset + 48, SUM_BITS)
            if kind == BLOCK:
                total = ((total << 1 | total >> 31) & 0xFFFFFFFF) ^ found
            elif kind == FOOTER and found == total:
                stream, total = after_empty(file, (offset + 48 + SUM_BITS + 7) // 8), None
            else:
                raise ValueError(
                    f"the stream that begins at byte {stream:,} does not have the sum that its end "
                    "states: a part of it is damaged or was lost"
                )
    if total is not None:
        raise ValueError(f"the stream that begins at byte {stream:,} has no end")
    if stream != size:
        raise ValueError(f"from byte {stream:,} on it is not bz2")


def after_empty(file: BinaryIO, stream: int) -> int:
    """The byte behind the empty streams that begin at this one, of which no block tells."""
    while (
        read_bits(file, 8 * stream, 24) == HEADER
        and read_bits(file, 8 * (stream + 4), 48 + SUM_BITS) == FOOTER << SUM_BITS
    ):
        stream += EMPTY_BYTES
    return stream
