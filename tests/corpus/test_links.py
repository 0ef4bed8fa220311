# ruff: noqa: RUF001
import pytest

from scripts.corpus.wikitext.clean_up import GONE
from scripts.corpus.wikitext.links import replace_external_links, replace_links

DROPPED = frozenset(["fitxategi", "kategoriya"])


@pytest.mark.parametrize(
    ("wikitext", "words"),
    [
        ("[[Town]]s and [[city|cities]]", "Towns and cities"),
        ("[[Star Trek: The Next Generation]]", "Star Trek: The Next Generation"),
        ("[[2001: A Space Odyssey (film)|2001]]", "2001"),
        ("[[Mercury (planet)|]]", "Mercury"),
        ("[[#History|below]], [[#History]]", "below, #History"),
        ("a [[File:x.jpg|thumb|A [[town]] in [[Spain]]]] b", "a $ b"),
        ("[[Datei:x.jpg|mini|[[Stadt]]]]", "$"),
        ("[[file:x.jpg]][[Image:y.png|20px]][[Category:Towns]]", "$$$"),
        ("[[:Category:Towns|towns]], [[:Category:Towns]]", "towns, Category:Towns"),
        ("[[Help:IPA|[ˈtaʊn]]]", "[ˈtaʊn]"),
        ("[[de:Stadt]]", "$"),
        ("[[zh-min-nan:Stadt]]", "$"),
        ("[[:fr:Ville|ville]]", "ville"),
        ("[[doi:10.1000/182]], [[rfc:2324|a]]", "doi:10.1000/182, a"),
        ("[[http://a.b c]] [[https://a.b]]", "[[http://a.b c]] [[https://a.b]]"),
        ("[[wikt:town|town]], [[s:Ode]]", "town, s:Ode"),
        ("[[Foo|[bar]]]", "[bar]"),
        ("[[a|b|c]]", "b|c"),
        ("[[open and no end", "[[open and no end"),
        ("[[No: really]]", "No: really"),
        ("[[#History]]", "#History"),
        ("[[Town|]]", "Town"),
        ("[[A (b) c (d)|]]", "A (b) c"),
        ("[[Town|#1]]", "#1"),
        ("[[:Town]]", "Town"),
        ("[[:Town: a|b]]", "b"),
        ("[[: de:Stadt]]", " de:Stadt"),
        ("[[:de:Stadt]]", "de:Stadt"),
        ("[[de:Stadt|]]", "$"),
        ("[[de:Stadt|words]]", "$"),
        ("[[De:Stadt]]", "De:Stadt"),
        ("[[wikt:town]], [[wikt:town|]]", "wikt:town, town"),
        ("[[Wiktionary : town]]", "Wiktionary : town"),
        ("[[:wikt:town]]", "wikt:town"),
        ("[[Category_:Towns]]", "$"),
        ("[[Template:x|y]]", "y"),
        ("[[Star: a|]]", "a"),
        ("[[Star: a|label]]", "label"),
        # Only files and categories have no words, and not behind a colon
        ("[[Wikipedia:X|a]] [[Portal:X|b]] [[User:X|c]] [[Special:X.jpg|d]] [[Draft:X|e]]", "a b c d e"),
        ("[[Media:a.ogg|b]] [[:File:a.jpg|c]] [[commons:File:a.jpg|d]]", "b c d"),
        ("[[Bild:a|b]][[Imagen:a|b]][[Immagine:a|b]][[Afbeelding:a|b]][[Изображение:a|b]][[Mynd:a.svg]]", "$$$$$$"),
        ("[[Kategorie:a]][[Catégorie:a]][[Жыл_дік:a.SVG |b]][[分类:a]][[Thể_loại:a|b]]", "$$$$$"),
        ("[[Жілдік:a.jpg|thumb|210px|b [[c]]]] [[Re: a.mp3x|b]]", "$ b"),
        ("[[ Town ]] [[Town| a ]]", "Town  a "),
        ("[[Boston, Massachusetts|]] [[Help:Links|]] [[北京（市）|]]", "Boston Links 北京"),
        # Marks of italics are those of a label, and end with it
        ("[[Lista d''e paise d''o munno]]", "Lista d&#39;&#39;e paise d&#39;&#39;o munno"),
        ("[[A|dell'''Inferno'']]s", "dell'Infernos"),
    ],
)  # fmt: skip
def test_words_of_links(wikitext, words):
    assert replace_links(wikitext, DROPPED) == words.replace("$", GONE)


@pytest.mark.parametrize(
    ("wikitext", "words"),
    [
        ("[http://a.b c d] [//a.b] [https://a.b [c] d]", "c d $ [c] d"),
        ("[http://a.b c\nd] [mailto:a", "http://a.b c\nd] mailto:a"),
        ("[HTTP://a.b c] [[http://a.b c]]", "c [c]"),
        ("[1] and [a]", "[1] and [a]"),
    ],
)
def test_words_of_links_to_other_sites(wikitext, words):
    assert replace_external_links(wikitext) == words.replace("$", GONE)


@pytest.mark.parametrize(("deep", "left"), [(12, 0), (13, 1)])
def test_links_within_links(deep, left):
    assert replace_links("[[a|" * deep + "b" + "]]" * deep, DROPPED).count("[[") == left


def test_nesting_without_end_stops():
    replace_links("[[a|" * 20_000 + "]]" * 20_000, DROPPED)
