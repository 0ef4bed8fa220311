"""What a model is fed: some examples laid end to end."""

from dataclasses import dataclass, fields, replace

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
        return replace(
            self, **{name: value.to(device, non_blocking=True) for name, value in self.tensors()}
        )

    def pin(self) -> "MicroBatch":
        """A copy in pinned memory."""
        return replace(self, **{name: value.pin_memory() for name, value in self.tensors()})

    def tensors(self) -> list[tuple[str, Tensor]]:
        """The fields that are tensors."""
        pairs = [(field.name, getattr(self, field.name)) for field in fields(self)]
        return [(name, value) for name, value in pairs if isinstance(value, Tensor)]
