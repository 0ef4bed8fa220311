# ruff: noqa: RUF001
"""Blocks of a page that are left out: tables, hatnotes, headings, and sections of references."""

import html
import re

from scripts.corpus.wikitext.clean_up import ENDED, UNSPACED
from scripts.corpus.wikitext.languages import section_is_dropped
from scripts.corpus.wikitext.paragraphs import BOOK

TABLE = re.compile(
    r"\{\||\|\}(?!\})|<(?i:table\b|/table\s*>)"
    r"|\{\{\s*(?i:end|s-end|table[ -]end|end[ -]table|fin[ -]tableau|fin)\s*\}\}"
)
# Where a table that has no end must be over: at a heading, or a paragraph that is plainly prose.
OVER = re.compile(
    r"^(?===.*=[ \t]*$)|^[ \t]*\n(?=[^\s|!{}*#:;=<][^\n]{60,}[.!?…。][\"'”’)\]]*[ \t\x07]*$)",
    re.MULTILINE,
)
LINE_END = re.compile(r"\n")
# An indented line all in italics that links to another page: "For other uses, see …".
HATNOTE = re.compile(r"\n:+[ \t]*''(?!').*\[\[.*''[^\w\n]*(?=\n|\Z)")
HEADING = re.compile(r"\n(={1,6})[ \t]*(.+?)[ \t]*(={1,6})[ \t]*(?=\n|\Z)")
MARKUP = re.compile(r"\{\{[^{}]*\}\}|<[^<>]*>|'{2,}|\[\[(?:[^\[\]|]*\|)?|\]\]|\x07")
PARAGRAPH = re.compile(r"^[^\s*#:;|!{}=].*", re.MULTILINE)
ENTRY = re.compile(rf"{BOOK.pattern}|\bpp?\. ?\d|https?:")


def drop_tables(text: str) -> str:
    """Remove tables with those inside them; one that is not closed ends where prose begins."""
    opened: list[int] = []
    tables = []
    for mark in TABLE.finditer(text):
        start = text.rfind("\n", 0, mark.start()) + 1
        if mark.group() in ("{|", "|}") and text[start : mark.start()].strip(" \t:*#"):
            continue  # within a line it is text
        if mark.group() == "{|":
            opened.append(start)
        elif mark.group()[1] in "tT":
            opened.append(mark.start())
        elif opened:
            tables.append((opened.pop(), mark.end()))
    end = 0
    for start in opened:
        if start < end:
            continue
        over = (LINE_END if text[start] == "<" else OVER).search(text, start)
        end = over.start() if over else len(text)
        tables.append((start, end))
    pieces = []
    place = 0
    for start, end in sorted(tables):
        if start >= place:
            pieces.append(text[place:start])
        place = max(place, end)
    return "\n\n".join([*pieces, text[place:]])


def drop_sections(text: str) -> str:
    """Make headings empty lines, and of sections that hold references or links keep the prose."""
    kept = []
    start = 0
    below = 7  # the level of the section that is being dropped
    for heading in [*HEADING.finditer(text), None]:
        section = text[start : heading.start() if heading else len(text)]
        kept.append(section if below == 7 else prose(section))
        if heading:
            level = min(len(heading.group(1)), len(heading.group(3)))
            if level <= below:
                below = level if section_is_dropped(plain(heading.group(2))) else 7
            start = heading.end()
    return "\n\n".join(kept)


def plain(line: str) -> str:
    return " ".join(html.unescape(MARKUP.sub("", line)).split())


def prose(section: str) -> str:
    return "\n\n".join(line for line in PARAGRAPH.findall(section) if is_paragraph(plain(line)))


def is_paragraph(line: str) -> bool:
    """Whether a line is whole sentences, of which most words are no names."""
    if not ENDED.search(line) or ENTRY.search(line):
        return False
    words = line.split()
    names = sum(word[0].isupper() or word[0].isdecimal() for word in words)
    if len(words) > 7:
        return names < 0.55 * len(words)
    return bool(UNSPACED.search(line)) and len(line) > 30


def drop_hatnotes(text: str) -> str:
    """Remove hatnotes, which stand at the beginning or below a heading; elsewhere it is a quotation."""
    pieces = []
    place = 0
    for match in HATNOTE.finditer(text):
        above = text[place : match.start()].rstrip()
        line = above[above.rfind("\n") + 1 :]
        if not line or line[0] in "={}|" or (line[:2] == "[[" and line[-2:] == "]]"):
            pieces.append(above)
            place = match.end()
    return "".join([*pieces, text[place:]])
