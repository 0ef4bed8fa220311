# ruff: noqa: RUF001
"""A page's wikitext as paragraphs of plain text.

wikiextractor's cleaning is the base. It drops all templates, takes titles with a colon for
namespaces, and leaves headings, list items and empty brackets behind; so what needs knowledge of
wikitext's structure is resolved before it, and what is left of it is mended after.
"""

import html
import re

from wikiextractor.extract import (
    Extractor,
    clean,
    dots,
    magicWordsRE,
    replaceExternalLinks,
    replaceInternalLinks,
)

from scripts.corpus.wikitext.clean_up import FORMULA, LITERAL_LESS, is_prose, mend
from scripts.corpus.wikitext.languages import names, section_is_dropped
from scripts.corpus.wikitext.links import replace_links
from scripts.corpus.wikitext.maths import formula_words
from scripts.corpus.wikitext.paragraphs import join_lines
from scripts.corpus.wikitext.templates import expand_templates

EXTRACTOR = Extractor("", "", "", "", [])


def paragraphs(text: str, title: str, dropped: frozenset[str], lists: bool) -> list[str]:
    """The paragraphs of a page, each without line breaks.

    `dropped` are the lower-case names of namespaces whose links have no words, `lists` says
    whether list items become paragraphs or go.
    """
    text = drop_comments(text)
    text = drop_sections(text)
    text = HATNOTE.sub("", text)
    text = replace_elements(text)
    text = replace_quotes(text)
    text = TAG.sub(tag_words, text)
    text = drop_tables(text)
    text = VARIANTS.sub(variant_words, text)
    text = replace_links(text, dropped)
    text = expand_templates(text, title)
    text = LESS.sub(LITERAL_LESS, text)
    text = "\n".join(join_lines(text, lists))
    text = base_clean(text)
    return [line for line in map(mend, text.split("\n")) if is_prose(line)]


# What is no tag but a sign. Those that the text escapes are signs too.
LESS = re.compile(r"<(?!/?[a-zA-Z][^<>]*>)|&lt;|&#60;")


def base_clean(text: str) -> str:
    """wikiextractor's cleaning; where no tag is left, only those of its steps that have work."""
    if "<" in text or "{{" in text or "{|" in text:
        return clean(EXTRACTOR, text, expand_templates=False, html_safe=False)
    if "[" in text:
        text = replaceExternalLinks(text, EXTRACTOR)
    if "[[" in text:
        text = replaceInternalLinks(text, EXTRACTOR)
    if "__" in text:
        text = magicWordsRE.sub("", text)
    return dots.sub("...", text) if "...." in text else text


COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)


def drop_comments(text: str) -> str:
    """Remove comments; one that is not closed ends with the page, as in MediaWiki."""
    if "<!--" not in text:
        return text
    start = text.find("<!--", text.rfind("-->") + 1)
    return COMMENT.sub("", text if start < 0 else text[:start])


# An indented line all in italics: "For other uses, see …".
HATNOTE = re.compile(r"^:+[ \t]*''(?!').*''\W*$", re.MULTILINE)
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
    return "\n\n".join(kept)


# Elements whose content is no part of the text, and maths, which may be.
ELEMENT = re.compile(
    r"<(/?)(ref|references|math|chem|ce|gallery|timeline|score|syntaxhighlight|source|pre|imagemap"
    r"|graph|mapframe|maplink|templatestyles|hiero|inputbox|categorytree|includeonly|noinclude"
    r"|indicator|section|nowiki|table|ul|ol|dl)\b([^<>]*?)(/?)>",
    re.IGNORECASE,
)
# What an element's content reads as; an element that is not here reads as nothing.
TAG = re.compile(
    r"<(/?)(small|big|li|dd|dt|br|sup|sub|code|tt|samp|kbd|poem|span|font|abbr|bdi|bdo|cite|em|strong"
    r"|b|i|u|s|strike|del|ins|mark|q|var|dfn|nobr|wbr|ruby|rb|p|div|center|blockquote|h[1-6]|hr)"
    r"\b[^<>]*>",
    re.IGNORECASE,
)
PARTING = names("poem|p|div|center|blockquote|h1|h2|h3|h4|h5|h6|hr")
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
    return "".join(pieces)


def element_words(name: str, attributes: str, content: str) -> str:
    """What an element with this content reads as."""
    if name in ("math", "chem", "ce"):
        words = html.escape(formula_words(html.unescape(content)), quote=False)
        return FORMULA + words.translate(LITERAL) + FORMULA
    if name == "nowiki":
        return content.translate(LITERAL)
    if name in ("syntaxhighlight", "source") and "inline" in attributes:
        return content
    return "\n\n" if name in BLOCKS else ""


# Characters that would be markup, if they were not meant literally.
LITERAL = str.maketrans({"{": "&#123;", "}": "&#125;", "[": "&#91;", "]": "&#93;", "|": "&#124;", "'": "&#39;"})  # fmt: skip


def tag_words(tag: re.Match) -> str:
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
    return "\n\n" if name in PARTING else ""


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
    return "\n\n".join(pieces)


# Chinese, Serbian and others: -{zh-hans:计算机;zh-hant:電腦}-
VARIANTS = re.compile(r"-\{([^{}]*)\}-")
VARIANT = re.compile(r"(?:^|;)\s*[a-z]{2,3}(?:-[a-z]+)*\s*:\s*([^;]*)")


def variant_words(match: re.Match) -> str:
    """The first of the wordings that a text has in its language's scripts."""
    flags, _, rest = match.group(1).rpartition("|")
    if "H" in flags or "T" in flags or flags == "-":
        return ""
    first = VARIANT.match(rest)
    return first.group(1) if first else rest


QUOTES = re.compile(r"'{2,}")


def replace_quotes(text: str) -> str:
    """Remove the marks of italics and bold type, but no apostrophe before them: l'''amour''."""
    if "''" not in text:
        return text

    def replace(match: re.Match) -> str:
        length = len(match.group())
        if length in (4, 6):
            return "'"
        if length == 3:
            before = match.string[max(0, match.start() - 2) : match.start()]
            after = match.string[match.end() : match.end() + 1]
            if before and before[-1].isalpha() and after.isalpha() and not before[:-1].isalpha():
                return "'"
        return ""

    return QUOTES.sub(replace, text)
