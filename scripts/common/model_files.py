"""The names of the files in a folder of a model or a tokenizer, in Hugging Face's form."""

from pathlib import Path

from scripts.common.errors import UserError
from scripts.common.json_text import read_json

CONFIG = "config.json"
WEIGHTS = ("model.safetensors", "pytorch_model.bin")  # the first that is there counts

# What transformers reads a tokenizer from, any one of these, and what may lie beside it.
TOKENIZERS = (
    "tokenizer.json",
    "vocab.txt",
    "vocab.json",
    "spiece.model",
    "sentencepiece.bpe.model",
    "tokenizer.model",
)
BESIDE_TOKENIZERS = (
    "merges.txt",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "added_tokens.json",
)

# What this workflow writes: a vocabulary's folder; a pretrained model; a finetuned one, whose
# tokenizer transformers saves.
VOCABULARY = ("tokenizer.json", "tokenizer_config.json", "vocab.txt")
PRETRAINED = (CONFIG, WEIGHTS[0], *VOCABULARY)
FINETUNED = (CONFIG, WEIGHTS[0], *VOCABULARY[:2])


def refuse_pointer(path: Path) -> None:
    """Raise UserError for a file that git-lfs left as a note of where its content is."""
    with open(path, "rb") as file:
        if file.read(40).startswith(b"version https://git-lfs"):
            raise UserError(
                f"{path}: a git-lfs pointer, not the file; run git lfs pull where it is from"
            )


def refuse_other(folder: Path, family: str) -> None:
    """Raise UserError for what is no folder of a model of this family (`model_type`) on this disk."""
    if not folder.is_dir():
        raise UserError(f"{folder}: no such folder; a name on the Hub must be downloaded first")
    found = read_json(folder / CONFIG)
    kind = found.get("model_type") if isinstance(found, dict) else None
    if kind != family:
        raise UserError(f"{folder / CONFIG}: a model of the family {kind}, not {family}")
    for names in (WEIGHTS, TOKENIZERS):
        present = [folder / name for name in names if (folder / name).is_file()]
        if not present:
            raise UserError(f"{folder}: has none of {', '.join(names)}")
        refuse_pointer(present[0])
