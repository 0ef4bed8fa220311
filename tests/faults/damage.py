"""Damage as files meet it, drawn from a seed: bits, cuts, repeats, and what a hostile hand would write."""

import random

BAD_TEXT = [
    b"\x00", b"\xff\xfe", b"\xed\xb2\x80", b"\\ud800", b"\xef\xbb\xbf", b"\r", b"\r\n", b"\t", b'"', b"[" * 3000,
    b'{"a":' * 3000, b"9" * 5000, b"1e999", b"NaN", b"null", b"[]", b"{}", b"-1", b"\xe2\x80\xa8", b"&#0;", b"<!--",
]  # fmt: skip


def flip(data: bytearray, rng: random.Random) -> None:
    for _ in range(rng.choice([1, 1, 1, 8, 64])):
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)


def cut(data: bytearray, rng: random.Random) -> None:
    del data[rng.randrange(len(data)) :]


def drop(data: bytearray, rng: random.Random) -> None:
    start = rng.randrange(len(data))
    del data[start : start + rng.choice([1, 7, 200])]


def insert(data: bytearray, rng: random.Random) -> None:
    at = rng.randrange(len(data) + 1)
    data[at:at] = rng.choice(BAD_TEXT)


def replace(data: bytearray, rng: random.Random) -> None:
    at, new = rng.randrange(len(data)), rng.choice(BAD_TEXT)
    data[at : at + len(new)] = new


def repeat(data: bytearray, rng: random.Random) -> None:
    at = rng.randrange(len(data))
    length = min(rng.choice([1, 100, 5000]), len(data) // 3)  # less than a whole stream
    data[at:at] = data[at : at + length] * rng.choice([1, 3])


def zero(data: bytearray, rng: random.Random) -> None:
    at, length = rng.randrange(len(data)), rng.choice([1, 16, 512])
    data[at : at + length] = bytes(min(length, len(data) - at))


def garbage(data: bytearray, rng: random.Random) -> None:
    data[:] = rng.randbytes(rng.choice([0, 1, 4, 300]))


def follow(data: bytearray, rng: random.Random) -> None:
    data += rng.choice([b"garbage", bytes(3), bytes(data[:50])])


KINDS = [flip, flip, cut, drop, insert, insert, replace, replace, repeat, zero, garbage, follow]


def damaged(data: bytes, rng: random.Random) -> bytes:
    """The data with one kind of damage, or two."""
    changed = bytearray(data)
    for _ in range(rng.choice([1, 1, 2])):
        if changed:
            rng.choice(KINDS)(changed, rng)
    return bytes(changed)
