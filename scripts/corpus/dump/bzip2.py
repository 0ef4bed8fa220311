"""The blocks of a bz2 file from any byte on, decompressed by several threads.

Each stream is `BZh` and a level, blocks, and a footer with the sum of its blocks' sums, all at bits; the next
stream begins at a byte (J. Seward's bzip2 1.0; J. Tsai, BZIP2: Format Specification, 2016). The 48 bits that
begin a block may stand within another by chance. So what is found is taken for a block only if it is whole,
with the sum that it states, from where the one before it ended to where the next begins.
"""

import bz2
import itertools
import os
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import BinaryIO

HEADER = int.from_bytes(b"BZh")
BLOCK = 0x314159265359  # the first 48 bits of a block
FOOTER = 0x177245385090  # and of a footer
SUM_BITS = 32
HEAD_BITS = 48 + SUM_BITS  # of a block, before its data; a footer is nothing else
MOST_BITS = 8 << 21  # more than any block has
WINDOW = 1 << 22  # bytes searched at a time
AHEAD = 4  # blocks decompressed ahead, and two more a thread

Stretch = tuple[int, int, Future]  # first bit, the bit behind the last, the text if it is a block


def read_bits(file: BinaryIO, start: int, count: int) -> int:
    """The `count` bits from bit `start` of a file, as a number; missing ones are zeros."""
    first, last = start // 8, (start + count + 7) // 8
    data = os.pread(file.fileno(), last - first, first).ljust(last - first, b"\0")
    return (int.from_bytes(data) >> (8 * last - start - count)) & ((1 << count) - 1)


def read_blocks(path: Path, start: int, threads: int) -> Iterator[tuple[int, bytes]]:
    """Yield the first bit and the text of each block that begins at byte `start` or behind it.

    What precedes the first whole block is passed over, but for 0, the file's beginning. Raises
    ValueError, with the place, where what follows is not streams of blocks without a gap to the file's
    end. A stream's own sum is checked where its beginning was seen.
    """
    end = 8 * os.path.getsize(path)
    with open(path, "rb") as file, ThreadPoolExecutor(threads) as pool:
        due = None if start else begin_stream(file, 0)  # the bit where the next one must be
        total = None if start else 0  # the sum of the stream's blocks so far
        pairs = itertools.pairwise(itertools.chain(find_marks(file, start), [end]))
        stretches = ((*pair, pool.submit(decompress, file, *pair)) for pair in pairs)
        work: list[Stretch] = []
        while work := work + list(itertools.islice(stretches, AHEAD + 2 * threads - len(work))):
            first = work[0][0]
            stated = read_bits(file, first + 48, SUM_BITS)
            footer = read_bits(file, first, 48) == FOOTER
            if due is not None and first != due:
                break
            if footer and total not in (None, stated):
                raise ValueError("a block of the stream that ends here is damaged or was lost")
            count, text = (0, None) if footer else whole_block(file, work)
            if footer and due is not None:
                byte = (first + HEAD_BITS + 7) // 8
                if 8 * byte == end:
                    return
                due, total = begin_stream(file, byte), 0
            elif text is not None:
                if total is not None:
                    total = ((total << 1 | total >> 31) & 0xFFFFFFFF) ^ stated
                due = work[count - 1][1]
                yield first, text
            elif due is not None:
                break
            work = work[max(1, count) :]
    if due is not None:
        raise ValueError(
            f"no whole block begins at byte {due // 8:,}: it is damaged, or it ends in the middle of a stream"
        )


def begin_stream(file: BinaryIO, byte: int) -> int:
    """The bit behind the header that must be at this byte, of a stream."""
    if read_bits(file, 8 * byte, 24) != HEADER:
        raise ValueError(f"from byte {byte:,} on it is not bz2")
    return 8 * (byte + 4)


def whole_block(file: BinaryIO, work: list[Stretch]) -> tuple[int, bytes | None]:
    """Of how many stretches the first block is made, as marks may stand in it, and its text, or none."""
    first, _, future = work[0]
    if (text := future.result()) is not None:
        return 1, text
    for count, (_, last, _) in enumerate(work[1:], 2):
        if (text := decompress(file, first, last)) is not None:
            return count, text
    return 0, None


def decompress(file: BinaryIO, first: int, last: int) -> bytes | None:
    """The text of the block from a bit to before another; None where it is not a whole one and no more."""
    count = last - first
    if not HEAD_BITS < count < MOST_BITS:
        return None
    bits = read_bits(file, first, count)
    stated = bits >> (count - HEAD_BITS) & 0xFFFFFFFF
    # A stream of its own, with the largest blocks.
    stream = (HEADER << 8 | ord("9")) << count | bits
    stream = stream << HEAD_BITS | FOOTER << SUM_BITS | stated
    length = 32 + count + HEAD_BITS
    decompressor = bz2.BZ2Decompressor()
    try:
        text = decompressor.decompress((stream << -length % 8).to_bytes((length + 7) // 8))
    except (OSError, ValueError):
        return None
    return text if decompressor.eof and not decompressor.unused_data else None


def find_marks(file: BinaryIO, start: int) -> Iterator[int]:
    """Yield the bits, in order and from byte `start` on, where a block or a footer may begin."""
    for at in itertools.count(start, WINDOW):
        data = os.pread(file.fileno(), WINDOW + 6, at)
        if not data:
            return
        found = (bit for mark in (BLOCK, FOOTER) for n in range(8) for bit in places(data, mark, n))
        yield from sorted(8 * at + bit for bit in found if bit < 8 * WINDOW)


def places(data: bytes, mark: int, shift: int) -> Iterator[int]:
    """Yield the bits at which a mark begins, of those that are `shift` more than whole bytes."""
    middle = (mark >> shift & 0xFFFFFFFFFF).to_bytes(5)  # the bytes that it fills
    at = data.find(middle, 1)
    while at > 0:
        around = int.from_bytes(data[at - 1 : at + 6].ljust(7, b"\0"))
        if around >> (8 - shift) & 0xFFFFFFFFFFFF == mark:
            yield 8 * (at - 1) + shift
        at = data.find(middle, at + 1)
