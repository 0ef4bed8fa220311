# ruff: noqa: RUF001
"""A page's wikitext as paragraphs of plain text.

wikiextractor's cleaning is the base. It drops all templates, takes titles with a colon for
namespaces, and leaves headings, list items and empty brackets behind; so what needs knowledge of
wikitext's structure is resolved before it, and what is left of it is mended after.
"""

import html
import re
import unicodedata

from wikiextractor.extract import Extractor, clean

from scripts.corpus.languages import section_is_dropped
from scripts.corpus.links import replace_links
from scripts.corpus.maths import formula_words
from scripts.corpus.templates import BAR, expand_templates

# A list item of fewer words is an entry of an index, not a sentence.
ITEM_WORDS = 5

EXTRACTOR = Extractor("", "", "", "", [])


def paragraphs(text: str, title: str, dropped: frozenset[str], lists: bool) -> list[str]:
    """The paragraphs of a page, each without line breaks.

    `dropped` are the lower-case names of namespaces whose links have no words, `lists` says
    whether list items become paragraphs or go.
    """
    text = drop_comments(text)
    text = drop_sections(text)
    text = replace_elements(text)
    text = drop_tables(text)
    text = replace_links(text, dropped)
    text = expand_templates(text, title)
    text = replace_quotes(text)
    text = plain_lines(text, lists)
    text = clean(EXTRACTOR, text, expand_templates=False, html_safe=False)
    return [line for line in map(mend, text.split("\n")) if is_prose(line)]


COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)


def drop_comments(text: str) -> str:
    """Remove comments; one that is not closed ends with the page, as in MediaWiki."""
    if "<!--" not in text:
        return text
    last = text.rfind("<!--")
    if text.find("-->", last) < 0:
        text = text[:last]
    return COMMENT.sub("", text)


HEADING = re.compile(r"^(={1,6})[ \t]*(.+?)[ \t]*=+[ \t]*$", re.MULTILINE)


def drop_sections(text: str) -> str:
    """Remove sections without prose, and make every other heading an empty line."""
    kept = []
    start = 0
    below = 7  # the level of the section that is being dropped
    for match in HEADING.finditer(text):
        level = len(match.group(1))
        if below == 7:
            kept.append(text[start : match.start()])
        if level <= below:
            below = level if section_is_dropped(match.group(2)) else 7
        start = match.end()
    if below == 7:
        kept.append(text[start:])
    return "\n".join(kept)


# Elements whose content is no part of the text, and maths, which may be.
ELEMENT = re.compile(
    r"<(/?)(ref|references|math|chem|ce|gallery|timeline|score|syntaxhighlight|source|pre|imagemap"
    r"|graph|mapframe|maplink|templatestyles|hiero|inputbox|categorytree|includeonly|noinclude"
    r"|indicator|section|nowiki|table|ul|ol|dl)\b([^<>]*?)(/?)>",
    re.IGNORECASE,
)
# What an element's content reads as; an element that is not here reads as nothing.
INLINE = re.compile(r"<(/?)(small|li|dd|dt|br|sup|code|tt|samp|kbd|poem)\b[^<>]*>", re.IGNORECASE)
BLOCKS = frozenset(["gallery", "timeline", "score", "pre", "table", "syntaxhighlight", "source"])


def replace_elements(text: str) -> str:
    """Drop elements without words, such as references; write out formulas and small print."""
    if "<" not in text:
        return text
    pieces = []
    place = 0
    tags = list(ELEMENT.finditer(text))
    closings: dict[str, list[int]] = {}
    for index, tag in enumerate(tags):
        if tag.group(1):
            closings.setdefault(tag.group(2).lower(), []).append(index)
    for ends in closings.values():
        ends.reverse()
    for index, tag in enumerate(tags):
        if tag.start() < place:
            continue
        pieces.append(text[place : tag.start()])
        place = tag.end()
        name = tag.group(2).lower()
        if name in ("ul", "ol", "dl"):
            pieces.append("\n")
            continue
        if tag.group(1) or tag.group(4):
            continue
        ends = closings.get(name, [])
        while ends and ends[-1] < index:
            ends.pop()
        if not ends:
            # Not closed: nobody knows how far it was meant to go, so no farther than its line.
            line = text.find("\n", place)
            place = place if name == "nowiki" else len(text) if line < 0 else line
            continue
        end = tags[ends[-1]]
        pieces.append(element_words(name, tag.group(3), text[place : end.start()]))
        place = end.end()
    pieces.append(text[place:])
    return INLINE.sub(inline_words, "".join(pieces))


def element_words(name: str, attributes: str, content: str) -> str:
    """What an element with this content reads as."""
    if name in ("math", "chem", "ce"):
        return html.escape(formula_words(html.unescape(content)), quote=False).translate(LITERAL)
    if name == "nowiki":
        return content.translate(LITERAL)
    if name in ("syntaxhighlight", "source") and "inline" in attributes:
        return content
    return "\n" if name in BLOCKS else ""


# Characters that would be markup, if they were not meant literally.
LITERAL = str.maketrans({"{": "&#123;", "}": "&#125;", "[": "&#91;", "]": "&#93;", "|": "&#124;", "'": "&#39;"})  # fmt: skip


