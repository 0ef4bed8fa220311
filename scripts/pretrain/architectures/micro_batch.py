"""What a model is fed: some examples laid end to end."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from numpy import ndarray as Array
from torch import Tensor


@dataclass(frozen=True)
class MicroBatch:
    """Examples laid end to end, longest first, with their masked positions.

    ids, segments, positions int32 [T]; cu_seqlens int32 [n + 1], where each example begins; masked
    int32 [M] (places in the flat array) with labels int64 [M]; next_sentence int64 [n] (-1: none).
    `offsets` is `cu_seqlens` as the host knows it, `longest` at least the longest example.
    """

    ids: Tensor
    segments: Tensor
    positions: Tensor
    cu_seqlens: Tensor
    masked: Tensor
    labels: Tensor
    next_sentence: Tensor
    offsets: tuple[int, ...]
    longest: int

    def to(self, device: torch.device) -> "MicroBatch":
        """A copy on a device, without waiting for it where the memory is pinned."""
        return self.mapped(lambda value: value.to(device, non_blocking=True))

    def mapped(self, change: Callable[[Tensor], Tensor]) -> "MicroBatch":
        """A copy with each of its tensors changed."""
        changed: Any = {name: change(v) for name, v in vars(self).items() if isinstance(v, Tensor)}
        return replace(self, **changed)


def micro_batch(
    longest: int, ids: Array, offsets: Array, segments: Array, masked: Array, labels: Array,
    next_sentence: Array,
) -> MicroBatch:  # fmt: skip
    """A micro-batch of plain arrays of any types, `offsets` [n + 1] being where each example begins."""
    positions = np.arange(len(ids)) - np.repeat(offsets[:-1], np.diff(offsets))

    def tensor(array: Array, kind: type = np.int32) -> Tensor:
        return torch.from_numpy(array.astype(kind))

    return MicroBatch(
        ids=tensor(ids),
        segments=tensor(segments),
        positions=tensor(positions),
        cu_seqlens=tensor(offsets),
        masked=tensor(masked),
        labels=tensor(labels, np.int64),
        next_sentence=tensor(next_sentence, np.int64),
        offsets=tuple(offsets.tolist()),
        longest=longest,
    )
