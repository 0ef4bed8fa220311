"""Which inline templates the Wikipedias use in sentences, and what they read as."""

import re

from scripts.common.data import data_yaml
from scripts.corpus.wikitext import template_words
from scripts.corpus.wikitext.languages import names
from scripts.corpus.wikitext.template_words import Template, pattern

TABLE = data_yaml(__file__, "template_table.yaml")


def template_of(words: str | list, name: str = "") -> Template:
    """The template of a row: patterns, a function of `template_words`, or a maker with its arguments."""
    first, *rest = [words] if isinstance(words, str) else words
    if "{" in first:
        return pattern(*(one.replace("{0}", name.upper()) for one in (first, *rest)))
    function = getattr(template_words, first)
    return function(*rest) if isinstance(words, list) else function


def currency(values: list[str], options: dict[str, str]) -> str:
    """{{currency|5|USD}}: "US$5"."""
    template = CURRENCIES.get("".join(values[1:2]).lower(), pattern("{1}"))
    return template(values, options)


CURRENCIES = {
    name: pattern(f"{sign}{{1}}")
    for sign, listed in TABLE["currencies"].items()
    for name in names(listed)
}
TEMPLATES: dict[str, Template] = {}
for ROW in TABLE["templates"]:
    TEMPLATES |= {name: template_of(ROW["words"], name) for name in names(ROW["names"])}
TEMPLATES |= CURRENCIES | {"currency": currency}
FAMILIES = {prefix: template_of(words) for prefix, words in TABLE["families"].items()}
FAMILY = re.compile("|".join(map(re.escape, FAMILIES)))
SIGNS = {name: sign for sign, listed in TABLE["signs"].items() for name in names(listed)}
