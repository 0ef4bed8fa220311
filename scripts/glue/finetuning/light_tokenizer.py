"""BERT's own tokenizer, read without transformers, which takes half a second to import."""

import shutil
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer

from scripts.common.model_files import BESIDE_TOKENIZERS, VOCABULARY
from scripts.examples.masking.token_kinds import BERT_SPECIAL
from scripts.examples.tokenizer.bert_tokenizer import SPECIAL, bert_tokenizer, token_list
from scripts.examples.tokenizer.given_tokenizer import refuse_cased
from scripts.examples.tokenizer.vocabulary import open_tokenizer, read_settings, settled

# What tokenizer_config.json may say beside `do_lower_case`: BERT's own, or what changes no token.
OWN: dict[str, Any] = {f"{role}_token": token for role, token in BERT_SPECIAL.items()} | {
    "tokenizer_class": "BertTokenizer",
    "strip_accents": None,
    "tokenize_chinese_chars": True,
    "model_input_names": ["input_ids", "token_type_ids", "attention_mask"],
}
WITHOUT_EFFECT = {"do_lower_case", "model_max_length", "backend", "is_local", "local_files_only"}
FAST, SETTINGS, LIST = VOCABULARY


class Encoded(dict):
    """Lists by name, and what they were made from, as transformers gives them."""

    encodings: list[Any]


class LightTokenizer:
    """Called as BertTokenizer of transformers is, with lists of texts, and with the same answers."""

    model_input_names, padding_side = OWN["model_input_names"], "right"

    def __init__(self, folder: Path, backend: Tokenizer):
        self.folder, self.backend = folder, backend
        self.pad_token_id = backend.token_to_id(OWN["pad_token"])
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
        """Write the folder's tokenizer to another one."""
        for name in (FAST, SETTINGS):
            shutil.copyfile(self.folder / name, folder / name)


def read_light_tokenizer(folder: Path) -> LightTokenizer | None:
    """The tokenizer of a folder; None where it may be another one than BERT's to transformers."""
    beside = [name for name in BESIDE_TOKENIZERS if (folder / name).exists()]
    if beside != [SETTINGS] or not (folder / FAST).is_file():
        return None
    settings = read_settings(folder / SETTINGS)
    lowercase = settings.get("do_lower_case")
    backend = open_tokenizer(folder / FAST)
    tokens = token_list(backend)
    lines = "".join(f"{token}\n" for token in tokens).encode()
    if (
        OWN | {key: v for key, v in settings.items() if key not in WITHOUT_EFFECT} != OWN
        or not isinstance(lowercase, bool)
        or not set(SPECIAL) <= set(tokens)
        or backend.to_str() != bert_tokenizer(tokens, lowercase).to_str()
        or ((folder / LIST).exists() and (folder / LIST).read_bytes() != lines)
    ):
        return None
    refuse_cased(tokens, backend, folder)
    return LightTokenizer(folder, backend)
