"""Sections of a page: headings go, and of sections of references all but their prose."""

import html
import re

from scripts.corpus.wikitext.clean_up import ENDED, UNSPACED
from scripts.corpus.wikitext.languages import section_is_dropped
from scripts.corpus.wikitext.paragraphs import BOOK

# An indented line all in italics that links to another page: "For other uses, see …".
HATNOTE = re.compile(r"\n:+[ \t]*''(?!').*\[\[.*''[^\w\n]*(?=\n|\Z)")
HEADING = re.compile(r"\n(={1,6})[ \t]*(.+?)[ \t]*(={1,6})[ \t]*(?=\n|\Z)")
MARKUP = re.compile(r"\{\{[^{}]*\}\}|<[^<>]*>|'{2,}|\[\[(?:[^\[\]|]*\|)?|\]\]")
PARAGRAPH = re.compile(r"^[^\s*#:;|!{}=].*", re.MULTILINE)
ENTRY = re.compile(rf"{BOOK.pattern}|\bpp?\. ?\d|https?:")


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
    """A line without its markup, roughly."""
    return " ".join(html.unescape(MARKUP.sub("", line)).split())


def prose(section: str) -> str:
    """Those lines of a section that are sentences, and no entries of a bibliography."""
    return "\n\n".join(line for line in PARAGRAPH.findall(section) if is_paragraph(plain(line)))


def is_paragraph(line: str) -> bool:
    """Whether a line is whole sentences, of which most words are no names."""
    if not ENDED.search(line) or ENTRY.search(line):
        return False
    words = line.split()
    names = sum(word[0].isupper() or word[0].isdecimal() for word in words)
    return (
        names < 0.55 * len(words)
        if len(words) > 7
        else bool(UNSPACED.search(line)) and len(line) > 30
    )


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
