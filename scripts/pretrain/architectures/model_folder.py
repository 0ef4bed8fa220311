"""Model folders in Hugging Face's form: weights by their names there, config, tokenizer."""

import json
import re
from pathlib import Path

import torch
from safetensors.torch import load_file, save
from torch import Tensor

from scripts.common.atomic import atomic_path, write_text
from scripts.common.cli import log
from scripts.common.errors import UserError
from scripts.common.model_files import CONFIG, VOCABULARY, WEIGHTS, refuse_pointer
from scripts.pretrain.architectures.bert import Bert, Shape
from scripts.pretrain.architectures.initialisation import initialise
from scripts.pretrain.architectures.model_config import finished_config, read_config

LAYER = {
    "attention_output": "attention.output.dense",
    "attention_norm": "attention.output.LayerNorm",
    "up": "intermediate.dense",
    "down": "output.dense",
    "down_norm": "output.LayerNorm",
}
NAMES = {
    "word_embeddings": "bert.embeddings.word_embeddings",
    "position_embeddings": "bert.embeddings.position_embeddings",
    "segment_embeddings": "bert.embeddings.token_type_embeddings",
    "norm": "bert.embeddings.LayerNorm",
    "pooler": "bert.pooler.dense",
    "head": "cls.predictions.transform.dense",
    "head_norm": "cls.predictions.transform.LayerNorm",
    "next_sentence": "cls.seq_relationship",
}
OPTIONAL = ("pooler.", "head.", "head_norm.", "head_bias", "next_sentence.")


def outer_names(name: str) -> list[str]:
    """The names there of a parameter here; three for queries, keys and values."""
    if name == "head_bias":
        return ["cls.predictions.bias"]
    module, kind = name.rsplit(".", 1)
    if not module.startswith("layers."):
        return [f"{NAMES[module]}.{kind}"]
    _, index, part = module.split(".")
    prefix = f"bert.encoder.layer.{index}"
    if part == "qkv":
        return [f"{prefix}.attention.self.{x}.{kind}" for x in ("query", "key", "value")]
    return [f"{prefix}.{LAYER[part]}.{kind}"]


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
    naming `source`, where anything else is missing or has another shape.
    """
    outer = {modern(name): value for name, value in outer.items()}
    fresh = []
    for name, parameter in model.named_parameters():
        keys = outer_names(name)
        keys = [k if k in outer else k.removeprefix("bert.") for k in keys]
        if not all(key in outer for key in keys):
            if not name.startswith(OPTIONAL):
                raise UserError(f"{source}: lacks {keys[0]}; it is no BERT of this config")
            fresh.append(name)
            continue
        value = torch.cat([outer[key] for key in keys])
        if value.shape != parameter.shape:
            raise UserError(
                f"{source}: {keys[0]} has shape {list(value.shape)}, but its config says "
                f"{list(parameter.shape)}"
            )
        if not torch.isfinite(value).all():
            raise UserError(
                f"{source}: {keys[0]} has values that are not finite; the file is damaged"
            )
        with torch.no_grad():
            parameter.copy_(value)
    if fresh:
        log.warning("%s: has no %s; drawn at random", source, ", ".join(fresh))


def modern(name: str) -> str:
    """A name as it is written today, for weights of older days."""
    name = re.sub(r"LayerNorm\.gamma$", "LayerNorm.weight", name)
    return re.sub(r"LayerNorm\.beta$", "LayerNorm.bias", name)


def read_weights(folder: Path) -> dict[str, Tensor]:
    """A model folder's weights, without running code that they may hold."""
    for name, read in (
        (WEIGHTS[0], load_file),
        (WEIGHTS[1], lambda path: torch.load(path, map_location="cpu", weights_only=True)),
    ):
        path = folder / name
        if path.is_file():
            refuse_pointer(path)
            try:
                return read(path)
            except Exception as error:  # a hostile file can make a reader stumble anywhere
                reason = first_line(error)
                raise UserError(f"{path}: truncated, corrupt or no weights ({reason})") from error
    raise UserError(f"{folder / WEIGHTS[0]}: no such file; give a model folder")


def first_line(error: Exception) -> str:
    """The first line of what an error says, or its kind where it says nothing."""
    return (str(error).splitlines() or [type(error).__name__])[0]


def load_model(folder: Path, dtype: torch.dtype = torch.float32, seed: int = 0) -> Bert:
    """The model of a folder; heads that it lacks are drawn from `seed`."""
    model = Bert(Shape.from_config(read_config(folder), str(folder / CONFIG)), dtype)
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
