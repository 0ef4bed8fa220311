"""What the patterns of the text stage must not hold."""

import re

from tests.runs import ROOT

POSSESSIVE = re.compile(r"\)(?:[*+?]|\{\d*,?\d*\})\+")


def test_no_group_is_repeated_possessively():
    """Before Python 3.11.5 that goes wrong without a word (CPython gh-106052); (?>(?:…)*) does not."""
    sources = list((ROOT / "scripts").rglob("*.py"))
    found = [path for path in sources if POSSESSIVE.search(path.read_text())]
    assert sources
    assert not found
