"""Turn a checkpoint of AzureML-BERT or of NVIDIA's BERT (`.pt`) into a model folder.

    python -m scripts.pretrain.import_checkpoint ckpt_7038.pt --tokenizer results/vocab -o model

The file is read without running code that it may hold: tensors only. Sizes are read off the weights;
give `--model` where the heads are not 64 wide. Set `pretrain.init` or `glue.model` to the folder.
"""

import re
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from scripts.common.cli import Parser, log, run
from scripts.common.errors import UserError
from scripts.pretrain.architectures import model_folder
from scripts.pretrain.architectures.bert import Bert, Shape
from scripts.pretrain.architectures.initialisation import initialise
from scripts.pretrain.architectures.model_config import read_model, tokenizer_size
from scripts.pretrain.loop.model_card import save_untrained

# Where such files keep the weights among optimizer states and counters.
CONTAINERS = ("model_state_dict", "model", "module", "state_dict", "network")
# A parameter's name from here on is the same everywhere but for what `plain_name` mends.
ENCODER = re.compile(r"(?:^|\.)((?:embeddings|encoder\.layer|pooler)\..*)$")
HEADS = re.compile(r"(?:^|\.)((?:predictions|seq_relationship)\..*)$")
HEAD_WIDTH = 64


def main() -> None:
    parser = Parser(__doc__)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("--tokenizer", required=True, type=Path, help="tokenizer folder")
    parser.add_argument("--model", help="Hugging Face config; default: read off the weights")
    parser.add_argument("-o", "--output", required=True, type=Path, help="folder of the model")
    arguments = parser.parse_args()
    config = read_model(arguments.model) if arguments.model else None
    import_checkpoint(arguments.checkpoint, arguments.tokenizer, config, arguments.output)


def import_checkpoint(path: Path, tokenizer: Path, config: dict | None, output: Path) -> None:
    """Write a model folder with a checkpoint's weights and a tokenizer."""
    weights = {}
    for name, value in find_weights(read(path), path).items():
        if plain := plain_name(name):
            weights[plain] = value
    config = (config or {}) | sizes(weights, path) | ({} if config else {"hidden_act": "gelu"})
    config.setdefault("num_attention_heads", config["hidden_size"] // HEAD_WIDTH)
    known = tokenizer_size(tokenizer)
    if known > config["vocab_size"]:
        raise UserError(
            f"{tokenizer}: {known} tokens, but {path} has {config['vocab_size']}; "
            "give the tokenizer that it was trained with"
        )
    bert = Bert(Shape.from_config(config, str(path)))
    initialise(bert, 0)
    model_folder.import_state(bert, weights, path)
    save_untrained(output, {"imported from": path.name}, bert, config, tokenizer)
    log.info("wrote %s", output)


def read(path: Path) -> Any:
    """Read a `.pt` file's tensors and plain values; raises UserError where it holds anything else."""
    if not path.is_file():
        raise UserError(f"{path}: no such file")
    try:
        return torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # a hostile file can make the reader stumble anywhere
        reason = model_folder.first_line(error)
        raise UserError(
            f"{path}: truncated, or no checkpoint of tensors and plain values alone ({reason}); "
            "anything else could run code and is not read: save its state dict alone"
        ) from error


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
    name = model_folder.modern(name.replace(".dense_act.", ".dense."))
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
    except (KeyError, ValueError) as error:
        raise UserError(f"{path}: lacks {error}; it is no BERT") from error


if __name__ == "__main__":
    run(main)
