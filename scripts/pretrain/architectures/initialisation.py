"""The weights that a new model starts from."""

import math

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from scripts.pretrain.architectures.bert import Bert, Layer

BASE_HIDDEN = 768  # the width for which initializer_range is meant
FASTEST = 1.5  # of positions' sinusoids: an angle a place
EDGE = 12  # positions at either end of a sequence that are like no others
SHARP = 6.0  # the score of the token that a head looks at, about; that of a far one is 0
TAKEN = 0.4  # of what attention brings a token, the share that is taken off again: the paper's beta


def initialise(model: Bert, seed: int, kind: str = "bert") -> None:
    """Draw a model's weights, in place.

    bert: normal, truncated at two deviations of `initializer_range`; biases zero (Devlin et al. 2019).

    mimetic: attention begins as trained attention looks. Each head's keys are its queries, so that it is
    strong between equal words and neighbours, and attention's own matrices keep their input's variance
    (Trockman and Kolter, "Mimetic Initialization of Self-Attention Layers", 2023); but each layer's first
    head looks at the token before, in every other layer at the one behind, as some of BERT's come
    to (Clark et al. 2019, "What Does BERT Look At?", section 3.1). For that, positions are sinusoids
    (Vaswani et al. 2017) in the first quarter of the dimensions, where words begin as zero. The other
    matrices' deviation is `initializer_range` at BERT-base's width and grows as the width's root falls.
    Small models on small budgets leave the plateau of predicting words by their frequency much sooner.

    mimetic_full: and the output projection is -0.4 times the values' transpose. The two then come to a
    share of the negative identity and noise, as in the paper, without the factors of an SVD, whose last
    digits differ between machines. Without it a deep model's tokens begin alike.
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

    Else a model learns the frequencies first, by a part that all hidden states come to share, beside
    which what attention brings is small.
    """
    model.head_bias.copy_(torch.from_numpy(np.log((counts + 0.5) / (counts + 0.5).sum())))


@torch.no_grad()
def make_mimetic(model: Bert, deviation: float, full: bool) -> None:
    """Give positions and words dimensions of their own, and attention what ties tokens to each other."""
    places, hidden = model.position_embeddings.weight.shape
    waves = sinusoids(places, hidden) * (deviation * math.sqrt(2))
    model.position_embeddings.weight.copy_(waves)
    known = angles(places, hidden)
    model.word_embeddings.weight[:, : 2 * len(known)] = 0
    head = hidden // model.shape.num_attention_heads
    for number, layer in enumerate(model.layers):
        assert isinstance(layer, Layer)
        queries, keys, values = layer.qkv.weight.chunk(3)
        output = layer.attention_output.weight
        for weight in (queries, values, output):
            weight.mul_(hidden**-0.5 / weight.std())
        keys.copy_(queries)
        queries[:head], keys[:head] = look(2 * (number % 2) - 1, head, hidden, known)
        if full:
            output.copy_(-TAKEN * values.T)


def look(offset: int, head: int, hidden: int, known: Tensor) -> tuple[Tensor, Tensor]:
    """Queries and keys [head, hidden] by which a token attends to the one that lies `offset` after it.

    A key is a position turned back by the offset: its product with a query is the sum of the cosines of
    angle x (distance - offset), of as many of the `known` angles as the head has room for.
    """
    count = min(len(known), max(1, head // 2))
    taken = torch.arange(count) * (len(known) // count)
    turn = known[taken] * offset
    sine, cosine, row = 2 * taken, 2 * taken + 1, 2 * torch.arange(count)
    queries, keys = torch.zeros(2, max(2, head), hidden, dtype=torch.float64)
    queries[row, sine] = queries[row + 1, cosine] = 1
    keys[row, sine] = keys[row + 1, cosine] = turn.cos()
    keys[row + 1, sine] = turn.sin()
    keys[row, cosine] = -turn.sin()
    gain = math.sqrt(SHARP * math.sqrt(head) / (2 * count))  # a normalised wave's square is 2
    return (gain * queries[:head]).float(), (gain * keys[:head]).float()


def angles(places: int, hidden: int) -> Tensor:
    """The angles a place of positions' sinusoids: as many as an eighth of the dimensions.

    By the slowest one all places lie within half a circle, so that far ones do not look like near ones.
    """
    slowest = min(FASTEST, math.pi / places)
    return torch.from_numpy(np.geomspace(FASTEST, slowest, max(1, hidden // 8)))


def sinusoids(places: int, hidden: int) -> Tensor:
    """Positions as the sine and cosine of each angle in turn, and zeros behind: [places, hidden]."""
    turned = torch.arange(places, dtype=torch.float64)[:, None] * angles(places, hidden)
    waves = torch.stack((turned.sin(), turned.cos()), 2).reshape(places, -1).float()
    return F.pad(waves, (0, hidden - waves.shape[1]))


@torch.no_grad()
def lengthen(model: Bert, length: int) -> None:
    """Prepare a model for longer sequences than its training had, in place, if it began as mimetic.

    Positions that training never saw are sinusoids still, as `make_mimetic` left them, but for decay. The
    others' change, taken for a linear function of the sinusoids by ridge regression, is done to them too.
    Queries grow by log(length) / log(trained), so that attention is no flatter over more tokens (Chiang
    and Cholak 2022, "Overcoming a Theoretical Limitation of Self-Attention").
    """
    table = model.position_embeddings.weight
    waves = sinusoids(*table.shape)
    changed = F.cosine_similarity(table, waves, dim=1) < 1 - 1e-5
    seen = int(changed.nonzero().max()) + 1 if changed.any() else 0
    if not 3 * EDGE < seen < length:
        return
    drawn = (waves * (table[seen:].norm() / waves[seen:].norm())).double()
    known = F.pad(waves, (0, 1), value=1).double()
    within = slice(EDGE, seen - EDGE)
    rows = known[within]
    ridge = rows.T @ rows + torch.eye(rows.shape[1], dtype=torch.float64)
    fit = torch.linalg.solve(ridge, rows.T @ (table - drawn)[within])
    table[seen:length] = (drawn + known @ fit)[seen:length].float()
    for name, values in model.named_parameters():
        if ".qkv." in name:
            values[: model.shape.hidden_size] *= math.log(length) / math.log(seen)
