# ruff: noqa: RUF001
"""Measures as English Wikipedia's {{convert}} words them, without the conversion."""

import re

# code: (singular, plural); a code that is not here is shown as it is.
UNITS = {
    "m": ("metre", "metres"),
    "cm": ("centimetre", "centimetres"),
    "mm": ("millimetre", "millimetres"),
    "km": ("kilometre", "kilometres"),
    "um": ("micrometre", "micrometres"),
    "nm": ("nanometre", "nanometres"),
    "mi": ("mile", "miles"),
    "ft": ("foot", "feet"),
    "foot": ("foot", "feet"),
    "in": ("inch", "inches"),
    "yd": ("yard", "yards"),
    "nmi": ("nautical mile", "nautical miles"),
    "furlong": ("furlong", "furlongs"),
    "ha": ("hectare", "hectares"),
    "acre": ("acre", "acres"),
    "acres": ("acre", "acres"),
    "m2": ("square metre", "square metres"),
    "km2": ("square kilometre", "square kilometres"),
    "cm2": ("square centimetre", "square centimetres"),
    "mi2": ("square mile", "square miles"),
    "sqmi": ("square mile", "square miles"),
    "sqft": ("square foot", "square feet"),
    "ft2": ("square foot", "square feet"),
    "sqm": ("square metre", "square metres"),
    "sqkm": ("square kilometre", "square kilometres"),
    "sqyd": ("square yard", "square yards"),
    "sqin": ("square inch", "square inches"),
    "m3": ("cubic metre", "cubic metres"),
    "km3": ("cubic kilometre", "cubic kilometres"),
    "cuft": ("cubic foot", "cubic feet"),
    "cuyd": ("cubic yard", "cubic yards"),
    "cumi": ("cubic mile", "cubic miles"),
    "cuin": ("cubic inch", "cubic inches"),
    "acre.ft": ("acre-foot", "acre-feet"),
    "L": ("litre", "litres"),
    "l": ("litre", "litres"),
    "ml": ("millilitre", "millilitres"),
    "mL": ("millilitre", "millilitres"),
    "USgal": ("US gallon", "US gallons"),
    "impgal": ("imperial gallon", "imperial gallons"),
    "oilbbl": ("barrel", "barrels"),
    "g": ("gram", "grams"),
    "kg": ("kilogram", "kilograms"),
    "mg": ("milligram", "milligrams"),
    "t": ("tonne", "tonnes"),
    "MT": ("metric ton", "metric tons"),
    "lb": ("pound", "pounds"),
    "lbs": ("pound", "pounds"),
    "oz": ("ounce", "ounces"),
    "st": ("stone", "stone"),
    "LT": ("long ton", "long tons"),
    "ST": ("short ton", "short tons"),
    "ton": ("ton", "tons"),
    "tons": ("ton", "tons"),
    "carat": ("carat", "carats"),
    "hp": ("horsepower", "horsepower"),
    "bhp": ("brake horsepower", "brake horsepower"),
    "kW": ("kilowatt", "kilowatts"),
    "MW": ("megawatt", "megawatts"),
    "W": ("watt", "watts"),
    "V": ("volt", "volts"),
    "s": ("second", "seconds"),
    "h": ("hour", "hours"),
    "min": ("minute", "minutes"),
    "kn": ("knot", "knots"),
    "mph": ("mile per hour", "miles per hour"),
    "km/h": ("kilometre per hour", "kilometres per hour"),
    "kph": ("kilometre per hour", "kilometres per hour"),
    "m/s": ("metre per second", "metres per second"),
    "ft/s": ("foot per second", "feet per second"),
    "PD/km2": ("inhabitant per square kilometre", "inhabitants per square kilometre"),
    "PD/sqkm": ("inhabitant per square kilometre", "inhabitants per square kilometre"),
    "PD/sqmi": ("inhabitant per square mile", "inhabitants per square mile"),
    "/km2": ("per square kilometre", "per square kilometre"),
    "/sqkm": ("per square kilometre", "per square kilometre"),
    "/sqmi": ("per square mile", "per square mile"),
    "C": ("°C", "°C"),
    "F": ("°F", "°F"),
    "K": ("K", "K"),
    "C-change": ("°C", "°C"),
    "F-change": ("°F", "°F"),
    "ly": ("light-year", "light-years"),
    "pc": ("parsec", "parsecs"),
    "AU": ("astronomical unit", "astronomical units"),
    "au": ("astronomical unit", "astronomical units"),
}
# Words between two values of one measure.
RANGES = {
    "-": "–",
    "–": "–",
    "to": " to ",
    "to-": " to ",
    "and": " and ",
    "&": " and ",
    "or": " or ",
    "by": " by ",
    "x": " × ",
    "×": " × ",
    "xx": " × ",
    "*": " × ",
    "+/-": " ± ",
    "±": " ± ",
    "+": " + ",
    "to about": " to about ",
    ",": ", ",
}
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
        if place + 1 < len(values) and (word, values[place + 1].strip()) in COMPOUNDS:
            text += " "
            continue
        break
    return text


COMPOUNDS = {
    ("ft", "in"), ("foot", "in"), ("yd", "ft"), ("mi", "yd"), ("mi", "ft"), ("mi", "chain"),
    ("lb", "oz"), ("st", "lb"), ("LT", "lb"), ("m", "cm"),
}  # fmt: skip


def unit_name(code: str, count: str, short: bool, single: bool) -> str:
    """A unit's name as the count asks for, or its symbol."""
    names = UNITS.get(code)
    if not names:
        return composed(code, count, short, single)
    if short:
        return code.replace("2", "²").replace("3", "³").replace("sq", "sq ").replace("cu", "cu ")
    return names[0] if single or count in ("1", "-1", "−1") else names[1]


MILLIONS = {"e3": "thousand", "e6": "million", "e9": "billion", "e12": "trillion"}
MULTIPLE = re.compile(r"(e3|e6|e9|e12|M(?=USgal|impgal|oilbbl))(\S+)")


def composed(code: str, count: str, short: bool, single: bool) -> str:
    """A unit's name from those of its parts: "e6acre", "oilbbl/d"; or the code itself."""
    multiple = MULTIPLE.fullmatch(code)
    if multiple:
        factor = MILLIONS.get(multiple.group(1), "million")
        return f"{factor} {unit_name(multiple.group(2), count, short, single)}"
    amount, _, time = code.partition("/")
    per = {"d": "day", "a": "year", "yr": "year", "s": "second", "min": "minute", "h": "hour"}
    names = UNITS.get(amount)
    if not names or time not in per or short:
        return code
    return f"{unit_name(amount, count, short, single)} per {per[time]}"


def grouped(number: str) -> str:
    """A decimal number with its thousands set off by commas; anything else as it is."""
    whole, point, rest = number.partition(".")
    if whole.isascii() and whole.isdecimal() and 3 < len(whole) < 20 and whole[0] != "0":
        return f"{int(whole):,}{point}{rest}"
    return number
