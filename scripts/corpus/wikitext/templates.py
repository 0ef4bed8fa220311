"""Templates in wikitext: finding them, and putting the words they stand for in their place."""

import re
from collections.abc import Callable

from scripts.corpus.wikitext.clean_up import BLANK, GONE
from scripts.corpus.wikitext.template_table import FAMILIES, FAMILY, SIGNS, TEMPLATES
from scripts.corpus.wikitext.template_words import Arguments
from scripts.corpus.wikitext.units import grouped

# Single braces may stand inside: {{math|{x}}}.
CALL = re.compile(r"\{\{((?>(?:[^{}]++|\{[^{}]*+\}(?!\}))*))\}\}")
PARAMETER = re.compile(r"\{\{\{[^{}|]*(?:\|([^{}]*))?\}\}\}")
NAMED = re.compile(r"\s*([\w -]{1,30}?)\s*=(.*)", re.DOTALL)
UNCLOSED = re.compile(r"\{\{[^\n]*(?:\n[ \t]*[|!}][^\n]*)*")
NUMBERED = re.compile(r"\d{1,3}(?:er|re|e|d|de|nd|nde)|[ivx]{1,6}er? siècle|ier|\d+/\d+")
DEPTH = 24  # templates within templates; what lies deeper goes
FUNCTIONS: dict[str, Callable[[str], str]] = {
    "formatnum": grouped,
    "lc": str.lower,
    "uc": str.upper,
    "lcfirst": lambda value: value[:1].lower() + value[1:],
    "ucfirst": lambda value: value[:1].upper() + value[1:],
}


def expand_templates(text: str, title: str) -> str:
    """Replace every template by its words, the innermost first, in time linear in the text."""
    if "{{{" in text:
        text = PARAMETER.sub(lambda match: match.group(1) or "", text)

    def replace(match: re.Match) -> str:
        return template_words(match.group(1), title) or GONE

    for _ in range(DEPTH):
        if "{{" not in text:
            break
        text, count = CALL.subn(replace, text)
        if not count:
            break
    if "{{" in text:
        # What lacks an end goes with its line and with the lines of arguments behind it.
        text = UNCLOSED.sub("", text)
    return text.replace("}}", " ")


def template_words(body: str, title: str) -> str:
    """What `{{body}}` reads as; a template that is not known reads as nothing."""
    head, bar, rest = body.partition("|")
    name = head.strip().replace("_", " ")
    key = name.lower()
    template = TEMPLATES.get(key) if bar else None
    if template is None:
        sign = SIGNS.get(key)
        if sign is not None:
            return sign
        if NUMBERED.fullmatch(key):
            return name  # {{1er}}, {{XIXe siècle}}, {{1/2}}
        if key in ("pagename", "fullpagename", "subpagename", "basepagename"):
            return title
        if ":" in key:
            return parser_function(name, rest)
        family = FAMILY.match(key) if bar else None
        if family is None:
            return ""
        template = FAMILIES[family.group()]
    values, options = arguments(rest)
    return template(values, options) if values or options else ""


def arguments(rest: str) -> Arguments:
    values: list[str] = []
    options: dict[str, str] = {}
    for part in rest.split("|"):
        match = NAMED.match(part) if "=" in part else None
        if match is None:
            values.append(part.strip(BLANK))
        elif match.group(1).isdecimal():
            number = int(match.group(1))
            if 0 < number <= 50:
                values.extend([""] * (number - len(values)))
                values[number - 1] = match.group(2).strip(BLANK)
        else:
            options[match.group(1).lower()] = match.group(2).strip(BLANK)
    return values, options


def parser_function(head: str, rest: str) -> str:
    """{{formatnum:1234}}, {{lc:ABC}} and their like; and {{Template:name}}."""
    function, _, value = head.partition(":")
    function = function.strip().lower()
    value = value.strip()
    if function in FUNCTIONS:
        return FUNCTIONS[function](value)
    if function == "#tag" and value.lower() in ("nowiki", "poem"):
        return rest.partition("|")[0]
    if function in ("template", "vorlage", "modèle", "шаблон", "plantilla", "predefinição"):
        return template_words(f"{value}|{rest}" if rest else value, "")
    return ""
