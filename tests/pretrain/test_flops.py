"""Operations by hand, of a model whose sizes are small and unlike each other."""

import pytest

from scripts.pretrain.architectures.bert import Bert
from scripts.pretrain.architectures.model_config import Shape

SHAPE = Shape(50, 6, 2, 2, 10, max_position_embeddings=8)


def test_operations_by_hand():
    dense = 2 * (4 * 36 + 2 * 60)  # weights of two layers' products
    attention = 2 * 2 * (2 * 6 * (9 + 16))  # scores and outputs of two layers, lengths 3 and 4
    head = 2 * 5 * (50 * 6 + 36)
    expected = 3 * (2 * dense * 7 + attention + head)
    assert SHAPE.training_flops(7, square_tokens=25, masked=5) == expected


def test_a_model_counts_by_its_own_weights():
    model = Bert(SHAPE)
    weights = sum(p.numel() for p in model.layers.parameters() if p.dim() == 2)
    assert SHAPE.training_flops(1, 0) == pytest.approx(6 * weights)
