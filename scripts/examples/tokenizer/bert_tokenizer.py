"""A tokenizer, as a folder that transformers loads: three files, nothing of this project."""

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
from scripts.common.cli import log
from scripts.examples.masking.token_kinds import BERT_SPECIAL

SPECIAL = tuple(BERT_SPECIAL.values())


def bert_tokenizer(tokens: Sequence[str], lowercase: bool) -> Tokenizer:
    """BERT's tokenizer over a vocabulary, which must hold the five special tokens."""
    vocabulary = {token: index for index, token in enumerate(tokens)}
    tokenizer = Tokenizer(WordPiece(vocabulary, unk_token="[UNK]", max_input_chars_per_word=100))
    tokenizer.normalizer = BertNormalizer(lowercase=lowercase)
    tokenizer.pre_tokenizer = BertPreTokenizer()
    tokenizer.decoder = WordPieceDecoder()
    tokenizer.add_special_tokens([token for token in SPECIAL if token in vocabulary])
    tokenizer.post_processor = segment_template(tokenizer, "[CLS]", "[SEP]")
    return tokenizer


def segment_template(tokenizer: Tokenizer, cls: str, sep: str) -> TemplateProcessing:
    """Special tokens and segments as all examples have them: [CLS] A [SEP], [CLS] A [SEP] B [SEP]."""
    return TemplateProcessing(
        single=f"{cls}:0 $A:0 {sep}:0",
        pair=f"{cls}:0 $A:0 {sep}:0 $B:1 {sep}:1",
        special_tokens=[(token, tokenizer.token_to_id(token)) for token in (cls, sep)],
    )


def write_folder(
    folder: Path, tokenizer: Tokenizer, max_length: int, special: dict[str, str] = BERT_SPECIAL
) -> int:
    """Write vocab.txt, tokenizer.json and tokenizer_config.json; return the size of the vocabulary."""
    tokens = token_list(tokenizer)
    config = tokenizer_config(tokenizer, max_length, special)
    write_text(folder / "vocab.txt", "".join(f"{token}\n" for token in tokens))
    write_text(folder / "tokenizer.json", tokenizer.to_str(pretty=True) + "\n")
    text = json.dumps(config, indent=2, sort_keys=True, ensure_ascii=False)
    write_text(folder / "tokenizer_config.json", text + "\n")
    log.info("%d tokens", len(tokens))
    return len(tokens)


def tokenizer_config(tokenizer: Tokenizer, max_length: Any, special: dict[str, Any]) -> dict:
    """What tokenizer_config.json holds; `special` are tokens by role.

    transformers makes BERT's tokenizer from its options, and any other from tokenizer.json as it is.
    """
    tokens = token_list(tokenizer)
    config: dict[str, Any] = {f"{role}_token": token for role, token in special.items()}
    lowercase = bool(getattr(tokenizer.normalizer, "lowercase", False))
    own = bert_tokenizer(tokens, lowercase).to_str() if set(SPECIAL) <= set(tokens) else None
    if tokenizer.to_str() == own:
        config |= {"tokenizer_class": "BertTokenizer", "do_lower_case": lowercase}
        config |= {"strip_accents": None, "tokenize_chinese_chars": True}
    else:
        config["tokenizer_class"] = "PreTrainedTokenizerFast"
        config["model_input_names"] = ["input_ids", "token_type_ids", "attention_mask"]
    return config | {"model_max_length": max_length}


def token_list(tokenizer: Tokenizer) -> list[str]:
    """A line for each id: the token, as JSON where it holds a line break; a name for an id that has none."""
    vocabulary = tokenizer.get_vocab(with_added_tokens=True)
    tokens = [f"[unused{index}]" for index in range(max(vocabulary.values()) + 1)]
    for token, index in vocabulary.items():
        broken = len(token.splitlines()) > 1 or token in "\n\r"
        tokens[index] = json.dumps(token) if broken else token
    return tokens
