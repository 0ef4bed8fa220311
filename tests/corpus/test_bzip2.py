"""The blocks of bz2 files, and damage that a decompressor could pass over."""

import bz2
import random
from contextlib import suppress

import pytest

from scripts.corpus.dump.bzip2 import read_bits, read_blocks


def text(seed: int, size: int) -> bytes:
    return random.Random(seed).randbytes(size).hex().encode()


TEXTS = [text(seed, 60_000) for seed in range(3)]
STREAMS = [bz2.compress(one, 1) for one in TEXTS]  # of two blocks each
SECOND = len(STREAMS[0])
WHOLE = b"".join(STREAMS)


def check(tmp_path, data: bytes) -> bytes:
    path = tmp_path / "dump.bz2"
    path.write_bytes(data)
    return b"".join(text for _, text in read_blocks(path, 0, threads=2))


def flipped(byte: int, bit: int = 1) -> bytes:
    data = bytearray(WHOLE)
    data[byte] ^= bit
    return bytes(data)


def test_bits_are_read_across_bytes(tmp_path):
    path = tmp_path / "bits"
    path.write_bytes(b"\x12\x34\x56")
    with open(path, "rb") as file:
        assert read_bits(file, 4, 8) == 0x23
        assert read_bits(file, 3, 3) == 0b100
        assert read_bits(file, 16, 16) == 0x5600


@pytest.mark.parametrize(
    "data",
    [
        STREAMS[0],
        WHOLE,
        bz2.compress(b""),
        bz2.compress(b"") + WHOLE + bz2.compress(b"") * 2,
        bz2.compress(b"a short one"),
    ],
    ids=["one", "three", "empty", "empty ones between", "short"],
)
def test_whole_files_are_taken(tmp_path, data):
    assert check(tmp_path, data) == bz2.decompress(data)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (flipped(SECOND), f"from byte {SECOND:,} on it is not bz2"),
        (flipped(SECOND + 2), f"from byte {SECOND:,} on it is not bz2"),
        (flipped(SECOND + 4), "no whole block begins"),
        (flipped(SECOND - 2), "damaged or was lost"),
        (WHOLE + b"garbage", f"from byte {len(WHOLE):,} on it is not bz2"),
        (WHOLE + b"\0", f"from byte {len(WHOLE):,} on it is not bz2"),
        (WHOLE + b"BZh9", "in the middle of a stream"),
    ],
)
def test_what_a_decompressor_could_pass_over_is_found(tmp_path, data, said):
    with pytest.raises(ValueError, match=said):
        check(tmp_path, data)


@pytest.mark.parametrize("seed", range(60))
def test_a_damaged_bit_is_found_or_changes_nothing(tmp_path, seed):
    """Any bit: it is refused, or the text is what it was."""
    byte, bit = random.Random(seed).randrange(len(WHOLE)), 1 << seed % 8
    with suppress(ValueError):
        assert check(tmp_path, flipped(byte, bit)) == b"".join(TEXTS)
