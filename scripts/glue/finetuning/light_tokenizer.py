"""A tokenizer that this project wrote, read without transformers, which takes a second to import."""

import shutil
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer

from scripts.common.model_files import BESIDE_TOKENIZERS, VOCABULARY
from scripts.examples.masking.token_kinds import ROLES
from scripts.examples.tokenizer.bert_tokenizer import tokenizer_config
from scripts.examples.tokenizer.vocabulary import open_tokenizer, read_settings, settled

FAST, SETTINGS, _ = VOCABULARY


class Encoded(dict):
    """Lists by name, and what they were made from, as transformers gives them."""

    encodings: list[Any]


class LightTokenizer:
    """Called as transformers' classes are, with lists of texts, and with the same answers."""

    model_input_names, padding_side = ("input_ids", "token_type_ids"), "right"

    def __init__(self, folder: Path, backend: Tokenizer, pad: str):
        self.folder, self.backend, self.pad_token_id = folder, backend, backend.token_to_id(pad)
        self.get_vocab = backend.get_vocab

    def __call__(self, *texts: list[str], max_length: int | None = None, **options) -> Encoded:
        settled(self.backend)
        if max_length is not None:
            self.backend.enable_truncation(max_length)
        rows: Any = texts[0] if len(texts) == 1 else list(zip(*texts, strict=True))
        encodings = self.backend.encode_batch(rows)
        found = Encoded(
            input_ids=[encoding.ids for encoding in encodings],
            token_type_ids=[encoding.type_ids for encoding in encodings],
        )
        found.encodings = encodings
        return found

    def save_pretrained(self, folder: Path) -> None:
        for name in (FAST, SETTINGS):
            shutil.copyfile(self.folder / name, folder / name)


def read_light_tokenizer(folder: Path) -> LightTokenizer | None:
    """The tokenizer of a folder; None where the folder is not as this project writes them."""
    beside = [name for name in BESIDE_TOKENIZERS if (folder / name).exists()]
    if beside != [SETTINGS] or not (folder / FAST).is_file():
        return None
    backend, settings = open_tokenizer(folder / FAST), read_settings(folder / SETTINGS)
    special: dict[str, Any] = {role: settings.get(f"{role}_token") for role in ROLES}
    own = tokenizer_config(backend, settings.get("model_max_length"), special)
    if settings != own or not set(special.values()) <= backend.get_vocab().keys():
        return None
    return LightTokenizer(folder, backend, special["pad"])
