"""Which shard a document belongs to."""

from scripts.common.digest import hash64


def validation_shards(shards: int, fraction: float) -> int:
    """How many shards validation has: as many as make them about as large as those of training."""
    return max(1, round(shards * fraction / (1 - fraction)))


def assign(
    identity: str, seed: int, counts: dict[str, int], validation_fraction: float
) -> tuple[str, int]:
    """The split and the shard's number of a document.

    The hash's upper bits choose the split and its lower bits the shard.
    """
    value = hash64(seed, identity)
    split = "validation" if (value >> 32) < validation_fraction * 2**32 else "train"
    return split, (value & 0xFFFFFFFF) % counts[split]
