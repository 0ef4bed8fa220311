"""The weights that a new model starts from."""

import math

import numpy as np
import torch
from torch import Tensor, nn

from scripts.pretrain.architectures.bert import Bert, Layer

BASE_HIDDEN = 768  # the width for which initializer_range is meant
TAKEN = 0.4  # of what attention brings a token, the share that is taken off again: the paper's beta


def initialise(model: Bert, seed: int, kind: str = "bert") -> None:
    """Draw a model's weights, in place.

    bert: normal, truncated at two deviations of `initializer_range`; biases zero (Devlin et al. 2019).

    mimetic: attention begins as trained attention looks, strong between neighbours and between
    equal words (Trockman and Kolter, "Mimetic Initialization of Self-Attention Layers", 2023): each
    head's keys are its queries, positions are sinusoids (Vaswani et al. 2017) as long as words are, and
    attention's own matrices keep their input's variance. The others' deviation is `initializer_range`
    at BERT-base's width and grows as the width's root falls. Small models on small budgets leave the
    plateau of predicting words by their frequency much sooner.

    mimetic_full: and the output projection is -0.4 times the values' transpose. The two then come to a
    share of the negative identity and noise, as in the paper, without the factors of an SVD, whose last
    digits differ between machines. Without it tokens are all but equal after some layers.
    """
    deviation = model.shape.initializer_range
    if kind != "bert":
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
    if kind != "bert":
        make_mimetic(model, deviation, kind == "mimetic_full")


@torch.no_grad()
def predict_by_frequency(model: Bert, counts: np.ndarray) -> None:
    """Let the masked-LM head's bias be the log of each token's frequency; `counts`: [vocabulary].

    The head then predicts a word by its frequency from the first step on. Else a model learns that
    first, by a part that all hidden states come to share, beside which what attention brings is
    small; how small, and so when the loss leaves that plateau, is luck.
    """
    model.head_bias.copy_(torch.from_numpy(np.log((counts + 0.5) / (counts + 0.5).sum())))


@torch.no_grad()
def make_mimetic(model: Bert, deviation: float, full: bool) -> None:
    """Give positions their sinusoids, and attention's matrices what ties them to each other."""
    places, hidden = model.position_embeddings.weight.shape
    model.position_embeddings.weight.copy_(sinusoids(places, hidden) * (deviation * math.sqrt(2)))
    for layer in model.layers:
        assert isinstance(layer, Layer)
        queries, keys, values = layer.qkv.weight.chunk(3)
        output = layer.attention_output.weight
        for weight in (queries, values, output):
            weight.mul_(hidden**-0.5 / weight.std())
        keys.copy_(queries)
        if full:
            output.copy_(-TAKEN * values.T)


def sinusoids(places: int, hidden: int) -> Tensor:
    """Positions as sines and cosines of falling frequency [places, hidden]; Vaswani et al., 3.5."""
    pairs = torch.arange((hidden + 1) // 2, dtype=torch.float64)
    angles = torch.arange(places, dtype=torch.float64)[:, None] / 10000 ** (2 * pairs / hidden)
    return torch.stack((angles.sin(), angles.cos()), 2).reshape(places, -1)[:, :hidden].float()
