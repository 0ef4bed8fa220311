"""Damage in a bz2 file that its decompressor passes over."""

import bz2
import random

import indexed_bzip2
import pytest

from scripts.corpus.dump.bzip2 import check_streams, read_bits


def text(seed: int, size: int) -> bytes:
    return random.Random(seed).randbytes(size).hex().encode()


STREAMS = [bz2.compress(text(seed, 150_000), 1) for seed in range(3)]
SECOND = len(STREAMS[0])
WHOLE = b"".join(STREAMS)


def check(tmp_path, data: bytes) -> None:
    path = tmp_path / "dump.bz2"
    path.write_bytes(data)
    with indexed_bzip2.open(str(path), parallelization=2) as file:
        while file.read(1 << 18):
            pass
        check_streams(path, file.block_offsets())


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
    check(tmp_path, data)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (flipped(SECOND), f"from byte {SECOND:,} on it is not bz2"),
        (flipped(SECOND + 2), f"from byte {SECOND:,} on it is not bz2"),
        (flipped(SECOND + 4), "bz2|sum"),
        (flipped(SECOND - 2), "does not have the sum"),
        (WHOLE + b"garbage", f"from byte {len(WHOLE):,} on it is not bz2"),
        (WHOLE + b"\0", f"from byte {len(WHOLE):,} on it is not bz2"),
        (WHOLE + b"BZh9", f"from byte {len(WHOLE):,} on it is not bz2"),
    ],
)
def test_what_the_decompressor_passes_over_is_found(tmp_path, data, said):
    with pytest.raises(ValueError, match=said):
        check(tmp_path, data)


@pytest.mark.parametrize("seed", range(60))
def test_a_damaged_bit_is_found_or_changes_nothing(tmp_path, seed):
    """Any bit: the decompressor or the check refuses it, or the text is what it was."""
    byte, bit = random.Random(seed).randrange(len(WHOLE)), 1 << seed % 8
    path = tmp_path / "dump.bz2"
    path.write_bytes(flipped(byte, bit))
    found = []
    try:
        with indexed_bzip2.open(str(path), parallelization=2) as file:
            while chunk := file.read(1 << 18):
                found.append(chunk)
            check_streams(path, file.block_offsets())
    except (RuntimeError, ValueError):
        return
    assert b"".join(found) == b"".join(text(seed, 150_000) for seed in range(3))
