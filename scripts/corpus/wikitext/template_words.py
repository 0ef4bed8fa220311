# ruff: noqa: RUF001
"""The words of inline templates, as functions of their positional and their named arguments.

Arguments have no white space around them. There may be none of a kind, but not of both.
"""

import re
from collections.abc import Callable

from scripts.corpus.wikitext.elements import power
from scripts.corpus.wikitext.languages import INTERWIKI
from scripts.corpus.wikitext.units import grouped, measure

Arguments = tuple[list[str], dict[str, str]]
Template = Callable[[list[str], dict[str, str]], str]

FIELD = re.compile(r"\{([^{}]+)\}")
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
ROMAN = re.compile(r"[IVX]+")


def pattern(*patterns: str) -> Template:
    """A template that reads as the first of these patterns whose arguments are all given.

    `{1}` stands for the first argument, `{text|1}` for that of this name, or else the first.
    """
    parsed = [
        (FIELD.sub("{}", one), [keys.split("|") for keys in FIELD.findall(one)]) for one in patterns
    ]

    def words(values: list[str], options: dict[str, str]) -> str:
        given = options | {str(number): value for number, value in enumerate(values, 1)}
        for text, wanted in parsed:
            found = [next(filter(None, map(given.get, keys)), "") for keys in wanted]
            if all(found):
                return text.format(*found)
        return ""

    return words


def last(values: list[str], options: dict[str, str]) -> str:
    return next((value for value in reversed(values) if value), "")


def joined(separator: str) -> Template:
    """A template that reads as its arguments, one after the other."""
    return lambda values, options: separator.join(filter(None, values))


def language(values: list[str], options: dict[str, str]) -> str:
    """{{lang|fr|mots}}, {{langue|fr|texte=mots}}, {{lang-fr|mots}}, {{langx|fr|mots}}."""
    coded = len(values) > 1 and INTERWIKI.fullmatch(values[0].lower()) is not None
    return options.get("text") or options.get("texte") or "".join(values[coded : coded + 1])


def interlanguage(values: list[str], options: dict[str, str]) -> str:
    """{{ill|Ada|de|lt=words}}, or as it once was, {{ill|de|Ada}}."""
    coded = len(values) > 1 and INTERWIKI.fullmatch(values[0]) is not None
    return LABEL([], options) or "".join(values[coded : coded + 1])


LABEL = pattern("{lt|label|texte|fr|tekst|треба|text}")


def short_measure(values: list[str], options: dict[str, str]) -> str:
    """{{cvt|5|km}} shows symbols where {{convert}} shows names."""
    return measure(values, {"abbr": "on"} | options)


def density(values: list[str], options: dict[str, str]) -> str:
    """{{pop density|people|area|km2}}: people on a square kilometre or mile."""
    numbers = [value.replace(",", "") for value in values[:2]]
    if len(values) < 3 or not all(re.fullmatch(r"\d+(?:\.\d+)?", one) for one in numbers):
        return ""
    people, area = map(float, numbers)
    if not area:
        return ""
    prec = options.get("prec", "")
    digits = int(prec) if prec in ("0", "1", "2", "3") else int(people / area < 100)
    return measure([f"{people / area:.{digits}f}", f"PD/{values[2]}"], {})


def short_citation(values: list[str], options: dict[str, str]) -> str:
    """{{harvnb|Smith|Jones|1996|p=5}}: "Smith, Jones 1996"."""
    years = [value for value in values if re.fullmatch(r"\d{4}[a-z]?", value)]
    names = [value for value in values if value and value not in years]
    return " ".join([", ".join(names), *years[:1]]).strip()


def date(values: list[str], options: dict[str, str]) -> str:
    """{{start date|1999|12|31}} and, in French, {{date|1|janvier|2000}}."""
    if not values or not values[0].isdecimal() or len(values[0]) < 3:
        return " ".join(value for value in values[:3] if value)
    year, *rest = values[:3]
    if not rest or not rest[0].isdecimal() or not 1 <= int(rest[0]) <= 12:
        return year
    month = MONTHS[int(rest[0]) - 1]
    if len(rest) == 1 or not rest[1].isdecimal():
        return f"{month} {year}"
    if switched_on(options, "df"):
        return f"{int(rest[1])} {month} {year}"
    return f"{month} {int(rest[1])}, {year}"


def switched_on(options: dict[str, str], key: str) -> bool:
    """Whether an argument says yes, as Module:Yesno has it."""
    return options.get(key, "").lower() in ("y", "yes", "on", "true", "t", "1")


