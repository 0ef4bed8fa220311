"""What differs between the Wikipedias: names of sections, of templates, and of redirects.

All names are lower-case, with spaces for underscores.
"""

import re

from scripts.common.data import data_yaml


def names(text: str) -> frozenset[str]:
    """A table of names, divided by bars and line ends."""
    return frozenset(name.strip() for name in text.replace("\n", "|").split("|")) - {""}


TABLES = data_yaml(__file__, "languages.yaml")
SECTIONS = names(TABLES["sections"])
DISAMBIGUATIONS = names(TABLES["disambiguation_templates"])
PROJECTS = names(TABLES["projects"])

TITLES = "|".join(map(re.escape, sorted(names(TABLES["disambiguation_titles"]))))
DISAMBIGUATION_TITLE = re.compile(rf"\((?:{TITLES})\)$", re.IGNORECASE)
TEMPLATE_NAME = re.compile(r"\{\{\s*([^{}|<>\[\]\n]+?)\s*(?:\||\}\}|\n)")

# A redirect begins with the hash and its word, in any language: "# [[x]]" would be a list. A word
# of Hindi or Thai has marks in it that are no letters.
REDIRECT = re.compile(r"\s*[#\uff03]\s?[^\s\d\[\]{}|<>=*#:]+\s*:?\s*\[\[")

FILES_AND_CATEGORIES = names(TABLES["files"]) | names(TABLES["categories"])
INTERWIKI = re.compile(r"[a-z]{2,3}(?:-[a-z]+)*|simple|tokipona")


def section_is_dropped(title: str) -> bool:
    return title.strip(" :.'").lower() in SECTIONS


def is_disambiguation(title: str, wikitext: str) -> bool:
    """Whether a page lists the meanings of its title."""
    if DISAMBIGUATION_TITLE.search(title) or "__DISAMBIG__" in wikitext:
        return True
    found = (name.replace("_", " ").lower() for name in TEMPLATE_NAME.findall(wikitext))
    return any(name in DISAMBIGUATIONS for name in found)