def inline_words(tag: re.Match) -> str:
    """What a tag of small print, a list item or a superscript is replaced by."""
    name = tag.group(2).lower()
    if name in ("li", "dd", "dt"):
        return "\n" if tag.group(1) else "\n* "
    if name == "br":
        return " "
    if name == "sup" and not tag.group(1):
        # 10<sup>6</sup> is not 106.
        before = tag.string[tag.start() - 1 : tag.start()]
        after = tag.string[tag.end() : tag.end() + 1]
        return "^" if before.isdigit() and (after.isdigit() or after in "-−–") else ""
    return "\n" if name == "poem" else ""


TABLE = re.compile(r"^[ \t:*#]*\{\||^[ \t]*\|\}(?!\})", re.MULTILINE)


def drop_tables(text: str) -> str:
    """Remove tables with those inside them; one that is not closed ends with its section."""
    if "{|" not in text:
        return text
    pieces = []
    place = 0
    depth = 0
    for mark in TABLE.finditer(text):
        if mark.group().endswith("{|"):
            if depth == 0:
                pieces.append(text[place : mark.start()])
            depth += 1
        elif depth:
            depth -= 1
            place = mark.end()
    if depth == 0:
        pieces.append(text[place:])
    return "\n".join(pieces)


QUOTES = re.compile(r"'{2,}")


def replace_quotes(text: str) -> str:
    """Remove the marks of italics and bold type, but no apostrophe before them: l'''amour''."""
    if "''" not in text:
        return text

    def replace(match: re.Match) -> str:
        length = len(match.group())
        if length == 4 or length > 5:
            return "'" * (1 if length == 4 else length - 5)
        if length == 3:
            before = match.string[match.start() - 2 : match.start()]
            after = match.string[match.end() : match.end() + 1]
            if before and before[-1].isalpha() and after.isalpha() and not before[:-1].isalpha():
                return "'"
        return ""

    return QUOTES.sub(replace, text)


def plain_lines(text: str, lists: bool) -> str:
    """Make list items sentences, or drop them, and drop what is left of headings and tables."""
    lines = []
    for line in text.split("\n"):
        stripped = line.strip(" \t")
        if not stripped:
            continue
        first = stripped[0]
        if first in "*#;:" and line[0] == first:
            item = stripped.lstrip("*#;: ")
            if first in "*#;" and not lists:
                continue
            if first == ";":
                item = item.replace(" :", ": ", 1)
            if item.count(" ") + 1 < ITEM_WORDS:
                continue
            if first in "*#" and item[-1].isalnum():
                item += "."
            lines.append(item)
        elif first in "|!" or stripped[-1] == "}":
            continue
        else:
            lines.append(stripped)
    return "\n".join(lines)


SPACES = re.compile(r"[ \t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]+")
# Controls, zero-width spaces, directional marks, soft hyphens; the joiners of Persian and Hindi stay.
INVISIBLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\uffff]")  # fmt: skip
EMPTY = re.compile(r"\(\s*[^\w()]{0,6}\s*\)|\[\s*[^\w\[\]]{0,3}\s*\]")
OPENED = re.compile(r"([(\[])\s*(?:[,;:/·•]\s*)+")
CLOSED = re.compile(r"\s*(?:[,;:/·•]\s*)+(?=[)\]])")
DOUBLED = re.compile(r"([,;:])(?:\s*[,;])+(?=\s)")
BEFORE = re.compile(r" +(?=[,;:.!?)\]](?:\s|$|[)\]\"'”’]))")
AFTER = re.compile(r"([(\[]) +")
QUOTED = re.compile(r'""|“\s*”|«\s*»')
TAG = re.compile(r"</?[a-zA-Z][^<>]{0,200}>")
MARKS = re.compile(r"\[\[|\]\]|__[A-Z]{3,}__|\{\||\|\}|={2,}")


def mend(line: str) -> str:
    """Remove what cleaning leaves in a line: entities, invisible characters, empty brackets."""
    if "&" in line:
        line = html.unescape(line)
    if BAR in line:
        line = line.replace(BAR, "|")
    if not line.isascii():
        line = unicodedata.normalize("NFC", line)
    line = INVISIBLE.sub("", SPACES.sub(" ", line))
    if "<" in line:
        line = TAG.sub("", line)
    line = MARKS.sub("", line)
    if "(" in line or "[" in line:
        for _ in range(3):
            mended = EMPTY.sub("", CLOSED.sub("", OPENED.sub(r"\1", line)))
            if mended == line:
                break
            line = mended
        line = AFTER.sub(r"\1", line)
    line = QUOTED.sub("", line)
    line = DOUBLED.sub(r"\1", line)
    return SPACES.sub(" ", BEFORE.sub("", line)).strip()


LETTERS = re.compile(r"[^\W\d_]{2}|[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


def is_prose(line: str) -> bool:
    """Whether a line holds a word at all, and is no remark in brackets of its own."""
    if not LETTERS.search(line):
        return False
    return not (line[0] == "(" and line[-1] == ")" and line.count("(") == 1)
