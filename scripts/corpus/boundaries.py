# ruff: noqa: RUF001
"""Where sentences end: decisions on one candidate place at a time.

A candidate is white space behind a full stop, an exclamation or question mark or an ellipsis, with
the quotes and brackets that close behind it; in scripts without spaces, the place behind such a
mark. What stands before and behind it decides.
"""

import re

from scripts.corpus.abbreviations import (
    ALWAYS,
    BEFORE_NAMES,
    BEFORE_NUMBERS,
    MONTHS,
    STARTERS,
)

CLOSING = "\"'”’»)\\]›」』）】］"
# White space behind a mark that may end a sentence, or nothing behind a mark of a script that
# writes without spaces.
CANDIDATE = re.compile(
    rf"(?:[.!?…؟۔।॥։።።᙮‽]|\.\.\.)[{CLOSING}*]*\s+|[。！？｡]+[{CLOSING}]*\s*(?=\S)"
)
OPENING = re.compile(r"[\"'“‘«„(\[¿¡‹「『（【‚–—-]+\s?")
LAST_WORD = re.compile(rf"([^\s(\[\"'“‘«„—–/]*?)([.!?…]+)([{CLOSING}*]*)$")
INITIAL = re.compile(r"[^\W\d_]")
INITIALS = re.compile(r"(?:[^\W\d_]\.-?)+[^\W\d_]?")
NUMBER = re.compile(r"\d+")
ROMAN = re.compile(r"[IVXLC]+")
LETTER = re.compile(r"[^\W\d_]")


def ends_sentence(before: str, after: str) -> bool:
    """Whether a sentence ends between `before`, up to and with its mark and closing signs, and
    `after`, from its first character on. Both may be cut to some dozens of characters."""
    match = LAST_WORD.search(before)
    if match is None:
        return True  # a mark of another script, which marks nothing else
    word, mark, closing = match.groups()
    opening = OPENING.match(after)
    rest = after[opening.end() :] if opening else after
    first = rest[:1]
    if not first:
        return not after.startswith((")", "]"))
    if first.islower():
        return False
    if not (first.isupper() or first.isdigit() or first.isalpha()):
        return mark != "." if first in "-–—*" else first not in ",;:.)]"
    if mark != ".":
        return True
    if closing:
        return not (")" in closing and word.lower() in ALWAYS and not first.isupper())
    return not stop_belongs_to_word(word, rest, bool(opening))


def stop_belongs_to_word(word: str, rest: str, opened: bool) -> bool:
    """Whether the full stop behind `word` is part of it, with `rest` going on."""
    lower = word.lower()
    if not word:
        return False
    next_word = re.match(r"[\w'’-]+", rest)
    following = next_word.group() if next_word else ""
    starter = following in STARTERS
    if INITIAL.fullmatch(word):
        # "J. Smith", but "vitamin C. The".
        return word.isupper() and not starter and not opened
    if lower in ALWAYS:
        return True
    if lower in BEFORE_NAMES:
        return following[:1].isupper() and not starter
    if lower in BEFORE_NUMBERS:
        return following[:1].isdigit() or bool(ROMAN.fullmatch(following))
    if lower in MONTHS:
        return following[:1].isdigit()
    if INITIALS.fullmatch(word) and "." in word:
        # "U.S. Army", but "in the U.S. The army".
        return not starter and not opened
    return False
