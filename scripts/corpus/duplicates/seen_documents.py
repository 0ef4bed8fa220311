"""What has been seen before, in little memory."""

import hashlib

import numpy as np

WIDTH = 6  # bytes kept of a digest beyond the two that choose its bucket


class DigestSet:
    """Remembers 8-byte digests: seven bytes each for millions, a twelfth of what a set takes.

    Each bucket is a row of digests without their first two bytes. With 100 million digests a
    bucket has 1,500 of them, which are searched at the speed of memory.
    """

    def __init__(self) -> None:
        self.buckets: list[bytearray | None] = [None] * (1 << 16)

    def __contains__(self, digest: bytes) -> bool:
        bucket = self.buckets[digest[0] << 8 | digest[1]]
        if bucket is None:
            return False
        rest = digest[2:]
        place = bucket.find(rest)
        while place >= 0 and place % WIDTH:
            place = bucket.find(rest, place + 1)
        return place >= 0

    def add(self, digest: bytes) -> None:
        """Remember a digest that is new."""
        number = digest[0] << 8 | digest[1]
        bucket = self.buckets[number]
        if bucket is None:
            self.buckets[number] = bytearray(digest[2:])
        else:
            bucket += digest[2:]


class SeenDocuments:
    """Tells documents that are the same as one before, or nearly, from new ones."""

    def __init__(self) -> None:
        self.texts = DigestSet()
        self.bands: list[DigestSet] = []

    def is_new(self, document: bytes, bands: np.ndarray | None = None) -> bool:
        """Whether no document before had this text or shared a band; a new one is remembered.

        `bands` are the document's digests of `sign_documents`, uint64 [bands]; without them only
        the same text counts.
        """
        text = hashlib.blake2b(document, digest_size=8).digest()
        if text in self.texts:
            return False
        digests = [] if bands is None else [value.tobytes() for value in bands.astype("<u8")]
        if not self.bands:
            self.bands = [DigestSet() for _ in digests]
        if any(digest in seen for digest, seen in zip(digests, self.bands, strict=True)):
            return False
        self.texts.add(text)
        for digest, seen in zip(digests, self.bands, strict=True):
            seen.add(digest)
        return True
