# ruff: noqa: RUF001
"""Measures as English Wikipedia's {{convert}} words them, without the conversion."""

import re

from scripts.common.data import data_yaml

TABLES = data_yaml(__file__, "units.yaml")
PREFIXED = TABLES["prefixed"]
UNITS = TABLES["units"] | PREFIXED
MULTIPLES = TABLES["multiples"]
RANGES = TABLES["ranges"]
SHORT_RANGES = RANGES | TABLES["short_ranges"]
VALUE = r"(?:[-–−+]?\d[\d,.]*(?:[ +/⁄-]?\d+[/⁄]+\d+)?(?:e[-+]?\d+)?|\d*[/⁄]+\d+)"
NUMBER = re.compile(VALUE, re.IGNORECASE)
SPAN = re.compile(rf"({VALUE}) *(-|–|to|and|or|by|x|×) *({VALUE})", re.IGNORECASE)
ONE = re.compile(r"[-−]?1|\d+[/⁄]\d+")


def measure(values: list[str], options: dict[str, str]) -> str:
    """The text of {{convert|values|options}}: "5 ft 6 in", "10 to 20 kilometres", "3 miles"."""
    short = options.get("abbr") in ("on", "in", "~", "values")
    ranges = SHORT_RANGES if short else RANGES
    rest = [value.strip() for value in reversed(values)]
    text = ""
    while rest:
        span = SPAN.fullmatch(rest[-1])
        if span and not NUMBER.fullmatch(rest[-1]):
            rest[-1:] = reversed(span.groups())
        count = rest.pop()
        if not NUMBER.fullmatch(count):
            break
        count = count.replace("//", "/")
        text += count if options.get("comma") == "off" else grouped(count)
        if not rest:
            break
        word = rest.pop()
        if word in ranges:
            text += ranges[word]
            continue
        single = options.get("adj") in ("on", "mid", "pre") or ONE.fullmatch(count) is not None
        unit = symbol(word) if short else unit_name(word, single)
        if options.get("sp") == "us":
            for british, american in TABLES["american"].items():
                unit = unit.replace(british, american)
        text += f"-{unit}" if options.get("adj") in ("on", "mid") and not short else f" {unit}"
        if options.get("adj") == "mid" and rest and rest[0].startswith("-"):
            return text + rest[0]
        # "5 ft 6 in": the same measure goes on; anything else is what to convert to.
        if len(rest) < 2 or rest[-2] not in TABLES["compounds"].get(word, ()):
            break
        text += " "
    return text


def symbol(code: str) -> str:
    """A unit's symbol, which is its code but for multiples, powers and temperatures."""
    multiple = re.match(r"e\d+", code)
    if multiple and multiple.group() in MULTIPLES:
        return f"{MULTIPLES[multiple.group()]} {symbol(code[multiple.end() :])}"
    if code in ("C", "F"):
        return f"°{code}"
    return re.sub(r"(?<=[a-zA-Z])(?=[23]\b)", "^", re.sub(r"^(sq|cu)", r"\1 ", code))


def unit_name(code: str, single: bool) -> str:
    """A unit's name, in the singular or the plural, or its code where it has none."""
    name = singular(code)
    if single or not name or name.startswith("per "):
        return name or code
    head, per, rest = name.partition(" per ")
    for ending, plural in TABLES["plurals"].items():
        if head.endswith(ending):
            return head.removesuffix(ending) + plural + per + rest
    return f"{head}s{per}{rest}" if head[-1].islower() else name


def singular(code: str) -> str:
    """A unit's name in the singular, put together where need be: "km2", "e6acre", "oilbbl/d"."""
    if code in UNITS or not code:
        return UNITS.get(code, "")
    amount, slash, time = code.partition("/")
    if slash:
        known = (not amount or singular(amount)) and singular(time)
        return f"{singular(amount)} per {singular(time)}".strip() if known else ""
    if code[1:] in PREFIXED and code[0] in TABLES["prefixes"]:
        return TABLES["prefixes"][code[0]] + PREFIXED[code[1:]]
    for mark, word in (MULTIPLES | TABLES["powers"]).items():
        base = code.removesuffix(mark) if mark.isdecimal() else code.removeprefix(mark)
        if base != code and singular(base):
            return f"{word} {singular(base)}"
    return ""


def grouped(number: str) -> str:
    """A decimal number with its thousands set off by commas; anything else as it is."""
    whole, point, rest = number.partition(".")
    if whole.isascii() and whole.isdecimal() and 3 < len(whole) < 20 and whole[0] != "0":
        return f"{int(whole):,}{point}{rest}"
    return number
