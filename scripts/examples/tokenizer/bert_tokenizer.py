"""BERT's tokenizer, as a folder that transformers loads: three files, nothing of this project."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer
from tokenizers.decoders import WordPiece as WordPieceDecoder
from tokenizers.models import WordPiece
from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer
from tokenizers.processors import TemplateProcessing

from scripts.common.atomic import write_text
from scripts.examples.masking.token_kinds import BERT_SPECIAL
from scripts.examples.tokenizer.form import Form

SPECIAL = tuple(BERT_SPECIAL.values())


def bert_tokenizer(tokens: Sequence[str], lowercase: bool) -> Tokenizer:
    """BERT's tokenizer over a vocabulary, which must hold the five special tokens."""
    vocabulary = {token: index for index, token in enumerate(tokens)}
    tokenizer = Tokenizer(WordPiece(vocabulary, unk_token="[UNK]", max_input_chars_per_word=100))
    tokenizer.normalizer = BertNormalizer(lowercase=lowercase)
    tokenizer.pre_tokenizer = BertPreTokenizer()
    tokenizer.decoder = WordPieceDecoder()
    tokenizer.add_special_tokens([token for token in SPECIAL if token in vocabulary])
    tokenizer.post_processor = TemplateProcessing(
        single="[CLS]:0 $A:0 [SEP]:0",
        pair="[CLS]:0 $A:0 [SEP]:0 $B:1 [SEP]:1",
        special_tokens=[(token, vocabulary[token]) for token in ("[CLS]", "[SEP]")],
    )
    return tokenizer


def bert_config(form: Form) -> dict[str, Any]:
    """What transformers' tokenizer_config.json says of BERT's tokenizer."""
    return {
        "tokenizer_class": "BertTokenizer",
        "do_lower_case": form.lowercase,
        "strip_accents": None,
        "tokenize_chinese_chars": True,
        "model_max_length": form.max_length,
        **{f"{role}_token": token for role, token in BERT_SPECIAL.items()},
    }


def write_folder(
    folder: Path, tokens: Sequence[str], tokenizer: Tokenizer, config: dict[str, Any]
) -> None:
    """Write vocab.txt (a token a line, in the order of ids), tokenizer.json, tokenizer_config.json."""
    write_text(folder / "vocab.txt", "".join(f"{token}\n" for token in tokens))
    write_text(folder / "tokenizer.json", tokenizer.to_str(pretty=True) + "\n")
    text = json.dumps(config, indent=2, sort_keys=True, ensure_ascii=False)
    write_text(folder / "tokenizer_config.json", text + "\n")


def write_bert_folder(folder: Path, tokens: Sequence[str], form: Form) -> None:
    """Write BERT's tokenizer over these tokens."""
    write_folder(folder, tokens, bert_tokenizer(tokens, form.lowercase), bert_config(form))
