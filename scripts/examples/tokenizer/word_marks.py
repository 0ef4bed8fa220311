"""Where words begin and end, as a tokenizer's own pre-tokenizer and decoder have it."""

from collections.abc import Callable, Sequence

from tokenizers import Tokenizer, pre_tokenizers

from scripts.examples.masking.token_kinds import CONTINUES, ENDS

BROKEN = "\ufffd"  # what a part of a character decodes to


def place_in_words(tokenizer: Tokenizer, tokens: Sequence[str]) -> list[int]:
    """For each token the bits CONTINUES and ENDS, see masking/token_kinds.py.

    WordPiece marks what goes on (`##`). Else a token is laid beside one of letters, or of digits: they
    are of one word where the pre-tokenizer does not part what the decoder makes of them. Where the
    decoder never puts a space, or no token goes on with another, each is a word.
    """
    if prefix := getattr(tokenizer.model, "continuing_subword_prefix", None):
        return [CONTINUES * (token.startswith(prefix) and token != prefix) for token in tokens]
    decode = tokenizer.decoder.decode if tokenizer.decoder else " ".join
    split = (tokenizer.pre_tokenizer or pre_tokenizers.Metaspace()).pre_tokenize_str

    def joined(*before: str, after: str) -> bool:
        """Whether a token is of one word with the last of those before it."""
        text, border = decode([*before, after]), len(decode([*before]))
        return BROKEN in text or any(start < border < end for _, (start, end) in split(text))

    def first(of_kind: Callable[[str], bool]) -> str | None:
        """The first token of such characters that goes on with another like it."""
        found = (token for token in tokens if of_kind(decode([token])))
        return next((token for token in found if joined(token, after=token)), None)

    letter = first(str.isalpha)
    if letter is None or not any(" " in decode([letter, token, letter]) for token in tokens):
        return [0] * len(tokens)
    digit = first(str.isdecimal) or letter
    beside = [digit if decode([token]).strip().isdecimal() else letter for token in tokens]
    return [
        CONTINUES * joined(other, after=token) | ENDS * (not joined(other, token, after=other))
        for token, other in zip(tokens, beside, strict=True)
    ]
