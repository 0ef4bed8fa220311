"""The kernels of a training step in plain torch, on any device: what the others must compute.

A device's own kernels are a subclass that overrides what it does faster. What is added here is right
on all devices from the start.
"""

from itertools import pairwise
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from scripts.pretrain.architectures.micro_batch import MicroBatch


class Attention(NamedTuple):
    """What attention needs beside its rows."""

    batch: MicroBatch
    heads: int
    rate: float  # of its weights' dropout
    generator: np.random.Generator  # the host's
    wanted: Tensor | None = None  # the tokens [n] that ask; None: all


class Kernels:
    """What a model asks of its device; rows are tokens laid end to end."""

    def add_segments(self, x: Tensor, segments: Tensor, table: Tensor) -> Tensor:
        """Rows [T, hidden] plus the table's rows that `segments` int32 [T] name."""
        return x + F.embedding(segments, table)

    def linear(self, x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        """x @ weight.T + bias for rows [T, K] and weights [N, K], all of one precision."""
        return F.linear(x, weight, bias)

    def layer_norm(self, x: Tensor, weight: Tensor, bias: Tensor, eps: float) -> Tensor:
        """Rows [T, hidden] normalised in the weights' precision, and returned in their own."""
        return F.layer_norm(x.to(weight.dtype), weight.shape, weight, bias, eps).to(x.dtype)

    def dropout(self, x: Tensor, rate: float, generator: np.random.Generator) -> Tensor:
        """Inverted dropout with a rate in [0, 1); the generator is the host's."""
        if not rate:
            return x
        keep = torch.from_numpy(generator.random(x.shape, np.float32)).to(x.device) >= rate
        return x * keep / (1 - rate)

    def attention(self, x: Tensor, weight: Tensor, bias: Tensor, how: Attention) -> Tensor:
        """Attention within each sequence, [T, heads x width], or [n, heads x width] of those that ask.

        Queries, keys and values are those of a linear layer on rows x [T, hidden].
        """
        qkv = self.linear(x, weight, bias)
        out = []
        for start, stop in pairwise(how.batch.offsets):
            rows = qkv[start:stop].view(stop - start, 3, how.heads, -1)
            q, k, v = rows.permute(1, 2, 0, 3)
            scores = q @ k.transpose(1, 2) * q.shape[-1] ** -0.5
            weights = torch.softmax(upcast(scores), -1).to(v.dtype)
            weights = self.dropout(weights, how.rate, how.generator)
            out.append((weights @ v).transpose(0, 1).reshape(stop - start, -1))
        return wanted_rows(torch.cat(out), how.wanted)

    def masked_loss(
        self, hidden: Tensor, weight: Tensor, bias: Tensor, labels: Tensor
    ) -> tuple[Tensor, Tensor]:
        """The loss of a tied decoder for rows [M, hidden], see `loss`."""
        return self.loss(F.linear(hidden, weight, bias), labels)

    def loss(self, logits: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        """Summed cross-entropy of logits [n, classes], in fp32 or more, and correct first guesses.

        A label of -1 counts for nothing.
        """
        logits = upcast(logits)
        loss = F.cross_entropy(logits, labels, ignore_index=-1, reduction="sum")
        return loss, (logits.argmax(1) == labels).sum()


REFERENCE = Kernels()


def upcast(x: Tensor) -> Tensor:
    """`x` in fp32 where its precision is lower."""
    return x.float() if x.dtype in (torch.float16, torch.bfloat16) else x


def wanted_rows(x: Tensor, wanted: Tensor | None) -> Tensor:
    """The rows of x that are wanted, or all."""
    return x if wanted is None else x.index_select(0, wanted)
