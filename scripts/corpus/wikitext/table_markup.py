# ruff: noqa: RUF001
"""Tables in a page, which are left out."""

import re

MARK = re.compile(
    r"\{\||\|\}(?!\})|<(?i:table\b|/table\s*>)"
    r"|\{\{\s*(?i:end|s-end|table[ -]end|end[ -]table|fin[ -]tableau|fin)\s*\}\}"
)
# Where a table that has no end must be over: at a heading, or a paragraph that is plainly prose.
OVER = re.compile(
    r"^(?===.*=[ \t]*$)|^[ \t]*\n(?=[^\s|!{}*#:;=<][^\n]{60,}[.!?…。][\"'”’)\]]*[ \t]*$)",
    re.MULTILINE,
)
LINE_END = re.compile(r"\n")


def drop_tables(text: str) -> str:
    """Remove tables with those inside them; one that is not closed ends where prose begins."""
    opened: list[int] = []
    tables = []
    for mark in MARK.finditer(text):
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
