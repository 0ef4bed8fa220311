"""A page's wikitext as paragraphs of plain text, read in MediaWiki's order.

wikiextractor's cleaning is the base. It drops all templates, takes titles with a colon for
namespaces, and leaves headings, list items and empty brackets behind; so what needs knowledge of
wikitext's structure is resolved before it, and what is left of it is mended after.
"""

import re

from wikiextractor.extract import Extractor, clean

from scripts.corpus.wikitext.clean_up import LITERAL_LESS, MARK, is_prose, mend
from scripts.corpus.wikitext.elements import LESS, replace_extensions, replace_tags
from scripts.corpus.wikitext.links import replace_external_links, replace_links
from scripts.corpus.wikitext.paragraphs import join_lines
from scripts.corpus.wikitext.quotes import drop_quotes
from scripts.corpus.wikitext.structure import drop_hatnotes, drop_sections, drop_tables
from scripts.corpus.wikitext.templates import expand_templates

EXTRACTOR = Extractor("", "", "", "", [])
RULE = re.compile(r"\n-{4,}")
BEGINNING = re.compile(r"\n(?=[\[{<'_])")
AMPERSAND = "\x06"
# Chinese, Serbian and others: -{zh-hans:计算机;zh-hant:電腦}-
VARIANTS = re.compile(r"-\{([^{}]*)\}-")
VARIANT = re.compile(r"(?:^|;)\s*[a-z]{2,3}(?:-[a-z]+)*\s*:\s*([^;]*)")


def paragraphs(text: str, title: str, wordless: frozenset[str], lists: bool) -> list[str]:
    """The paragraphs of a page, each without line breaks.

    `wordless` are the lower-case names of namespaces whose links have no words, `lists` says
    whether list items become paragraphs or go.
    """
    text = replace_extensions(f"\n{text}")
    text = drop_tables(text)
    text = drop_sections(drop_hatnotes(text))
    # What a line is does not change as the markup that it begins with is taken away.
    text = BEGINNING.sub(f"\n{MARK}", RULE.sub(f"\n\n{MARK}", text))
    text = replace_tags(text)
    text = VARIANTS.sub(variant_words, text)
    text = replace_links(text, wordless)
    text = expand_templates(text, title)
    text = drop_quotes(text)
    text = replace_external_links(text)
    text = LESS.sub(LITERAL_LESS, text)
    text = "\n".join(join_lines(text, lists))
    text = base_clean(text)
    return [line for line in map(mend, text.split("\n")) if is_prose(line)]


def base_clean(text: str) -> str:
    """wikiextractor's cleaning, where a tag is left; `mend` resolves entities, and only once."""
    if "<" not in text:
        return text
    text = clean(EXTRACTOR, text.replace("&", AMPERSAND), False, html_safe=False)
    return text.replace(AMPERSAND, "&")


def variant_words(match: re.Match) -> str:
    """The first of the wordings that a text has in its language's scripts."""
    flags, _, rest = match.group(1).rpartition("|")
    if "H" in flags or "T" in flags or flags == "-":
        return ""
    first = VARIANT.match(rest)
    return first.group(1) if first else rest
