# ruff: noqa: RUF001
"""The words of HTML's elements: superscripts, code, list items, and what is not shown."""

import html
import re

from scripts.corpus.wikitext.languages import names

TAG = re.compile(
    r"<(/?)(small|big|li|dd|dt|ul|ol|dl|br|sup|sub|code|tt|samp|kbd|span|font|abbr|bdi|bdo|cite|em"
    r"|strong|b|i|u|s|strike|del|ins|mark|q|var|dfn|nobr|wbr|ruby|rb|p|div|center|blockquote|h[1-6]|hr)"
    r"\b[^<>]*>",
    re.IGNORECASE,
)
PARTING = names("p|div|center|blockquote|h1|h2|h3|h4|h5|h6|hr")
SUPERSCRIPT = re.compile(r"<sup\b[^<>]*>([^<>]*)</sup\s*>", re.IGNORECASE)
CODE = re.compile(r"(<(code|tt|samp|kbd)\b[^<>]*>)(.*?)(?=</\2)", re.IGNORECASE | re.DOTALL)
HIDDEN = re.compile(r"<(\w+)[^<>]*\bdisplay\s*:\s*none[^<>]*>", re.IGNORECASE)
# A base that a number behind it is a power of: a number, a bracket, a variable, a unit.
BASE = re.compile(r"(?:[\d)\]]|(?<![^\W\d_])[^\W\d_]{1,3}(?:''+|</\w+>)?)$")
POWER = re.compile(r"[-−–]?(?:\d+(?:[.,/]\d+)*|\d*[nkmxyzijpqN])(?:[-+−–](?:\d+|[nkmxyzijpq]))?")


def replace_tags(text: str) -> str:
    """Replace tags by what they stand for, and remove elements that are not shown."""
    if "<" not in text:
        return text
    if "display" in text:
        text = drop_hidden(text)
    text = CODE.sub(lambda code: code.group(1) + literal(code.group(3)), text)
    return TAG.sub(tag_words, SUPERSCRIPT.sub(superscript, text))


def literal(code: str) -> str:
    """Code whose signs are no markup of headings or magic words."""
    return code.replace("==", "&#61;&#61;").replace("__", "&#95;&#95;")


def drop_hidden(text: str) -> str:
    """Remove elements whose style says that they are not displayed."""
    pieces = []
    place = 0
    while hidden := HIDDEN.search(text, place):
        pieces.append(text[place : hidden.start()])
        place = hidden.end()
        depth = 1
        tags = re.compile(rf"<(/?){hidden.group(1)}\b[^<>]*>", re.IGNORECASE)
        for tag in tags.finditer(text, place):
            depth += -1 if tag.group(1) else 1
            if not depth:
                place = tag.end()
                break
    return "".join([*pieces, text[place:]])


def superscript(match: re.Match) -> str:
    """10<sup>6</sup> is not 106, but 19<sup>th</sup> is 19th."""
    before = match.string[max(0, match.start() - 12) : match.start()]
    content = match.group(1)
    return power(content) if BASE.search(before) else content


def power(content: str) -> str:
    """A superscript, with the sign of a power where it is one."""
    plain = html.unescape(content.replace("{{minus}}", "−").replace("''", "")).strip()
    return f"^{plain}" if POWER.fullmatch(plain) else content


def tag_words(tag: re.Match) -> str:
    """What a tag of small print, a list item or a paragraph is replaced by."""
    name = tag.group(2).lower()
    if name in ("li", "dd", "dt"):
        return "\n" if tag.group(1) else "\n* "
    if name in ("ul", "ol", "dl"):
        return "\n"
    if name == "br":
        return " "
    return "\n\n" if name in PARTING else ""
