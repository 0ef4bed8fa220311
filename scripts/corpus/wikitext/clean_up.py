# ruff: noqa: RUF001
"""What cleaning leaves behind in plain text, and which lines are sentences at all."""

import html
import html.entities
import re
import unicodedata

# Stands for {{!}}, whose bar must not divide the arguments of the template around it.
BAR = "\x02"
# Stands for a "<" that is a sign and begins no tag.
LITERAL_LESS = "\x03"
# Stands around a formula until lines are joined; `mend` removes it as a control character.
FORMULA = "\x04"
# Stands before what a line begins with that is neither a blank nor the sign of a list or a table.
MARK = "\x05"
# Stands for what was taken away from within a line: blanks and brackets around it go with it.
GONE = "\x07"
BLANK = f" \t\n{GONE}"

SPACES = re.compile(r"[ \t\x85\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+")
# Controls, zero-width spaces, directional marks, soft hyphens; the joiners of Persian and Hindi stay.
INVISIBLE = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u00ad\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\uffff]"
)
SIGN = r"\s,;:/·•、，；：・"
# Brackets and quotation marks that have been emptied, and what parts one that is gone from the others.
EMPTIED = re.compile(
    rf"[(（](?=[{SIGN}–\"'-]*{GONE})[{SIGN}{GONE}–\"'-]*[)）]|\[(?=[{SIGN}]*{GONE})[{SIGN}{GONE}]*\]"
    rf"|(?<!\w)\"{GONE}\"|“\s*{GONE}\s*”|«\s*{GONE}\s*»|「{GONE}」"
)
OPENED = re.compile(rf"([(（\[])(?=[{SIGN}]*{GONE})[{SIGN}{GONE}]*+")
CLOSED = re.compile(rf"(?<![{SIGN}{GONE}])(?>(?:[{SIGN}]*+{GONE})+)[{SIGN}]*+(?=[)）\]])")
DOUBLED = re.compile(rf"([,;:])(?>(?:(?>(?:\s*+{GONE})+)\s*+[,;])+)(?=\s|$)")
HOLE = re.compile(rf"(?<!\s)\s++{GONE}++(?=[\s,;:.!?)\]\"'”’]|$)")
LEADING = re.compile(r"^(?:[,;:)\]]|\.(?!\.|\w))[\s,;:]*")
# Slips of the page itself: an empty bracket that is no call of a function, and stray blanks.
SLIP = re.compile(r" ?(?<![\w)\]])\( *\)|(?<=\() +|(?:,| +)(?=\))| +(?=[,.](?:[\s)\]\"'”’]|$))")
TAG = re.compile(r"</?[a-zA-Z][^<>]{0,200}>")
# What is left of links, tables and templates, and magic words of any language.
MARKS = re.compile(r"\[\[|\]\]|\{[{|]|[|}]\}|__(?:[^\W\d_a-z]_?){2,}_")
SIGNS = "{}[]|'=<>_"  # that would be markup, if they were not meant literally
LITERAL = {ord(sign): f"&#{ord(sign)};" for sign in SIGNS}
ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][\da-fA-F]{1,6}|[a-zA-Z][\da-zA-Z]{1,30})(?:;|(?![\w=]))")
WORD = re.compile(r"[^\W\d_]{2,}")
NUMBER = re.compile(r"\b\d[\d.,]*\b")
UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")
ENDED = re.compile(r"[.!?…。！？।؟۔॥։።፧။។][\"'”’»)\]」』]*$")


def mend(line: str) -> str:
    """Remove what cleaning leaves in a line: entities, invisible characters, empty brackets.

    Most lines need none of it, so each repair looks first whether it has anything to do.
    """
    if "<" in line:
        line = TAG.sub("", line)
    line = without_marks(line)
    if "&" in line:
        line = ENTITY.sub(entity_sign, line)
    if not line.isascii():
        line = unicodedata.normalize("NFC", line)
    if BAR in line or LITERAL_LESS in line:
        line = line.replace(BAR, "|").replace(LITERAL_LESS, "<")
    if GONE in line:
        line = line.replace(FORMULA, "")
        for _ in range(3):
            line = EMPTIED.sub(GONE, line)
        line = CLOSED.sub("", OPENED.sub(r"\1", line))
        line = HOLE.sub("", DOUBLED.sub(r"\1", line))
    if not line.isprintable():
        line = INVISIBLE.sub("", SPACES.sub(" ", line))
    line = LEADING.sub("", line)
    if "(" in line or " ," in line or " ." in line:
        line = SLIP.sub("", line)
    line = without_marks(line)  # that the repairs have brought together
    if "  " in line:
        line = SPACES.sub(" ", line)
    if "&#" in line:
        for number, entity in LITERAL.items():
            line = line.replace(entity, chr(number))
    return line.strip()


def without_marks(line: str) -> str:
    """A line without what is left of links, tables, templates and magic words."""
    if "[[" in line or "]]" in line or "__" in line or "{" in line or "}" in line:
        return MARKS.sub(" ", line)
    return line


def entity_sign(match: re.Match) -> str:
    """The sign of an entity, but for one that is meant literally (see `mend`'s end).

    Without its semicolon an entity counts only where HTML knows it so.
    """
    if match.group() in LITERAL.values():
        return match.group()
    name = match.group()[1:]
    known = name[0] == "#" or name in html.entities.html5
    return html.unescape(match.group()) if known else match.group()


def is_prose(line: str) -> bool:
    """Whether a line holds a sentence, or may: a title, a formula, a remark in brackets is none."""
    if not line or (line[0] == "(" and line[-1] == ")" and line.count("(") == 1):
        return False
    if ENDED.search(line):
        return bool(WORD.search(line) or UNSPACED.search(line))
    if UNSPACED.search(line):
        return len(line) > 8
    words = WORD.findall(line)
    return len(words) > 3 and sum(map(len, words)) > 0.5 * len(NUMBER.sub("", line))
