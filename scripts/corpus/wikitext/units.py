# ruff: noqa: RUF001
"""Measures as English Wikipedia's {{convert}} words them, without the conversion."""

import re

from scripts.common.data import data_yaml

TABLES = data_yaml(__file__, "units.yaml")
UNITS = TABLES["units"]
RANGES = TABLES["ranges"]
NUMBER = re.compile(
    r"[-–−+]?\d[\d,.]*(?:[ +/⁄-]?\d+[/⁄]+\d+)?(?:e[-+]?\d+)?|\d*[/⁄]+\d+", re.IGNORECASE
)


def measure(values: list[str], options: dict[str, str]) -> str:
    """The text of {{convert|values|options}}: "5 ft 6 in", "10 to 20 kilometres", "3 miles"."""
    short = options.get("abbr") in ("on", "in", "~") or options.get("abbr") == "values"
    text = ""
    count = ""
    place = 0
    while place < len(values):
        value = values[place].strip()
        place += 1
        if not NUMBER.fullmatch(value):
            break
        count = value.replace("//", "/")
        text += count if options.get("comma") == "off" else grouped(count)
        if place >= len(values):
            break
        word = values[place].strip()
        place += 1
        if word in RANGES:
            text += RANGES[word]
            continue
        unit = unit_name(word, count, short, options.get("adj") in ("on", "mid", "pre"))
        text += f"-{unit}" if options.get("adj") == "on" and not short else f" {unit}"
        # "5 ft 6 in": the same measure goes on; anything else is what to convert to.
        if place + 1 < len(values) and [word, values[place + 1].strip()] in TABLES["compounds"]:
            text += " "
            continue
        break
    return text


def unit_name(code: str, count: str, short: bool, single: bool) -> str:
    """A unit's name as the count asks for, or its symbol."""
    names = UNITS.get(code)
    if not names:
        return composed(code, count, short, single)
    if short:
        return code.replace("2", "²").replace("3", "³").replace("sq", "sq ").replace("cu", "cu ")
    return names[0] if single or count in ("1", "-1", "−1") else names[1]


MULTIPLE = re.compile(r"(e3|e6|e9|e12|M(?=USgal|impgal|oilbbl))(\S+)")


def composed(code: str, count: str, short: bool, single: bool) -> str:
    """A unit's name from those of its parts: "e6acre", "oilbbl/d"; or the code itself."""
    multiple = MULTIPLE.fullmatch(code)
    if multiple:
        factor = TABLES["multiples"][multiple.group(1)]
        return f"{factor} {unit_name(multiple.group(2), count, short, single)}"
    amount, _, time = code.partition("/")
    names = UNITS.get(amount)
    if not names or time not in TABLES["times"] or short:
        return code
    return f"{unit_name(amount, count, short, single)} per {TABLES['times'][time]}"


def grouped(number: str) -> str:
    """A decimal number with its thousands set off by commas; anything else as it is."""
    whole, point, rest = number.partition(".")
    if whole.isascii() and whole.isdecimal() and 3 < len(whole) < 20 and whole[0] != "0":
        return f"{int(whole):,}{point}{rest}"
    return number
