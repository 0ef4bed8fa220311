"""What a model is fed: some examples laid end to end."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import torch
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

    def pin(self) -> "MicroBatch":
        """A copy in pinned memory."""
        return self.mapped(Tensor.pin_memory)

    def mapped(self, change: Callable[[Tensor], Tensor]) -> "MicroBatch":
        """A copy with each of its tensors changed."""
        tensors = {name: v for name, v in vars(self).items() if isinstance(v, Tensor)}
        changed: dict[str, Any] = {name: change(value) for name, value in tensors.items()}
        return replace(self, **changed)
