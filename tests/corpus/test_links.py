# ruff: noqa: RUF001
import pytest

from scripts.corpus.wikitext.links import replace_links

DROPPED = frozenset(["file", "datei", "category", "template", "help", "portal", "wikipedia"])


@pytest.mark.parametrize(
    ("wikitext", "words"),
    [
        ("[[Town]]s and [[city|cities]]", "Towns and cities"),
        ("[[Star Trek: The Next Generation]]", "Star Trek: The Next Generation"),
        ("[[2001: A Space Odyssey (film)|2001]]", "2001"),
        ("[[Mercury (planet)|]]", "Mercury"),
        ("[[#History|below]], [[#History]]", "below, History"),
        ("a [[File:x.jpg|thumb|A [[town]] in [[Spain]]]] b", "a  b"),
        ("[[Datei:x.jpg|mini|[[Stadt]]]]", ""),
        ("[[file:x.jpg]][[Image:y.png|20px]][[Category:Towns]]", ""),
        ("[[:Category:Towns|towns]]", ""),
        ("[[Help:IPA|[ˈtaʊn]]]", ""),
        ("[[de:Stadt]]", ""),
        ("[[zh-min-nan:Stadt]]", ""),
        ("[[:fr:Ville|ville]]", "ville"),
        ("[[wikt:town|town]], [[s:Ode]]", "town, Ode"),
        ("[[Foo|[bar]]]", "[bar]"),
        ("[[a|b|c]]", "b|c"),
        ("[[open and no end", "[[open and no end"),
        ("[[No: really]]", "No: really"),
    ],
)
def test_words_of_links(wikitext, words):
    assert replace_links(wikitext, DROPPED) == words


def test_nesting_without_end_stops():
    replace_links("[[a|" * 20_000 + "]]" * 20_000, DROPPED)
