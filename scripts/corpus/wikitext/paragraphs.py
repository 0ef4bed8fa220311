# ruff: noqa: RUF001
"""Lines of wikitext, of which links and templates are resolved, as paragraphs."""

import re
from collections.abc import Iterator

from scripts.corpus.wikitext.clean_up import BLANK, FORMULA, GONE, MARK

# A list item of fewer words is an entry of an index, not a sentence.
ITEM_WORDS = 5

# Empty lines between a text and its formula.
PARTED = re.compile(rf"(?<!\n)\n++(?=:++[ \t]*+{FORMULA})")
DISPLAYED = re.compile(rf":+[ \t]*{FORMULA}|{FORMULA}[^{FORMULA}]*{FORMULA}\W*$")
# A line that was left of a table.
CELL = re.compile(r"\||!(?!\w)|!.*!!")
# An entry of a bibliography.
BOOK = re.compile(r"\b(?:ISBN|ISSN|OCLC|doi)[ :]?\s?[\d-]{6}")
# What leads from an item to the next.
LINKED = re.compile(r"(?:[,;]\s*(?:and|or|und|oder|et|ou|y|o|e)?)?[\s,;]*$")


def join_lines(text: str, lists: bool) -> Iterator[str]:
    """Yield paragraphs, each a line: what stands between empty lines, and every list item.

    Text that is set off by a space at the line's beginning is code or a drawing, and is left out,
    as is what is left of tables. A formula on a line of its own is part of the sentence around it.
    """
    if FORMULA in text:
        text = PARTED.sub("\n", text)
    paragraph: list[str] = []
    displayed = False
    lines = text.split("\n")
    for number, line in enumerate(lines):
        kind = line[:1]
        if MARK in line:
            line = line.replace(MARK, "")
        stripped = line.strip().rstrip(BLANK)
        if paragraph and DISPLAYED.match(stripped):
            if paragraph[-1][-1] != ".":  # behind a whole sentence, it would be none of its own
                paragraph.append(stripped.lstrip(": \t"))
            displayed = True
            continue
        if displayed and (not stripped or (kind not in " \t" and goes_on(stripped))):
            paragraph.append(stripped.lstrip(": "))
            continue
        if displayed:
            yield " ".join(paragraph)
            paragraph, displayed = [], False
        if stripped and (
            (kind not in " *#:;\t" and (kind == MARK or not CELL.match(stripped)))
            or (kind in " \t" and not paragraph and set_in_prose(lines, number))
        ):
            paragraph.append(stripped)
            continue
        if paragraph:
            yield " ".join(paragraph)
            paragraph = []
        if kind == ":" or (lists and kind and kind in "*#;"):
            item = list_item(stripped)
            if item:
                yield item
    if paragraph:
        yield " ".join(paragraph)


def goes_on(line: str) -> bool:
    """Whether a line goes on with the sentence of the formula above: "where x is …"."""
    return line.lstrip(": ")[:1].islower()


def set_in_prose(lines: list[str], number: int) -> bool:
    """Whether a line with a space before it is prose, which a template may have stood before."""
    line = lines[number]
    neighbours = lines[max(0, number - 1) : number] + lines[number + 1 : number + 2]
    if any(other[:1] in (" ", "\t") and other.strip() for other in neighbours):
        return False
    return line.count(" ") > ITEM_WORDS and line.rstrip(BLANK)[-1] in ".!?:\"'”)。"


def list_item(line: str) -> str:
    """A list item as a sentence, or nothing where it has too few words for one."""
    item = line.replace(FORMULA, "").lstrip(f"*#;:{BLANK}")
    if item.replace(GONE, "").count(" ") + 1 < ITEM_WORDS or BOOK.search(item):
        return ""
    if line[0] == ":":
        return item
    if line[0] == ";":
        item = item.replace(" :", ": ", 1)
    item = LINKED.sub("", item)
    if item[-1:].isalnum() or item[-1:] in "')\"”’":
        item += "."
    return item
