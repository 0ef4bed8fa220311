"""What the training loop asks of a model, whichever library computes it."""

from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from scripts.glue.finetuning.padded_batches import Examples


class Model(nn.Module, ABC):
    """A pretrained encoder with a new head for one task, and its tokenizer.

    `tokenizer` is transformers' or called as it is. Examples are told by their indices [n], the longest first.
    """

    tokenizer: Any

    @abstractmethod
    def loss(self, examples: Examples, indices: np.ndarray, seed: int) -> Tensor:
        """The mean loss of these examples; dropout follows from `seed`, or from torch's own state."""

    @abstractmethod
    def logits(self, examples: Examples, indices: np.ndarray) -> Tensor:
        """Logits [n, labels] (or [n, padded length, labels] of a model of tokens)."""

    @property
    @abstractmethod
    def last_layer(self) -> nn.Linear:
        """The layer of the head that gives the logits."""

    @abstractmethod
    def save(self, folder: Path) -> None:
        """Write what transformers loads the model and its tokenizer from."""

    @torch.no_grad()
    def rescale(self, center: float, spread: float) -> None:
        """Have the model itself give spread x logit + center."""
        self.last_layer.weight.mul_(spread)
        self.last_layer.bias.mul_(spread).add_(center)
