"""Model folders in Hugging Face's form: weights by their names there, config, tokenizer."""

import json
import re
from pathlib import Path

import torch
from safetensors.torch import save
from torch import Tensor

from scripts.common.atomic import atomic_path, write_text
from scripts.common.cli import log
from scripts.common.errors import UserError
from scripts.common.model_files import CONFIG, VOCABULARY, WEIGHTS
from scripts.common.model_weights import read_weights, same
from scripts.pretrain.architectures.bert import Bert
from scripts.pretrain.architectures.initialisation import initialise
from scripts.pretrain.architectures.model_config import Shape, finished_config, read_config

# The module there of each here, of a layer's its place in the layer.
NAMES = {
    "word_embeddings": "bert.embeddings.word_embeddings",
    "position_embeddings": "bert.embeddings.position_embeddings",
    "segment_embeddings": "bert.embeddings.token_type_embeddings",
    "norm": "bert.embeddings.LayerNorm",
    "qkv": "attention.self.query attention.self.key attention.self.value",
    "attention_output": "attention.output.dense",
    "attention_norm": "attention.output.LayerNorm",
    "up": "intermediate.dense",
    "down": "output.dense",
    "down_norm": "output.LayerNorm",
    "pooler": "bert.pooler.dense",
    "head": "cls.predictions.transform.dense",
    "head_norm": "cls.predictions.transform.LayerNorm",
    "next_sentence": "cls.seq_relationship",
}
TIED = {
    "cls.predictions.decoder.weight": "bert.embeddings.word_embeddings.weight",
    "cls.predictions.decoder.bias": "cls.predictions.bias",
}
BUFFERS = ("embeddings.position_ids", "embeddings.token_type_ids")
OPTIONAL = ("pooler.", "head.", "head_norm.", "head_bias", "next_sentence.")


def outer_names(name: str) -> list[str]:
    """The names there of a parameter here; three for queries, keys and values."""
    if name == "head_bias":
        return ["cls.predictions.bias"]
    *layer, part, kind = name.split(".")
    prefix = f"bert.encoder.layer.{layer[-1]}." if layer else ""
    return [f"{prefix}{outer}.{kind}" for outer in NAMES[part].split()]


def export_state(state: dict[str, Tensor]) -> dict[str, Tensor]:
    """Weights under their names there; the tied decoder is left out, as transformers does."""
    result = {}
    for name, value in state.items():
        outer = outer_names(name)
        for key, part in zip(outer, value.chunk(len(outer)), strict=True):
            result[key] = part.contiguous()
    return result


def import_state(model: Bert, outer: dict[str, Tensor], source: Path) -> None:
    """Load weights by their names there into a model.

    A base model without heads is taken: they keep the weights that they have. Raises UserError,
    naming `source`, where anything else is missing, has another shape, or has no place in the model.
    """
    outer = without_tied({modern(name): value for name, value in outer.items()}, source)
    fresh = []
    for name, parameter in model.named_parameters():
        keys = outer_names(name)
        if not all(key in outer for key in keys):
            if not name.startswith(OPTIONAL):
                raise UserError(f"{source}: lacks {keys[0]}; it is no BERT of this config")
            fresh.append(name)
            continue
        for key, part in zip(keys, parameter.detach().chunk(len(keys)), strict=True):
            value = outer.pop(key)
            if value.shape != part.shape or not value.is_floating_point():
                raise UserError(
                    f"{source}: {key} is {value.dtype} of shape {list(value.shape)}, but its config "
                    f"says {list(part.shape)}"
                )
            part.copy_(value)
    if outer:
        raise UserError(
            f"{source}: {min(outer)} and {len(outer) - 1} more have no place in a BERT of its config; "
            "give a pretrained model with its own config, or leave them out"
        )
    if fresh:
        log.warning("%s: has no %s; drawn at random", source, ", ".join(fresh))


def without_tied(outer: dict[str, Tensor], source: Path) -> dict[str, Tensor]:
    """Weights without the decoder's, which are tied to others; raises UserError where they differ."""
    found = {name: value for name, value in outer.items() if not name.endswith(BUFFERS)}
    for name, tied in TIED.items():
        value = found.pop(name, None)
        if value is not None and not same(value, found.setdefault(tied, value)):
            raise UserError(
                f"{source}: {name} differs from {tied}; only a BERT that ties them is pretrained"
            )
    return found


def modern(name: str) -> str:
    """A name as it is written today, for weights of older days and for those of a base model."""
    name = re.sub(r"LayerNorm\.gamma$", "LayerNorm.weight", name)
    name = re.sub(r"LayerNorm\.beta$", "LayerNorm.bias", name)
    return f"bert.{name}" if name.startswith(("embeddings.", "encoder.", "pooler.")) else name


def load_model(folder: Path, dtype: torch.dtype = torch.float32, seed: int = 0) -> Bert:
    """The model of a folder; heads that it lacks are drawn from `seed`."""
    model = Bert(Shape.from_config(read_config(folder), str(folder)), dtype)
    initialise(model, seed)
    import_state(model, read_weights(folder), folder)
    return model


def save_model(folder: Path, state: dict[str, Tensor], config: dict, tokenizer: Path) -> None:
    """Write config, weights (fp32) and tokenizer, each file whole or not at all."""
    weights = {k: v.detach().float().cpu() for k, v in export_state(state).items()}
    for name in VOCABULARY:
        with atomic_path(folder / name) as path:
            path.write_bytes((tokenizer / name).read_bytes())
    text = json.dumps(finished_config(config), indent=2, sort_keys=True) + "\n"
    write_text(folder / CONFIG, text)
    with atomic_path(folder / WEIGHTS[0]) as path:
        path.write_bytes(save(weights, metadata={"format": "pt"}))
