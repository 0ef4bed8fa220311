"""Weights of a BERT in others' `.pt` files: reading them, and their names in Hugging Face's form."""

import re
from pathlib import Path
from typing import Any

from torch import Tensor

from scripts.common.errors import UserError
from scripts.common.model_weights import checked, read_tensors, same
from scripts.pretrain.architectures.model_folder import modern

# Where such files keep the weights among optimizer states and counters.
CONTAINERS = ("model_state_dict", "model", "module", "state_dict", "network")
# A parameter's name from here on is the same everywhere but for what `plain_name` mends.
ENCODER = re.compile(r"(?:^|\.)((?:embeddings|encoder\.layer|pooler)\..*)$")
HEADS = re.compile(r"(?:^|\.)((?:predictions|seq_relationship)\..*)$")


def read_checkpoint(path: Path) -> dict[str, Tensor]:
    """A checkpoint's weights of a BERT, by Hugging Face's names.

    Raises UserError, naming the tensor, for one that is no weight of BERT, or that the file holds twice
    with different values.
    """
    found: dict[str, Tensor] = {}
    for name, value in checked(find_weights(read_tensors(path), path), path).items():
        plain = plain_name(name)
        if plain is None or not same(value, found.setdefault(plain, value)):
            what = "is no weight of BERT" if plain is None else f"is another {plain} than before"
            raise UserError(f"{path}: {name} {what}; save the state dict of the model alone")
    return found


def find_weights(content: Any, path: Path) -> dict[str, Tensor]:
    """The state dict among what a checkpoint holds."""
    if isinstance(content, dict):
        if any(str(name).endswith("word_embeddings.weight") for name in content):
            return {name: v for name, v in content.items() if isinstance(v, Tensor)}
        for name in CONTAINERS:
            if isinstance(content.get(name), dict):
                return find_weights(content[name], path)
    raise UserError(f"{path}: no weights of a BERT found in it")


def plain_name(name: str) -> str | None:
    """A parameter's name in Hugging Face's form, or None for what is no parameter of BERT."""
    name = modern(name.replace(".dense_act.", ".dense."))
    if match := HEADS.search(name):
        return f"cls.{match[1]}"
    if match := ENCODER.search(name):
        return f"bert.{match[1]}"
    return None


def sizes(weights: dict[str, Tensor], path: Path) -> dict[str, int]:
    """What the weights' shapes say of the config."""
    layers = {int(m[1]) for name in weights if (m := re.search(r"encoder\.layer\.(\d+)\.", name))}
    try:
        words = weights["bert.embeddings.word_embeddings.weight"]
        return {
            "vocab_size": words.shape[0],
            "hidden_size": words.shape[1],
            "num_hidden_layers": max(layers) + 1,
            "intermediate_size": weights["bert.encoder.layer.0.intermediate.dense.weight"].shape[0],
            "max_position_embeddings": len(weights["bert.embeddings.position_embeddings.weight"]),
            "type_vocab_size": len(weights["bert.embeddings.token_type_embeddings.weight"]),
        }
    except (LookupError, TypeError, ValueError) as error:
        raise UserError(f"{path}: lacks {error}; it is no BERT") from error
