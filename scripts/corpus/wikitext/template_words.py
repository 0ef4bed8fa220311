# ruff: noqa: RUF001
"""The words of inline templates, as functions of their positional and their named arguments.

Arguments have no white space around them. There may be none of a kind, but not of both.
"""

import re
from collections.abc import Callable

from scripts.corpus.wikitext.languages import INTERWIKI
from scripts.corpus.wikitext.units import grouped, measure

Arguments = tuple[list[str], dict[str, str]]
Template = Callable[[list[str], dict[str, str]], str]

# Stands for {{!}}, whose bar must not divide the arguments of the template around it.
BAR = "\x02"


def first_of(*numbers: int) -> Template:
    """A template that reads as the first of these arguments that is there, counted from 1."""

    def words(values: list[str], options: dict[str, str]) -> str:
        given = dict(enumerate(values, 1))
        return next(filter(None, map(given.get, numbers)), "")

    return words


def last(values: list[str], options: dict[str, str]) -> str:
    return next((value for value in reversed(values) if value), "")


def joined(separator: str, most: int | None = None, before: str = "") -> Template:
    """A template that reads as its arguments, or the first `most` of them, one after the other."""

    def words(values: list[str], options: dict[str, str]) -> str:
        return before + separator.join(value for value in values[:most] if value)

    return words


def around(before: str, after: str = "") -> Template:
    """A template that puts something before and behind its first argument."""

    def words(values: list[str], options: dict[str, str]) -> str:
        return before + values[0] + after if values and values[0] else ""

    return words


def labelled(*keys: str) -> Template:
    """A template that reads as one of these named arguments, or else as its first argument."""

    def words(values: list[str], options: dict[str, str]) -> str:
        named = next((options[key] for key in keys if options.get(key)), "")
        return named or (values[0] if values else "")

    return words


def language(values: list[str], options: dict[str, str]) -> str:
    """{{lang|fr|mots}}, {{langue|fr|texte=mots}}, {{lang-fr|mots}}, {{langx|fr|mots}}."""
    text = options.get("text") or options.get("texte")
    if text:
        return text
    if len(values) > 1 and INTERWIKI.fullmatch(values[0].lower()):
        return values[1]
    return values[0] if values else ""


def transliteration(values: list[str], options: dict[str, str]) -> str:
    """{{transl|ar|ISO|words}}: the scheme may be missing."""
    return values[min(len(values), 3) - 1] if values else ""


def quotation(values: list[str], options: dict[str, str]) -> str:
    """A quotation in a paragraph of its own, without its source."""
    keys = ("text", "quote", "texte", "zitat", "cita", "cytat", "inhoud", "tekst")
    text = labelled(*keys)(values, options)
    return f"\n\n{text}\n\n" if text else ""


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


def height(values: list[str], options: dict[str, str]) -> str:
    """{{height|ft=6|in=2}}, {{height|m=1.85}}."""
    return " ".join(
        f"{options[unit]} {unit}" for unit in ("ft", "in", "m", "cm") if unit in options
    )


MONTHS = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
]  # fmt: skip


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
    if options.get("df", "n")[:1].lower() == "y":
        return f"{int(rest[1])} {month} {year}"
    return f"{month} {int(rest[1])}, {year}"


def as_of(values: list[str], options: dict[str, str]) -> str:
    """{{as of|2010|5}}: "As of May 2010"."""
    if options.get("alt"):
        return options["alt"]
    when = date(values, {"df": "y"})
    start = "since" if options.get("since", "n")[:1].lower() == "y" else "as of"
    if options.get("lc", "n")[:1].lower() != "y":
        start = start.capitalize()
    return f"{start} {when}" if when else ""


def nihongo(values: list[str], options: dict[str, str]) -> str:
    """{{nihongo|English|rōmaji}}."""
    first, kanji, romaji = [*values, "", "", ""][:3]
    if not first:
        first, romaji = romaji, ""
    inner = ", ".join(value for value in (kanji, romaji) if value)
    if not first:
        return inner
    return f"{first} ({inner})" if inner else first


def asian(*keys: str) -> Template:
    """{{zh|c=characters|p=reading}} and its like, in this order."""

    def words(values: list[str], options: dict[str, str]) -> str:
        found = dict.fromkeys(options[key] for key in keys if options.get(key))
        return "; ".join(found) or "; ".join(value for value in values if value)

    return words


def fraction(values: list[str], options: dict[str, str]) -> str:
    """{{frac|1|2}} is 1/2, {{frac|3|1|2}} is 3 1/2, {{frac|2}} is 1/2."""
    values = [value for value in values if value]
    if len(values) >= 3:
        return f"{values[0]} {values[1]}/{values[2]}"
    return "/".join(values) if len(values) == 2 else "1/" + "".join(values)


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
    powers = {"2": "²", "3": "³", "-1": "⁻¹", "-2": "⁻²", "-3": "⁻³"}
    return "".join(values[:1]) + "".join(
        powers.get(value, f" {value}") for value in values[1:] if value
    )


def raised(values: list[str], options: dict[str, str]) -> str:
    """{{sup|2}} is a power, {{sup|th}} the end of a word."""
    text = values[0] if values else ""
    return f"^{text}" if text[-1:].isdecimal() else text


def ship_class(values: list[str], options: dict[str, str]) -> str:
    """{{sclass|Nimitz|aircraft carrier}}."""
    return "-class ".join(values[:2])


def verse(values: list[str], options: dict[str, str]) -> str:
    """{{bibleverse|John|3:16}}; where a fourth argument is given, that is what shows."""
    if len(values) > 3 and values[3]:
        return values[3]
    return " ".join(value for value in values[:2] if value)


def sura(values: list[str], options: dict[str, str]) -> str:
    """{{cite quran|29|46}}."""
    return "Quran " + ":".join(values[:2])


def music(values: list[str], options: dict[str, str]) -> str:
    """{{music|flat}}."""
    signs = {"flat": "♭", "b": "♭", "sharp": "♯", "#": "♯", "natural": "♮", "n": "♮"}
    return signs.get(values[0].lower(), "") if values else ""


ROMAN = re.compile(r"[IVX]+")


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


def ruby(values: list[str], options: dict[str, str]) -> str:
    """Japanese {{読み仮名|漢字|かな}}."""
    first, reading = [*values, "", ""][:2]
    return f"{first}（{reading}）" if reading else first


def hours(values: list[str], options: dict[str, str]) -> str:
    """French {{heure|10|30}}."""
    return " h ".join(value for value in values[:2] if value) + (" h" if len(values) == 1 else "")


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
