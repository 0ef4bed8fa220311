# ruff: noqa: RUF001
"""What cleaning leaves behind in plain text, and which lines are sentences at all."""

import html
import re
import unicodedata

from scripts.corpus.wikitext.template_words import BAR

# Stands for a "<" that is a sign and begins no tag.
LITERAL_LESS = "\x03"
# Stands around a formula until lines are joined; `mend` removes it as a control character.
FORMULA = "\x04"

SPACES = re.compile(r"[ \t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]+")
# Controls, zero-width spaces, directional marks, soft hyphens; the joiners of Persian and Hindi stay.
INVISIBLE = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u00ad\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\uffff]"
)
# Brackets that may have been emptied; each alternative begins with what is rare in a line.
DOUBTFUL = re.compile(r"[(\[][\s,;:/·•)\]]|[)\]](?<=[\s,;:/·•–-].)")
EMPTY = re.compile(r"\(\s*[^\w()]{0,6}\s*\)|\[\s*[^\w\[\]]{0,3}\s*\]")
OPENED = re.compile(r"([(\[])\s*(?:[,;:/·•]\s*)+")
CLOSED = re.compile(r"\s*(?:[,;:/·•]\s*)+(?=[)\]])")
INSIDE = re.compile(r"(?<=[(\[]) +| +(?=[)\]])")
DOUBLED = re.compile(r"([,;:])(?:\s*[,;])+(?=\s|$)")
LEADING = re.compile(r"^(?:[,;:)\]]|\.(?!\.|\w))[\s,;:]*")
STRAY = re.compile(r"[,;:.!?)\]](?<= .)(?=[\s)\]\"'”’]|$)")
SPACED = re.compile(r" +([,;:.!?)\]])(?=[\s)\]\"'”’]|$)")
QUOTED = re.compile(r'""|“\s*”|«\s*»')
TAG = re.compile(r"</?[a-zA-Z][^<>]{0,200}>")
MARKS = re.compile(r"\[\[|\]\]|__[A-Z]{3,}__|\{\||\|\}|={2,}")


def mend(line: str) -> str:
    """Remove what cleaning leaves in a line: entities, invisible characters, empty brackets.

    Most lines need none of it, so each repair looks first whether it has anything to do.
    """
    if "<" in line:
        line = TAG.sub("", line)
    if "[[" in line or "]]" in line or "__" in line or "==" in line or "{|" in line or "|}" in line:
        line = MARKS.sub(" ", line)
    if "&" in line:
        line = html.unescape(line)
    if not line.isascii():
        line = unicodedata.normalize("NFC", line)
    if BAR in line or LITERAL_LESS in line:
        line = line.replace(BAR, "|").replace(LITERAL_LESS, "<")
    if not line.isprintable():
        line = INVISIBLE.sub("", SPACES.sub(" ", line))
    if ("(" in line or "[" in line) and DOUBTFUL.search(line):
        for _ in range(3):
            mended = EMPTY.sub("", CLOSED.sub("", OPENED.sub(r"\1", line)))
            if mended == line:
                break
            line = mended
        line = INSIDE.sub("", line)
    if '""' in line or "“" in line or "«" in line:
        line = QUOTED.sub("", line)
    line = LEADING.sub("", DOUBLED.sub(r"\1", line))
    if STRAY.search(line):
        line = SPACED.sub(r"\1", line)
    if "  " in line:
        line = SPACES.sub(" ", line)
    return line.strip()


WORD = re.compile(r"[^\W\d_]{2,}")
UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")
ENDED = re.compile(r"[.!?…。！？।؟۔][\"'”’»)\]」』]*$")


def is_prose(line: str) -> bool:
    """Whether a line holds a sentence, or may: a title, a formula, a remark in brackets is none."""
    if not line or (line[0] == "(" and line[-1] == ")" and line.count("(") == 1):
        return False
    if ENDED.search(line):
        return bool(WORD.search(line) or UNSPACED.search(line))
    if UNSPACED.search(line):
        return len(line) > 8
    words = WORD.findall(line)
    return len(words) > 3 and sum(map(len, words)) > 0.5 * len(line)
