"""Which inline templates the Wikipedias use in sentences, and what they read as."""

import re

from scripts.common.data import data_yaml
from scripts.corpus.wikitext import template_words
from scripts.corpus.wikitext.languages import names
from scripts.corpus.wikitext.template_words import Template

TABLE = data_yaml(__file__, "template_table.yaml")


def template_of(words: str | list) -> Template:
    """The template that a name in `template_words` is, or that is made by a maker and its arguments."""
    if isinstance(words, str):
        return getattr(template_words, words)
    maker, *arguments = words
    return getattr(template_words, maker)(*arguments)


TEMPLATES = {
    name: template_of(row["words"]) for row in TABLE["templates"] for name in names(row["names"])
}
FAMILIES = {prefix: template_of(words) for prefix, words in TABLE["families"].items()}
FAMILY = re.compile("|".join(map(re.escape, FAMILIES)))
SIGNS = {name: sign for sign, listed in TABLE["signs"].items() for name in names(listed)}
