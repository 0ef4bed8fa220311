"""Take a given vocabulary instead of training one.

    python -m scripts.examples.import_vocab --source vocab.txt -o results/vocab --lowercase
    python -m scripts.examples.import_vocab --source tokenizer_folder/ -o results/vocab

A vocab.txt of BERT's form (a token a line) becomes BERT's tokenizer. Of a Hugging Face folder,
tokenizer.json and tokenizer_config.json are taken as they are; a folder with a vocab.txt only is
taken as BERT's; any other one is loaded by transformers and must have a fast tokenizer. vocab.txt
then lists the tokens in the order of their ids: as JSON strings where one holds a line break.
"""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer

from scripts.common import cli
from scripts.common.errors import UserError
from scripts.common.settings import add_flags, from_args
from scripts.examples.masking.token_kinds import ROLES
from scripts.examples.tokenizer.bert_tokenizer import (
    SPECIAL,
    bert_config,
    write_bert_folder,
    write_folder,
)
from scripts.examples.tokenizer.form import Form
from scripts.examples.tokenizer.vocabulary import (
    find_special_ids,
    open_tokenizer,
    read_settings,
    without_dropout,
)


def import_vocab(source: Path, output: Path, form: Form) -> int:
    """Write a tokenizer folder; return the size of its vocabulary.

    Raises UserError where the source is missing, damaged, or lacks a special token.
    """
    if not source.exists():
        raise UserError(f"{source}: no such file or folder; vocab.path must name a vocabulary")
    folder = source if source.is_dir() else source.parent
    if source.is_file() and source.name != "tokenizer.json":
        tokens = read_tokens(source)
        write_bert_folder(output, tokens, form)
    elif not (folder / "tokenizer.json").is_file() and (folder / "vocab.txt").is_file():
        tokens = read_tokens(folder / "vocab.txt")
        given = folder / "tokenizer_config.json"
        if given.is_file():
            form = replace(form, lowercase=bool(read_settings(given).get("do_lower_case", True)))
        write_bert_folder(output, tokens, form)
    else:
        read = from_json if (folder / "tokenizer.json").is_file() else from_transformers
        tokenizer, config = read(folder, form.max_length)
        find_special_ids(tokenizer, config, folder)
        tokens = token_list(tokenizer)
        write_folder(output, tokens, tokenizer, config)
    return len(tokens)


def read_tokens(path: Path) -> list[str]:
    """The tokens of a vocab.txt of BERT's form."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise UserError(f"{path}: not UTF-8 ({error.reason})") from error
    tokens = text.replace("\r\n", "\n").removesuffix("\n").split("\n")
    if missing := [token for token in SPECIAL if token not in tokens]:
        raise UserError(
            f"{path}: lacks {', '.join(missing)}; a vocab.txt of BERT has one token a line"
        )
    seen: set[str] = set()
    for number, token in enumerate(tokens, 1):
        if not token or token in seen:
            raise UserError(f"{path}: line {number} is {'a repeated token' if token else 'empty'}")
        seen.add(token)
    return tokens


def from_json(folder: Path, max_length: int) -> tuple[Tokenizer, dict[str, Any]]:
    """A fast tokenizer as it is, and what its tokenizer_config.json says."""
    tokenizer = open_tokenizer(folder / "tokenizer.json")
    given = folder / "tokenizer_config.json"
    config = read_settings(given) if given.is_file() else bert_config(Form(True, max_length))
    if config.get("model_max_length", 1 << 30) > max_length:
        config["model_max_length"] = max_length
    return tokenizer, config


def from_transformers(folder: Path, max_length: int) -> tuple[Tokenizer, dict[str, Any]]:
    """The tokenizer that transformers makes of any other folder, and its tokenizer_config.json."""
    from transformers import AutoTokenizer

    try:
        loaded = AutoTokenizer.from_pretrained(
            str(folder), local_files_only=True, trust_remote_code=False
        )
    except (OSError, ValueError, KeyError, ImportError) as error:
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise UserError(f"{folder}: transformers finds no tokenizer there ({reason})") from error
    tokenizer = getattr(loaded, "backend_tokenizer", None)
    if tokenizer is None:
        raise UserError(f"{folder}: has no fast tokenizer; save one with its tokenizer.json")
    return without_dropout(tokenizer), {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "model_max_length": min(loaded.model_max_length, max_length),
        **{f"{role}_token": getattr(loaded, f"{role}_token") for role in ROLES},
    }


def token_list(tokenizer: Tokenizer) -> list[str]:
    """A line for each id: the token, or a name for an id that has none."""
    vocabulary = tokenizer.get_vocab(with_added_tokens=True)
    tokens = [f"[unused{index}]" for index in range(max(vocabulary.values()) + 1)]
    for token, index in vocabulary.items():
        tokens[index] = (
            json.dumps(token) if len(token.splitlines()) > 1 or token in "\n\r" else token
        )
    return tokens


def main() -> None:
    parser = cli.Parser(__doc__)
    parser.add_argument(
        "--source", type=Path, required=True, help="vocab.txt, or a tokenizer folder"
    )
    parser.add_argument("-o", "--output", type=Path, required=True, help="folder to write to")
    add_flags(parser, Form)
    args = parser.parse_args()
    size = import_vocab(args.source, args.output, from_args(Form, args))
    cli.log.info("%d tokens", size)


if __name__ == "__main__":
    cli.run(main)
