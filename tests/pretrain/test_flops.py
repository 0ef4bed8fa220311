"""Operations by hand, of a model whose sizes are small and unlike each other."""

import pytest

from scripts.pretrain.architectures.bert import Bert
from scripts.pretrain.architectures.model_config import Shape

SHAPE = Shape(50, 6, 2, 2, 10, max_position_embeddings=8)


def test_operations_by_hand():
    into = 2 * 2 * 36 * 7  # keys and values of two layers
    # In the last layer 4 masked tokens and 2 first ones alone ask and go on, of 7 tokens.
    after = (2 * 36 + 2 * 60) * (7 + 4 + 2)
    attention = (1 + 6 / 7) * 2 * (2 * 6 * (9 + 16))  # scores and outputs, lengths 3 and 4
    head = 2 * 4 * (50 * 6 + 36)
    expected = 3 * (2 * (into + after) + attention + head)
    found = SHAPE.training_flops(7, square_tokens=25, masked=4, sequences=2)
    assert found == pytest.approx(expected)


def test_a_model_counts_by_its_own_weights():
    model = Bert(SHAPE)
    weights = sum(p.numel() for p in model.layers.parameters() if p.dim() == 2)
    assert SHAPE.training_flops(1, 0, sequences=1) == pytest.approx(6 * weights)
