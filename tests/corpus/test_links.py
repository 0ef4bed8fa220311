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
        ("[[#History]]", "History"),
        ("[[Town|]]", "Town"),
        ("[[A (b) c (d)|]]", "A (b) c"),
        ("[[Town|#1]]", "#1"),
        ("[[:Town]]", "Town"),
        ("[[:Town: a|b]]", "b"),
        ("[[: de:Stadt]]", "Stadt"),
        ("[[:de:Stadt]]", "Stadt"),
        ("[[de:Stadt|]]", ""),
        ("[[de:Stadt|words]]", "words"),
        ("[[De:Stadt]]", "De:Stadt"),
        ("[[wikt:town]], [[wikt:town|]]", "town, "),
        ("[[Wiktionary : town]]", " town"),
        ("[[:wikt:town]]", "town"),
        ("[[Category_:Towns]]", ""),
        ("[[Template:x|y]]", ""),
        ("[[Star: a|]]", "Star: a"),
        ("[[Star: a|label]]", "label"),
        ("[http://a.b c d] [//a.b] [https://a.b [c] d]", "c d  [c] d"),
        ("[http://a.b c\nd] [mailto:a", "http://a.b c\nd] mailto:a"),
        ("[HTTP://a.b c]", "c"),
        ("[1] and [a]", "[1] and [a]"),
    ],
)
def test_words_of_links(wikitext, words):
    assert replace_links(wikitext, DROPPED) == words


@pytest.mark.parametrize(("deep", "left"), [(12, 0), (13, 1)])
def test_links_within_links(deep, left):
    assert replace_links("[[a|" * deep + "b" + "]]" * deep, DROPPED).count("[[") == left


def test_nesting_without_end_stops():
    replace_links("[[a|" * 20_000 + "]]" * 20_000, DROPPED)
