"""A tokenizer that a user brings: what transformers makes of its folder, or a refusal."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tokenizers import Tokenizer

from scripts.common.errors import UserError, blaming
from scripts.common.json_text import read_json
from scripts.common.model_files import BESIDE_TOKENIZERS, CONFIG, TOKENIZERS, refuse_pointer
from scripts.examples.masking.token_kinds import BERT_SPECIAL
from scripts.examples.tokenizer.bert_tokenizer import SPECIAL, bert_tokenizer, segment_template
from scripts.examples.tokenizer.vocabulary import UNUSED, open_tokenizer, read_settings, settled

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

FAST, LIST, SETTINGS = "tokenizer.json", "vocab.txt", "tokenizer_config.json"
CAPITALS = re.compile("[A-Z]")
MOST_CAPITALS = 0.1  # of a lower-casing tokenizer's tokens: a byte-level one has A to Z besides


def read_tokenizer(folder: Path, lowercase: bool | None = None) -> "PreTrainedTokenizerBase":
    """The tokenizer that transformers makes of a folder; code that lies there is never run.

    It gives the same tokens each time, special ones around a text, and segments where the model beside
    it embeds them. `lowercase` counts for a vocab.txt without tokenizer_config.json. Raises UserError.
    """
    import transformers

    look_over(folder)
    files = (folder / SETTINGS, folder / CONFIG)
    settings, model = (read_settings(file) if file.is_file() else {} for file in files)
    options: dict[str, Any] = {}
    if not (folder / FAST).is_file() and (folder / LIST).is_file():
        if lowercase is not None and not (folder / SETTINGS).is_file():
            options["do_lower_case"] = lowercase
        if not (model or "tokenizer_class" in settings):
            options["tokenizer_type"] = "bert"
    transformers.logging.set_verbosity_error()
    # The library raises many kinds of errors for damaged files.
    with blaming(folder, "cannot be read as a tokenizer ({kind}: {reason})"):
        found = transformers.AutoTokenizer.from_pretrained(
            str(folder), local_files_only=True, trust_remote_code=False, **options
        )
        found.model_max_length = int(found.model_max_length)
        found("A word, and another \U0001f600")
    if backend := getattr(found, "backend_tokenizer", None):
        refuse_misread(folder, backend)
        vocabulary = settled(backend).get_vocab(with_added_tokens=True)
        for role, token in BERT_SPECIAL.items():
            if token in vocabulary and getattr(found, f"{role}_token") is None:
                setattr(found, f"{role}_token", token)
        if found.cls_token and found.sep_token and not found.num_special_tokens_to_add():
            backend.post_processor = segment_template(backend, found.cls_token, found.sep_token)
        refuse_cased(vocabulary, backend, folder)
    inputs, types = found.model_input_names, model.get("type_vocab_size")
    if isinstance(types, int) and types > 1 and "token_type_ids" not in inputs:
        found.model_input_names = [inputs[0], "token_type_ids", *inputs[1:]]
    return found


def look_over(source: Path, lowercase: bool = False) -> None:
    """Raise UserError for what is plainly no tokenizer: in a moment, without transformers.

    `lowercase` counts for a vocab.txt that is named itself.
    """
    if not source.exists():
        raise UserError(
            f"{source}: no such file or folder; a name on the Hub must be downloaded first"
        )
    if source.is_file() and source.name != FAST:
        tokens = read_tokens(source)
        if missing := [token for token in SPECIAL if token not in tokens]:
            raise UserError(
                f"{source}: lacks {', '.join(missing)}; a vocab.txt of BERT has one token a line"
            )
        refuse_cased(tokens, bert_tokenizer(tokens, lowercase), source)
        return
    folder = source if source.is_dir() else source.parent
    files = [folder / name for name in (*TOKENIZERS, *BESIDE_TOKENIZERS)]
    files = [file for file in files if file.is_file()]
    if not files or files[0].name not in TOKENIZERS:
        raise UserError(f"{folder}: no tokenizer there ({' or '.join(TOKENIZERS)})")
    for file in files:
        refuse_pointer(file)
        if file.suffix == ".json":
            read_json(file)
    if files[0].name == FAST:
        open_tokenizer(files[0])
    elif files[0].name == LIST:
        read_tokens(files[0])


def read_tokens(path: Path) -> list[str]:
    refuse_pointer(path)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise UserError(f"{path}: not UTF-8 ({error.reason})") from error
    tokens = text.removesuffix("\n").split("\n")
    seen: set[str] = set()
    for number, token in enumerate(tokens, 1):
        if not token or token in seen:
            raise UserError(f"{path}: line {number} is {'a repeated token' if token else 'empty'}")
        seen.add(token)
    return tokens


def refuse_misread(folder: Path, backend: Tokenizer) -> None:
    """Raise UserError where transformers makes something else of a file than what it holds."""
    if (folder / FAST).is_file():
        own = open_tokenizer(folder / FAST).model
        if type(own) is not type(backend.model):
            kinds = [type(model).__name__ for model in (own, backend.model)]
            raise UserError(
                f"{folder / FAST}: {kinds[0]}, which transformers reads as {kinds[1]}; write "
                f'"tokenizer_class": "PreTrainedTokenizerFast" into its {SETTINGS}'
            )
    elif (folder / LIST).is_file():
        tokens = {token: index for index, token in enumerate(read_tokens(folder / LIST))}
        if not tokens.items() <= backend.get_vocab(with_added_tokens=True).items():
            raise UserError(
                f"{folder / LIST}: transformers reads other tokens than its lines say; save it "
                "without a byte-order mark, and without spaces at lines' ends"
            )


def refuse_cased(tokens: Iterable[str], tokenizer: Tokenizer, source: Path) -> None:
    """Raise UserError for a vocabulary of cased text whose tokenizer lower-cases."""
    if tokenizer.normalizer is None or tokenizer.normalizer.normalize_str("A") != "a":
        return
    added = {token.content for token in tokenizer.get_added_tokens_decoder().values()}
    words = [token for token in tokens if token not in added and not UNUSED.fullmatch(token)]
    cased = [token for token in words if CAPITALS.search(token)]
    if len(cased) > MOST_CAPITALS * len(words):
        raise UserError(
            f"{source}: {len(cased)} of its {len(words)} tokens have capitals, as {min(cased)!r}, but "
            "text is lower-cased for it; set vocab.lowercase: false for a vocab.txt, or "
            f"do_lower_case: false in a folder's {SETTINGS}"
        )