def as_of(values: list[str], options: dict[str, str]) -> str:
    """{{as of|2010|5}}: "As of May 2010"."""
    if options.get("alt"):
        return options["alt"]
    when = date(values, {"df": "y"})
    start = "since" if switched_on(options, "since") else "as of"
    if not switched_on(options, "lc"):
        start = start.capitalize()
    return f"{start} {when}" if when else ""


def nihongo(values: list[str], options: dict[str, str]) -> str:
    """{{nihongo|English|kanji|rōmaji|extra|extra2}}."""
    first, kanji, romaji, extra, more = [*values, "", "", "", "", ""][:5]
    if not first:
        first, romaji = romaji, ""
    inner = ", ".join(filter(None, (kanji, romaji, options.get("extra") or extra)))
    text = f"{first} ({inner})" if first and inner else first or inner
    return f"{text} {options.get('extra2') or more}".strip()


def nihongo3(values: list[str], options: dict[str, str]) -> str:
    """{{nihongo3|English|kanji|rōmaji}} begins with the rōmaji."""
    english, kanji, romaji, *rest = [*values, "", "", ""]
    return nihongo([romaji, kanji, english, *rest], options)


def asian(*keys: str) -> Template:
    """{{zh|c=characters|p=reading}} and its like, in this order."""

    def words(values: list[str], options: dict[str, str]) -> str:
        found = dict.fromkeys(options[key] for key in keys if options.get(key))
        return "; ".join(found) or "; ".join(value for value in values if value)

    return words


def number(values: list[str], options: dict[str, str]) -> str:
    """{{val|12345|u=km}}, with its error and its power of ten."""
    text = grouped(values[0]) if values else ""
    if len(values) > 1 and values[1]:
        text += f" ± {values[1]}"
    if options.get("e"):
        text += f" × 10^{options['e']}"
    unit = options.get("u") or options.get("ul") or ""
    return f"{options.get('p', '')}{text} {unit}".strip()


def number_with_unit(values: list[str], options: dict[str, str]) -> str:
    """French {{unité|100|km|2}}, Spanish {{unidad|100|km}}, Portuguese {{fmtn|100|km}}."""
    return "".join(values[:1]) + "".join(
        f"^{value}" if re.fullmatch(r"[-−]?\d", value) else f" {value}"
        for value in values[1:]
        if value
    )


def raised(values: list[str], options: dict[str, str]) -> str:
    """{{sup|2}} is a power, {{sup|th}} the end of a word."""
    return power("".join(values[:1]))


def incise(values: list[str], options: dict[str, str]) -> str:
    """French {{incise|mots}} has a dash on either side, {{incise|mots|stop}} only before it."""
    return f"– {''.join(values[:1])}" + ("" if "stop" in values[1:] else " –")


def music(values: list[str], options: dict[str, str]) -> str:
    """{{music|flat}}."""
    signs = {"flat": "♭", "b": "♭", "sharp": "♯", "#": "♯", "natural": "♮", "n": "♮"}
    return signs.get(values[0].lower(), "") if values else ""


def century_or_unbroken(values: list[str], options: dict[str, str]) -> str:
    """French {{s|XIX|e}} is "XIXe siècle"; Russian {{s|слова}} keeps words on one line."""
    first, ending = [*values, "", ""][:2]
    return f"{first}{ending or 'e'} siècle" if ROMAN.fullmatch(first) else first


def century(word: str) -> Template:
    """Spanish {{siglo|XIX}}, Catalan {{segle|XIX}}, Portuguese {{séc|XIX}}."""

    def words(values: list[str], options: dict[str, str]) -> str:
        before_christ = " a. C." if len(values) > 1 and values[1].lower() in ("a", "ac") else ""
        return " ".join([word, *values[:1]]) + before_christ

    return words


def rupees(values: list[str], options: dict[str, str]) -> str:
    """{{INRConvert|10|c}}: ten crore rupees."""
    scales = {"k": "thousand", "l": "lakh", "m": "million", "c": "crore", "b": "billion"}
    scale = scales.get(values[1], "") if len(values) > 1 else ""
    return f"₹{''.join(values[:1])} {scale}".strip()


def coordinates(values: list[str], options: dict[str, str]) -> str:
    """{{coord|13|19|N|169|9|W}}, where it stands in the text and not by the title."""
    if "inline" not in options.get("display", "inline"):
        return ""
    text = ""
    signs = iter("°′″")
    for value in values:
        if value in ("N", "S", "E", "W", "O"):
            text += f"{value} "
            signs = iter("°′″")
            if value in "EWO":
                return text.strip()
        else:
            text += value + next(signs, "")
    return ""
