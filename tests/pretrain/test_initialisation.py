"""The weights that a new model starts from."""

import math
from copy import deepcopy
from dataclasses import replace

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from scripts.pretrain.architectures.bert import Bert, Dropout
from scripts.pretrain.architectures.initialisation import initialise, lengthen, sinusoids
from scripts.pretrain.architectures.model_config import Shape
from tests.pretrain.test_bert import random_batch

SHAPE = Shape(1024, 128, 2, 2, 512, max_position_embeddings=64)


def drawn(kind: str, seed: int = 1) -> Bert:
    model = Bert(SHAPE)
    initialise(model, seed, kind)
    return model


@pytest.mark.parametrize("kind", ["bert", "mimetic", "mimetic_full"])
def test_weights_are_a_function_of_the_seed(kind):
    one, same, other = (dict(drawn(kind, seed).named_parameters()) for seed in (1, 1, 2))
    assert all(torch.equal(weight, same[name]) for name, weight in one.items())
    assert not torch.equal(one["word_embeddings.weight"], other["word_embeddings.weight"])


def test_bert_draws_all_matrices_with_the_same_deviation():
    for name, weight in drawn("bert").named_parameters():
        if weight.dim() == 2 and weight.numel() > 1000:
            assert weight.std().item() == pytest.approx(0.02 * 0.88, rel=0.1), name
            assert weight.abs().max() <= 0.04


def scores(model: Bert, words: torch.Tensor, layer: int = 0) -> torch.Tensor:
    """What each head of a layer gives for each query and key [heads, T, T], of the model's input."""
    heads, width = model.shape.num_attention_heads, model.shape.hidden_size
    x = model.word_embeddings.weight[words] + model.position_embeddings.weight[: len(words)]
    x = model.norm(x, model.kernels)
    parts = (x @ model.layers[layer].qkv.weight.T).view(len(words), 3, heads, -1)
    queries, keys, _ = parts.unbind(1)
    return torch.einsum("thd,shd->hts", queries, keys) / (width / heads) ** 0.5


def random_words(count: int) -> torch.Tensor:
    return torch.randperm(1000, generator=torch.Generator().manual_seed(3))[:count]


def test_mimetic_attention_finds_neighbours_and_equal_words():
    """Before any training a token attends to itself, to the tokens beside it and to the same word
    elsewhere more than to other words elsewhere, by all heads but the first."""
    words = random_words(64)
    words[40] = words[10]
    found = scores(drawn("mimetic"), words)[1, 10]
    for place in (10, 9, 11, 40):
        assert found[place] > found[25:38].max(), place


@pytest.mark.parametrize(
    ("width", "heads", "sharp"),
    [
        (128, 2, True),
        (128, 4, True),
        (36, 3, False),  # four angles: places further on are as near
        pytest.param(768, 12, True, marks=pytest.mark.slow),
    ],
)
def test_a_head_of_each_layer_looks_at_the_token_before_or_behind(width, heads, sharp):
    model = Bert(Shape(1024, width, 3, heads, 64, max_position_embeddings=64))
    initialise(model, 1, "mimetic")
    for layer, offset in enumerate((-1, 1, -1)):
        found = scores(model, random_words(64), layer)[0]
        beside, mirrored = (found.diagonal(sign * offset).mean() for sign in (1, -1))
        assert beside > 4
        assert beside > mirrored + 1
        far = torch.cat([found.diagonal(distance) for distance in (-20, -9, 9, 20)])
        assert far.mean() < 1.5
        if sharp:
            nearest = found[1:-1].argmax(1) - torch.arange(1, 63)
            assert (nearest == offset).float().mean() > 0.9


