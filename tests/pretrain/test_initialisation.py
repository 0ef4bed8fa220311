"""The weights that a new model starts from."""

import pytest
import torch
from torch.nn import functional as F

from scripts.pretrain.architectures.bert import Bert, Dropout
from scripts.pretrain.architectures.initialisation import initialise, sinusoids
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


def test_mimetic_attention_finds_neighbours_and_equal_words():
    """From its first layer's input, before any training: a token attends to itself, to the tokens
    beside it and to the same word elsewhere more than to other words elsewhere."""
    model = drawn("mimetic")
    words = torch.randperm(1000, generator=torch.Generator().manual_seed(3))[:64]
    words[40] = words[10]
    x = model.word_embeddings.weight[words] + model.position_embeddings.weight
    x = model.norm(x, model.kernels)
    queries, keys, _ = (x @ model.layers[0].qkv.weight.T).view(64, 3, 2, 64).unbind(1)
    scores = torch.einsum("thd,shd->hts", queries, keys) / 8
    far = scores[:, 10, 25:38]
    for place in (10, 9, 11, 40):
        assert (scores[:, 10, place] > far.max(1).values).all(), place


@pytest.mark.parametrize("kind", ["mimetic", "mimetic_full"])
def test_mimetic_attention_keeps_variance_and_its_keys_are_its_queries(kind):
    for layer in drawn(kind).layers:
        queries, keys, values = layer.qkv.weight.chunk(3)
        assert torch.equal(queries, keys)
        for weight in (queries, values):
            assert weight.std().item() == pytest.approx(128**-0.5)


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


def test_sinusoids_are_those_of_the_paper():
    table = sinusoids(50, 8)
    assert table.shape == (50, 8)
    assert table[3, 2].item() == pytest.approx(torch.sin(torch.tensor(3 / 10000 ** (2 / 8))).item())
    assert table[3, 3].item() == pytest.approx(torch.cos(torch.tensor(3 / 10000 ** (2 / 8))).item())
