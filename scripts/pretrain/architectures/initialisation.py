"""The weights that a new model starts from."""

import math

import torch
from torch import Tensor, nn

from scripts.pretrain.architectures.bert import Bert, Layer

BASE_HIDDEN = 768  # the width for which initializer_range is meant


def initialise(model: Bert, seed: int, kind: str = "bert") -> None:
    """Draw a model's weights, in place.

    bert: normal, truncated at two deviations of `initializer_range`; biases zero (Devlin et al. 2019).

    mimetic: attention begins as trained attention looks, strong between neighbours and between
    equal words (Trockman and Kolter, "Mimetic Initialization of Self-Attention Layers", 2023): each
    head's keys are its queries, positions are sinusoids (Vaswani et al. 2017) as long as words are, and
    attention's own matrices keep their input's variance. The others' deviation is `initializer_range`
    at BERT-base's width and grows as the width's root falls. Small models on small budgets leave the
    plateau of predicting words by their frequency much sooner.
    """
    deviation = model.shape.initializer_range
    if kind == "mimetic":
        deviation *= math.sqrt(BASE_HIDDEN / model.shape.hidden_size)
    generator = torch.Generator().manual_seed(seed)
    for name, weight in model.named_parameters():
        if weight.dim() == 2:
            nn.init.trunc_normal_(
                weight, std=deviation, a=-2 * deviation, b=2 * deviation, generator=generator
            )
        elif name.endswith("norm.weight"):
            nn.init.ones_(weight)
        else:
            nn.init.zeros_(weight)
    if kind == "mimetic":
        make_mimetic(model, deviation)


@torch.no_grad()
def make_mimetic(model: Bert, deviation: float) -> None:
    """Give the positions their sinusoids, attention unit variance, and each head's keys its queries."""
    places, hidden = model.position_embeddings.weight.shape
    model.position_embeddings.weight.copy_(sinusoids(places, hidden) * (deviation * math.sqrt(2)))
    for layer in model.layers:
        assert isinstance(layer, Layer)
        queries, keys, values = layer.qkv.weight.chunk(3)
        for weight in (queries, values, layer.attention_output.weight):
            weight.mul_(hidden**-0.5 / weight.std())
        keys.copy_(queries)


def sinusoids(places: int, hidden: int) -> Tensor:
    """Positions as sines and cosines of falling frequency [places, hidden]; Vaswani et al., 3.5."""
    pairs = torch.arange((hidden + 1) // 2, dtype=torch.float64)
    angles = torch.arange(places, dtype=torch.float64)[:, None] / 10000 ** (2 * pairs / hidden)
    return torch.stack((angles.sin(), angles.cos()), 2).reshape(places, -1)[:, :hidden].float()
