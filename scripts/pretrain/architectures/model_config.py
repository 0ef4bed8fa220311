"""What a model is made by: its config, in Hugging Face's form, and how its first weights are drawn."""

from dataclasses import dataclass
from pathlib import Path

from scripts.common.errors import UserError
from scripts.common.json_text import parse_json, read_json
from scripts.common.model_files import CONFIG
from scripts.common.settings import setting

INITIAL_WEIGHTS = ("bert", "mimetic")


@dataclass(frozen=True)
class NewModel:
    """How a new model's weights are drawn, see initialisation.py, and from which seed."""

    initial_weights: str = setting("mimetic", "of a new model", enum=INITIAL_WEIGHTS)
    seed: int = setting(42, minimum=0, own_key=False)


def read_config(folder: Path) -> dict:
    """A model folder's config.json."""
    path = folder / CONFIG
    if not path.is_file():
        raise UserError(f"{path}: no such file; give a model folder in Hugging Face's form")
    return read_json(path)


def read_model(text: str) -> dict:
    """A config from a JSON file, or from JSON itself."""
    if text.lstrip().startswith("{"):
        return parse_json(text, "--model:")
    path = Path(text)
    if not path.is_file():
        raise UserError(f"{path}: no such file; give a Hugging Face config")
    return read_json(path)


def new_config(config: dict, vocabulary: int) -> dict:
    """A config for a new model: the vocabulary padded to a multiple of 64, which GPUs multiply faster."""
    return config | {"vocab_size": -(-vocabulary // 64) * 64}


def finished_config(config: dict) -> dict:
    """A config as a model folder states it."""
    dropped = {k: v for k, v in config.items() if k not in ("torch_dtype", "transformers_version")}
    return dropped | {
        "architectures": ["BertForPreTraining"],
        "dtype": "float32",
        "model_type": "bert",
        "tie_word_embeddings": True,
    }


def tokenizer_size(folder: Path) -> int:
    """How many tokens a tokenizer folder's vocab.txt has."""
    path = folder / "vocab.txt"
    if not path.is_file():
        raise UserError(f"{path}: no such file; a tokenizer folder needs one")
    with open(path, encoding="utf-8") as file:
        return sum(1 for _ in file)
