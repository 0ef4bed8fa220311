# ruff: noqa: RUF001
import pytest

from scripts.corpus.wikitext.units import RANGES, TABLES, UNITS, grouped, measure


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ("1|km|mi", "1 kilometre"),
        ("-1|km", "-1 kilometre"),
        ("−1|km", "−1 kilometre"),
        ("2|km", "2 kilometres"),
        ("0.5|km", "0.5 kilometres"),
        ("2|st|lb", "2 stone"),
        ("1200|km", "1,200 kilometres"),
        ("1200|km|comma=off", "1200 kilometres"),
        ("1//2|in", "1/2 inch"),
        ("1/2|in", "1/2 inch"),
        ("3+1/2|in", "3+1/2 inches"),
        ("1.5e6|km", "1.5e6 kilometres"),
        ("+5|m", "+5 metres"),
        ("/2|m", "/2 metres"),
        # No number, no measure
        ("about 5|km", ""),
        ("5|to|ten|km", "5 to "),
        ("5|to", "5 to "),
        ("5", "5"),
        ("", ""),
        # Ranges
        ("5|-|6|km", "5–6 kilometres"),
        ("5|x|6|m", "5 by 6 metres"),
        ("5|x|6|m|abbr=on", "5 × 6 m"),
        ("60|and(-)|80|kg", "60 and 80 kilograms"),
        ("60|to(-)|80|kg|abbr=on", "60–80 kg"),
        ("5|, and|6|km", "5, and 6 kilometres"),
        ("5|, or|6|km", "5, or 6 kilometres"),
        ("5|/|6|km", "5/6 kilometres"),
        ("60-80|kg", "60–80 kilograms"),
        ("60 to 1000|kg", "60 to 1,000 kilograms"),
        ("5|by|1|m", "5 by 1 metre"),
        ("5|+/-|1000|m", "5 ± 1,000 metres"),
        ("5|to|6|to|7|m", "5 to 6 to 7 metres"),
        # Two units of one measure, and one to convert to
        ("5|ft|6|in", "5 feet 6 inches"),
        ("5|ft|6|in|cm", "5 feet 6 inches"),
        ("5|ft|6|cm", "5 feet"),
        ("5|st|3|lb|kg", "5 stone 3 pounds"),
        ("5|m|6|in", "5 metres"),
        ("1|mi|10|yd|km", "1 mile 10 yards"),
        # Symbols
        ("5|km2|abbr=on", "5 km^2"),
        ("5|C|abbr=on", "5 °C"),
        ("5|km3|abbr=in", "5 km^3"),
        ("5|sqmi|abbr=~", "5 sq mi"),
        ("5|cuft|abbr=values", "5 cu ft"),
        ("5|km2|abbr=off", "5 square kilometres"),
        # Adjectives
        ("5|mi|adj=on", "5-mile"),
        ("5|mi|adj=on|abbr=on", "5 mi"),
        ("5|mi|adj=mid", "5-mile"),
        ("5|mi|km|adj=mid|-long", "5-mile-long"),
        ("5|mi|km|adj=mid|long", "5-mile"),
        ("5|mi|adj=pre", "5 mile"),
        # Composed units
        ("5|e3acre", "5 thousand acres"),
        ("5|e9m3", "5 billion cubic metres"),
        ("5|e12L", "5 trillion litres"),
        ("5|MUSgal", "5 million US gallons"),
        ("5|MW", "5 megawatts"),
        ("1|e6acre", "1 million acre"),
        ("5|e6km2|abbr=on", "5 million km^2"),
        ("5|m3/s", "5 cubic metres per second"),
        ("1|L/min", "1 litre per minute"),
        ("5|L/a", "5 litres per year"),
        ("5|L/yr", "5 litres per year"),
        ("5|L/h", "5 litres per hour"),
        ("5|L/d|adj=on", "5-litre per day"),
        ("5|L/min|abbr=on", "5 L/min"),
        ("5|L/week", "5 L/week"),
        ("5|zorkmid/s", "5 zorkmid/s"),
        ("5|zorkmid", "5 zorkmid"),
        ("5|kPa", "5 kilopascals"),
        ("5|GHz", "5 gigahertz"),
        ("5|C", "5 °C"),
        ("5|/km2", "5 per square kilometre"),
        ("1|PD/sqmi", "1 inhabitant per square mile"),
        # American spelling
        ("5|km|sp=us", "5 kilometers"),
        ("5|m3/s|sp=us", "5 cubic meters per second"),
        ("5|t|sp=us", "5 metric tons"),
    ],
)
def test_a_measure_in_words(arguments, text):
    parts = arguments.split("|")
    values = [part for part in parts if "=" not in part]
    options = dict(part.split("=") for part in parts if "=" in part)
    assert measure(values, options) == text


@pytest.mark.parametrize(
    ("number", "text"),
    [
        ("999", "999"),
        ("1000", "1,000"),
        ("1234567.125", "1,234,567.125"),
        ("0123", "0123"),
        ("01234", "01234"),
        ("1" * 19, "1,111,111,111,111,111,111"),
        ("1" * 20, "1" * 20),
        ("١٢٣٤", "١٢٣٤"),
        ("-1000", "-1000"),
        ("1,000", "1,000"),
        ("1000.", "1,000."),
        ("", ""),
    ],
)
def test_thousands_are_set_off(number, text):
    assert grouped(number) == text


def test_the_tables_hold_what_the_code_reads():
    assert all(isinstance(name, str) and name for name in UNITS.values())
    assert all(isinstance(words, str) for words in RANGES.values())
    assert set(TABLES["short_ranges"]) <= set(RANGES)
    assert set(TABLES["compounds"]) <= {*UNITS, "m", "cm"}
