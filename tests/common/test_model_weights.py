"""Weights read from a folder, and what is none; their forms are in tests/pretrain/test_model_folder.py."""

import pytest
import torch
from safetensors.torch import save_file

from scripts.common.errors import UserError
from scripts.common.model_weights import read_weights


def test_values_that_are_not_finite_are_refused_by_name(tmp_path):
    for value in (float("nan"), float("inf")):
        weights = {"a": torch.zeros(2), "b": torch.tensor([0.0, value]).half()}
        save_file(weights, tmp_path / "model.safetensors")
        with pytest.raises(
            UserError, match=r"model\.safetensors: b has values that are not finite"
        ):
            read_weights(tmp_path)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ([torch.zeros(2)], "no state dict"),
        ({"a": 3}, "no state dict"),
        ({"a": torch.zeros(2, 2).to_sparse()}, "no state dict"),
        ({"a": ValueError("x")}, "more than tensors"),
    ],
)
def test_a_file_of_something_else(tmp_path, content, said):
    torch.save(content, tmp_path / "pytorch_model.bin")
    with pytest.raises(UserError, match=f"pytorch_model.bin: .*{said}") as caught:
        read_weights(tmp_path)
    assert "\n" not in str(caught.value)


def test_no_weights(tmp_path):
    with pytest.raises(UserError, match=r"model\.safetensors: no such file"):
        read_weights(tmp_path)
