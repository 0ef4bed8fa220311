"""Which shard a document belongs to."""

from dataclasses import dataclass

from scripts.common.digest import hash64
from scripts.common.settings import SEED, setting


@dataclass(frozen=True)
class Sharding:
    """What decides which document goes to which shard, and which documents are left out."""

    shards: int = setting(4, "shards of training", minimum=1, maximum=4000)
    validation_fraction: float = setting(
        0.02, "share of documents", exclusiveMinimum=0, exclusiveMaximum=0.5
    )
    deduplicate: str = setting(
        "exact", "of which documents the first stays", enum=["exact", "near", "none"]
    )
    seed: int = setting(42, **SEED)

    def validation_shards(self) -> int:
        """How many shards make those of validation about as large as those of training."""
        fraction = self.validation_fraction
        return max(1, round(self.shards * fraction / (1 - fraction)))

    def names(self) -> list[str]:
        """The shards' files by their numbers: those of training, then those of validation."""
        counts = {"train": self.shards, "validation": self.validation_shards()}
        return [f"{split}/{n:04d}.txt.zst" for split in counts for n in range(counts[split])]


def assign(identity: str, settings: Sharding) -> int:
    """The number of a document's shard, by its id and the seed alone.

    The hash's upper bits choose the split and its lower bits the shard.
    """
    value = hash64(settings.seed, identity)
    if (value >> 32) < settings.validation_fraction * 2**32:
        return settings.shards + (value & 0xFFFFFFFF) % settings.validation_shards()
    return (value & 0xFFFFFFFF) % settings.shards