@pytest.mark.parametrize(("width", "heads"), [(4, 4), (4, 2), (6, 2), (8, 2)])
def test_heads_may_be_narrow(width, heads):
    model = Bert(Shape(50, width, 2, heads, 8, max_position_embeddings=8))
    initialise(model, 1, "mimetic")
    assert all(torch.isfinite(weight).all() for weight in model.parameters())
    assert model.layers[0].qkv.weight[: width // heads].any()


@pytest.mark.parametrize("kind", ["mimetic", "mimetic_full"])
def test_mimetic_attention_keeps_variance_and_its_other_keys_are_its_queries(kind):
    for layer in drawn(kind).layers:
        queries, keys, values = layer.qkv.weight.chunk(3)
        assert torch.equal(queries[64:], keys[64:])
        for weight in (queries[64:], values):
            assert weight.std().item() == pytest.approx(128**-0.5, rel=0.02)


def test_values_and_projection_come_to_a_share_of_the_negative_identity():
    for layer in drawn("mimetic_full").layers:
        product = layer.attention_output.weight @ layer.qkv.weight.chunk(3)[2]
        noise = product + 0.4 * torch.eye(128)
        assert product.trace().item() / 128 == pytest.approx(-0.4, rel=0.05)
        assert noise.std().item() == pytest.approx(0.4 * 128**-0.5, rel=0.1)


@pytest.mark.parametrize(
    ("layers", "hidden"),
    [
        (2, 128),
        (8, 128),
        pytest.param(12, 768, marks=pytest.mark.slow),
        pytest.param(24, 1024, marks=pytest.mark.slow),
    ],
)
def test_layers_keep_tokens_apart(layers, hidden):
    """The mean cosine of two tokens after the last layer, before any training: below 0.4."""
    model = Bert(Shape(1024, hidden, layers, hidden // 64, 4 * hidden, max_position_embeddings=64))
    initialise(model, 1, "mimetic_full")
    with torch.no_grad():
        x = F.normalize(model.encode(random_batch([64]), Dropout()), dim=1)
    assert ((x @ x.T).sum().item() - 64) / (64 * 63) < 0.4


def test_positions_are_sinusoids_of_falling_frequency_where_words_are_zero():
    table = sinusoids(50, 128)
    assert table.shape == (50, 128)
    assert not table[:, 32:].any()
    for place, angle in ((0, 1.5), (15, math.pi / 50)):
        for number in (0, 1, 49):
            pair = [math.sin(number * angle), math.cos(number * angle)]
            assert table[number, 2 * place : 2 * place + 2].tolist() == pytest.approx(
                pair, abs=1e-5
            )
    model = drawn("mimetic")
    assert not model.word_embeddings.weight[:, :32].any()
    assert model.word_embeddings.weight[:, 32:].all(0).any()
    lengths = model.position_embeddings.weight.norm(dim=1)
    assert lengths.tolist() == pytest.approx([0.02 * 6**0.5 * 32**0.5] * 64, rel=1e-3)


PLACES = 192


def trained(change: torch.Tensor, seen: int = 128, decay: float = 0.98) -> Bert:
    """A model whose positions decayed, and the first of which changed by a matrix."""
    model = Bert(replace(SHAPE, max_position_embeddings=PLACES))
    initialise(model, 1, "mimetic")
    table = model.position_embeddings.weight.data
    waves = F.pad(sinusoids(PLACES, 128)[:, :32], (0, 1), value=1)
    table.mul_(decay)
    table[:seen] += waves[:seen] @ change
    table[:4] += 1  # the places at either end are like no others
    table[seen - 4 : seen] += 1
    return model


CHANGE = 0.05 * torch.randn(33, 128, generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize(
    ("length", "fastest", "share"), [(129, 16, 0.2), (PLACES - 4, 16, 0.2), (PLACES - 4, 33, 0.7)]
)
def test_places_that_are_new_to_a_phase_begin_as_the_others_have_become(length, fastest, share):
    """What the slow waves carried cannot be told from less than half a circle of them."""
    change = torch.where(torch.arange(33)[:, None] < fastest, CHANGE, 0)
    model, whole = trained(change), trained(change, seen=PLACES).position_embeddings.weight
    before = model.position_embeddings.weight.detach().clone()
    lengthen(model, length)
    table = model.position_embeddings.weight
    new, missing = table[128:length] - whole[128:length], before[128:length] - whole[128:length]
    assert new.norm() < share * missing.norm()
    assert torch.equal(table[:128], before[:128])
    assert torch.equal(table[length:], before[length:])


def test_places_stay_as_they_are_where_none_is_new_or_nothing_is_known():
    none = torch.zeros(33, 128)
    for model, length in (
        (drawn("mimetic"), 64), (drawn("bert"), 64), (trained(CHANGE), 128), (trained(CHANGE), 20),
        (trained(CHANGE, seen=PLACES), PLACES), (trained(none, seen=1), PLACES),
        (trained(CHANGE, seen=20), PLACES),
    ):  # fmt: skip
        before = deepcopy(model.state_dict())
        lengthen(model, length)
        for name, weight in model.state_dict().items():
            assert torch.equal(weight, before[name]), name


def test_attention_over_more_tokens_is_no_flatter():
    """Queries alone grow, by the ratio of the lengths' logarithms: 128 places were trained."""
    model = trained(CHANGE)
    nn.init.normal_(model.layers[1].qkv.bias)
    before = deepcopy(model.state_dict())
    lengthen(model, PLACES)
    grown = math.log(PLACES) / math.log(128)
    for name, weight in model.state_dict().items():
        if ".qkv." in name:
            assert torch.allclose(weight[:128], before[name][:128] * grown), name
            assert torch.equal(weight[128:], before[name][128:]), name
        elif name != "position_embeddings.weight":
            assert torch.equal(weight, before[name]), name
