"""The weights of models, in any form that transformers reads, whoever asks for them."""

from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file
from torch import Tensor

from scripts.common.errors import UserError, blaming
from scripts.common.model_files import INDEX, refuse_pointer, weight_files


def read_weights(folder: Path) -> dict[str, Tensor]:
    """A model folder's weights by their names there.

    Raises UserError, naming the file, for what is missing, damaged, or no weights.
    """
    found: dict[str, Tensor] = {}
    for path in map(Path, weight_files(folder)):
        if not path.name.endswith(INDEX):
            found |= checked(read_tensors(path), path)
    return found


def read_tensors(path: Path) -> Any:
    """What a file of weights holds, without running code that may lie in it."""
    if not path.is_file():
        raise UserError(f"{path}: no such file")
    refuse_pointer(path)
    verdict = (
        "truncated, corrupt, or more than tensors and plain values ({reason}); "
        "what could run code is not read: save its state dict alone"
    )
    with blaming(path, verdict):  # a hostile file can make a reader stumble anywhere
        if path.suffix == ".safetensors":
            return load_file(path)
        return torch.load(path, map_location="cpu", weights_only=True)


def checked(content: Any, path: Path) -> dict[str, Tensor]:
    """A state dict whose values are finite; raises UserError, naming the first that is not."""
    if not isinstance(content, dict) or not all(
        isinstance(name, str) and isinstance(value, Tensor) and value.layout == torch.strided
        for name, value in content.items()
    ):
        raise UserError(f"{path}: no state dict of tensors")
    for name, value in content.items():
        if value.is_floating_point() and not torch.isfinite(value.float()).all():
            raise UserError(f"{path}: {name} has values that are not finite; the file is damaged")
    return content


def same(one: Tensor, other: Tensor) -> bool:
    return one.shape == other.shape and bool((one == other).all())
