"""The files in a folder of a model or a tokenizer, in Hugging Face's form."""

import os
from collections.abc import Callable
from pathlib import Path

from scripts.common.errors import UserError
from scripts.common.json_text import read_json

CONFIG = "config.json"
INDEX = ".index.json"  # of weights in several files: which of them holds which tensor
# The first that is there counts.
WEIGHTS = tuple(
    f"{name}{end}" for name in ("model.safetensors", "pytorch_model.bin") for end in ("", INDEX)
)

# What transformers reads a tokenizer from, any one of these, and what may lie beside it.
TOKENIZERS = ("tokenizer.json", "vocab.txt", "vocab.json", "spiece.model",
              "sentencepiece.bpe.model", "tokenizer.model")  # fmt: skip
BESIDE_TOKENIZERS = ("merges.txt", "tokenizer_config.json", "special_tokens_map.json",
                     "added_tokens.json")  # fmt: skip

# What this workflow writes: a vocabulary's folder; a pretrained model; a finetuned one, with what
# transformers reads its tokenizer from.
VOCABULARY = ("tokenizer.json", "tokenizer_config.json", "vocab.txt")
PRETRAINED = (CONFIG, WEIGHTS[0], *VOCABULARY)
FINETUNED = (CONFIG, WEIGHTS[0], *VOCABULARY[:2])


def refuse_pointer(path: Path) -> None:
    """Raise UserError for a file that git-lfs left as a note of where its content is."""
    with open(path, "rb") as file:
        if file.read(40).startswith(b"version https://git-lfs"):
            raise UserError(f"{path}: a git-lfs pointer, not the file; run git lfs pull there")


def find_model(folder: str | Path, exists: Callable[[str], bool] = os.path.exists) -> list[str]:
    """The files that a model is read from: config.json, then weights, then a tokenizer's.

    Raises UserError where a folder is not on this disk, lacks one of them, or has a git-lfs pointer in
    its place.
    """
    folder = str(folder).rstrip("/")
    if not exists(folder):
        raise UserError(f"{folder}: no such folder; a model of the Hub must be downloaded first")

    def there(*names: str) -> list[str]:
        return [f"{folder}/{name}" for name in names if exists(f"{folder}/{name}")]

    for what, names in (("config", (CONFIG,)), ("weights", WEIGHTS), ("tokenizer", TOKENIZERS)):
        if not there(*names):
            raise UserError(f"{folder}: no {what} there ({' or '.join(names)})")
    files = there(CONFIG) + weight_files(folder, exists) + there(*TOKENIZERS, *BESIDE_TOKENIZERS)
    for file in filter(os.path.isfile, files):
        refuse_pointer(Path(file))
    return files


def weight_files(folder: str | Path, exists: Callable[[str], bool] = os.path.exists) -> list[str]:
    """The files of a model's weights, in the form that transformers takes; of several, the index first."""
    found = next((name for name in WEIGHTS if exists(f"{folder}/{name}")), WEIGHTS[0])
    first = f"{folder}/{found}"
    if not found.endswith(INDEX):
        return [first]
    try:
        names = read_json(Path(first))["weight_map"].values()
        files = [f"{folder}/{name}" for name in sorted({Path(name).name for name in names})]
    except (KeyError, TypeError, AttributeError) as error:
        raise UserError(f"{first}: does not say which files hold the weights") from error
    if missing := [file for file in files if not exists(file)]:
        raise UserError(f"{missing[0]}: no such file, which {found} names; fetch the folder anew")
    return [first, *files]
