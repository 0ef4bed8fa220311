"""A set of digests in little memory."""

WIDTH = 6  # bytes kept of a digest beyond the two that choose its bucket


class Seen:
    """Remembers 8-byte digests: seven bytes each for millions, a twelfth of what a set takes.

    Each bucket is a row of digests without their first two bytes. With 100 million digests a
    bucket has 1,500 of them, which are searched at the speed of memory.
    """

    def __init__(self) -> None:
        self.buckets: list[bytearray | None] = [None] * (1 << 16)

    def add(self, digest: bytes) -> bool:
        """Remember a digest; say whether it is new."""
        number = digest[0] << 8 | digest[1]
        rest = digest[2:]
        bucket = self.buckets[number]
        if bucket is None:
            self.buckets[number] = bytearray(rest)
            return True
        place = bucket.find(rest)
        while place >= 0 and place % WIDTH:
            place = bucket.find(rest, place + 1)
        if place >= 0:
            return False
        bucket += rest
        return True
