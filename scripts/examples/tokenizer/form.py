"""The settings that trained and given vocabularies share."""

from dataclasses import dataclass

from scripts.common.settings import setting


@dataclass(frozen=True)
class Form:
    """How a tokenizer of BERT's reads text, and what it says of the models that it is for."""

    lowercase: bool = setting(True, "lower-case text and strip accents")
    max_length: int = setting(512, "longest input of a model, to state", minimum=8)
