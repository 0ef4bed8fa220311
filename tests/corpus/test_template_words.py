# ruff: noqa: RUF001
import pytest

from scripts.corpus.wikitext import template_words
from scripts.corpus.wikitext.clean_up import BAR
from scripts.corpus.wikitext.template_table import TABLE, TEMPLATES, template_of


@pytest.mark.parametrize(
    ("template", "arguments", "words"),
    [
        ("tsl", "en|Title|标题", "标题"),
        ("tsl", "en|Title|", "Title"),
        ("tsl", "en|Title", "Title"),
        ("tsl", "en", ""),
        ("нп5", "Title|label", "label"),
        ("нп5", "Title|", "Title"),
        ("color", "red|words", "words"),
        ("color", "words", ""),
        ("nowrap", "words|other", "words"),
        ("nowrap", "|other", ""),
        ("font", "words|color=red", "words"),
        ("font", "one|two|", "two"),
        ("font", "|color=red", ""),
        # All arguments, or the first two
        ("chem", "H|2||O", "H2O"),
        ("nuclide", "U|235", "U-235"),
        ("hlist", "a|b||c|d", "a, b, c, d"),
        ("ship", "HMS|Beagle|1820", "HMS Beagle"),
        ("ship", "|Beagle|1820", "Beagle"),
        ("oldstyledate", "2 February|1905|20 January", "2 February 1905"),
        ("circa", "1500|1510|1520", "c. 1500–1510"),
        ("circa", "1500", "c. 1500"),
        ("reign", "1500|1510", "r. 1500–1510"),
        ("year range", "1500|1510", "1500–1510"),
        # Around the first
        ("usd", "5|long=no", "US$5"),
        ("usd", "|x", ""),
        ("gloss", "word", "&#39;word&#39;"),
        ("guil", "mot", "«\u00a0mot\u00a0»"),
        ("hms", "Beagle|1820", "HMS Beagle"),
        # Labels
        ("ill", "Title|de|Titel|lt=label", "label"),
        ("ill", "Title|de|lt=", "Title"),
        ("ill", "de=Titel", ""),
        ("lang", "fr|mots|x", "mots"),
        ("lang", "FR|mots", "mots"),
        ("lang", "not a code|mots", "not a code"),
        ("lang", "mots", "mots"),
        ("lang", "fr|text=mots", "mots"),
        ("langue", "fr|texte=mots", "mots"),
        ("lang", "label=x", ""),
        ("transl", "ar|ISO|kitāb|x", "kitāb"),
        ("transl", "ar|kitāb", "kitāb"),
        ("transl", "kitāb", "kitāb"),
        ("transl", "x=y", ""),
        ("quote", "text=words|author=x", "\n\nwords\n\n"),
        ("zitat", "Text=|words", "\n\nwords\n\n"),
        ("quote", "author=x", ""),
        # Measures
        ("cvt", "5|km", "5 km"),
        ("cvt", "5|km|abbr=off", "5 kilometres"),
        ("pop density", "1000|10|km2", "100 inhabitants per square kilometre"),
        ("pop density", "999|10|sqmi", "99.9 inhabitants per square mile"),
        ("pop density", "1,234|1|km2|prec=2", "1,234.00 inhabitants per square kilometre"),
        ("pop density", "1234|7|km2|prec=3", "176.286 inhabitants per square kilometre"),
        ("pop density", "1234|7|km2|prec=0", "176 inhabitants per square kilometre"),
        ("pop density", "1234|7|km2|prec=x", "176 inhabitants per square kilometre"),
        ("pop density", "1|1|km2", "1.0 inhabitants per square kilometre"),
        ("pop density", "1000|0|km2", ""),
        ("pop density", "1000|10", ""),
        ("pop density", "10|1.5x|km2", ""),
        ("height", "ft=6|in=2", "6 ft 2 in"),
        ("height", "m=1.85", "1.85 m"),
        ("height", "cm=185|x=1", "185 cm"),
        # Citations and dates
        ("harvnb", "Smith|Jones|1996a|p=5", "Smith, Jones 1996a"),
        ("harvnb", "Smith||1996|1997", "Smith 1996"),
        ("harvnb", "1996", "1996"),
        ("harvnb", "Smith", "Smith"),
        ("date", "1|janvier|2000|x", "1 janvier 2000"),
        ("date", "21|12|2000", "21 12 2000"),
        ("date", "mai|2000", "mai 2000"),
        ("date", "100|1|2", "January 2, 100"),
        ("start date", "1999", "1999"),
        ("start date", "1999|1", "January 1999"),
        ("start date", "1999|12|31|12|30", "December 31, 1999"),
        ("start date", "1999|13|31", "1999"),
        ("start date", "1999|0|31", "1999"),
        ("start date", "1999|May|31", "1999"),
        ("start date", "1999|5|x", "May 1999"),
        ("start date", "1999|05|03", "May 3, 1999"),
        ("start date", "1999|5|3|df=Yes", "3 May 1999"),
        ("start date", "1999|5|3|df=no", "May 3, 1999"),
        ("as of", "2010|5|7", "As of 7 May 2010"),
        ("as of", "2010|since=y", "Since 2010"),
        ("as of", "2010|since=no", "As of 2010"),
        ("as of", "2010|lc=n", "As of 2010"),
        ("as of", "2010|lc=Y|since=Y", "since 2010"),
        ("as of", "2010|lc=on", "as of 2010"),
        ("as of", "2010|alt=by then", "by then"),
        ("as of", "lc=y", ""),
        # East Asia
        ("nihongo", "Tokyo|東京|Tōkyō|x", "Tokyo (東京, Tōkyō, x)"),
        ("nihongo", "Tokyo|東京|extra=x|extra2=y", "Tokyo (東京, x) y"),
        ("nihongo3", "Tokyo|東京|Tōkyō|x", "Tōkyō (東京, Tokyo, x)"),
        ("nihongo foot", "Tokyo|東京|Tōkyō", "Tokyo"),
        ("nihongo foot", "|東京|Tōkyō", "Tōkyō"),
        ("ipa", "de|bɛʁˈliːn|a.ogg", "bɛʁˈliːn"),
        ("ipa", "bɛʁˈliːn", "bɛʁˈliːn"),
        ("birth date and age", "1980|5|3", "May 3, 1980"),
        ("birth date and age", "1980|5|3|df=y", "3 May 1980"),
        ("birth year and age", "1980", "1980"),
        ("birth year and age", "1980|5", "May 1980"),
        ("date de naissance-", "7|novembre|1867", "7 novembre 1867"),
        ("date de décès-", "4|juillet|1934", "4 juillet 1934"),
        ("mme", "Curie", "Mme Curie"),
        ("mlle", "Curie", "Mlle Curie"),
        ("m.", "Curie", "M. Curie"),
        ("mgr", "Dupont", "Mgr Dupont"),
        ("minus", "5", "−5"),
        ("code", "a", "a"),
        ("kbd", "a", "a"),
        ("char", "a", "a"),
        ("currency", "5|USD", "US$5"),
        ("currency", "5|GBP", "£5"),
        ("currency", "5|XYZ", "5"),
        ("incise", "mots", "– mots –"),
        ("incise", "mots|stop", "– mots"),
        ("ill", "de|Ada|x", "Ada"),
        ("ill", "Ada|de|x", "Ada"),
        ("nihongo", "Tokyo|東京", "Tokyo (東京)"),
        ("nihongo", "Tokyo", "Tokyo"),
        ("nihongo", "|東京|Tōkyō", "Tōkyō (東京)"),
        ("nihongo", "|東京", "東京"),
        ("nihongo2", "x|東京", "東京"),
        ("zh", "p=pīn|c=字|s=字", "字; pīn"),
        ("zh", "字|音", "字; 音"),
        ("korean", "hangul=한|rr=han", "한; han"),
        ("読み仮名", "漢字|かな", "漢字（かな）"),
        ("読み仮名", "漢字", "漢字"),
        ("読み仮名", "x=y", ""),
        # Numbers
        ("frac", "1|2", "1/2"),
        ("frac", "3|1|2", "3 1/2"),
        ("frac", "2", "1/2"),
        ("frac", "1||2", "1/2"),
        ("val", "12345|5|e=3|u=km", "12,345 ± 5 × 10^3 km"),
        ("val", "1|", "1"),
        ("val", "5|ul=m|p=~", "~5 m"),
        ("val", "u=km", "km"),
        ("unité", "100|km|2|s|-1", "100 km^2 s^-1"),
        ("unité", "100||km|-2", "100 km^-2"),
        ("unidad", "5|m|3", "5 m^3"),
        ("unidad", "5|m|-3", "5 m^-3"),
        ("unidad", "x=y", ""),
        ("sup", "2", "^2"),
        ("sup", "th", "th"),
        ("sup", "n", "^n"),
        ("sup", "−6", "^−6"),
        ("sup", "x=y", ""),
        ("10^", "6", "10^6"),
        ("inrconvert", "10|c|x", "₹10 crore"),
        ("inrconvert", "10|x", "₹10"),
        ("inrconvert", "10", "₹10"),
        # Names
        ("sclass", "Nimitz|aircraft carrier|0", "Nimitz-class aircraft carrier"),
        ("sclass", "Nimitz", "Nimitz"),
        ("bibleverse", "John|3:16", "John 3:16"),
        ("bibleverse", "|John|3:16|the verse|x", "the verse"),
        ("bibleverse", "1|John|3:16|", "1 John"),
        ("bibleverse", "1|John|3:16", "1 John"),
        ("cite quran", "29|46|x", "Quran 29:46"),
        ("music", "Flat|x", "♭"),
        ("music", "n", "♮"),
        ("music", "x", ""),
        ("music", "a=b", ""),
        ("s", "XIX|e", "XIXe siècle"),
        ("s", "XIX", "XIXe siècle"),
        ("s", "Ier|x", "Ier"),
        ("s", "I|er", "Ier siècle"),
        ("s", "слова", "слова"),
        ("siglo", "XIX", "siglo XIX"),
        ("siglo", "I|a", "siglo I a. C."),
        ("siglo", "I|AC|x", "siglo I a. C."),
        ("siglo", "I|d", "siglo I"),
        ("segle", "x=y", "segle"),
        ("heure", "10|30|5", "10 h 30"),
        ("heure", "10", "10 h"),
        ("heure", "10|", "10 h"),
        ("coord", "13|19|30|N|169|9|W|region:x", "13°19′30″N 169°9′W"),
        ("coord", "13.5|S|169|O", "13.5°S 169°O"),
        ("coord", "13|N|169|E|x", "13°N 169°E"),
        ("coord", "1|2|3|4|N|5|E", "1°2′3″4N 5°E"),
        ("coord", "13|N", ""),
        ("coord", "13|N|169|E|display=inline,title", "13°N 169°E"),
        ("coord", "13|N|169|E|display=title", ""),
    ],
)
def test_words(template, arguments, words):
    parts = arguments.split("|")
    values = [part for part in parts if "=" not in part]
    options = {key.lower(): value for key, value in (p.split("=") for p in parts if "=" in p)}
    assert TEMPLATES[template](values, options) == words


def test_the_table_uses_every_template_and_names_each_once_but_those_overridden():
    used = {row["words"] if isinstance(row["words"], str) else row["words"][0] for row in TABLE["templates"]}  # fmt: skip
    here = {
        name
        for name, value in vars(template_words).items()
        if callable(value) and getattr(value, "__module__", "") == template_words.__name__
    }
    assert here - used == {"LABEL", "pattern", "switched_on"}
    names = [name for row in TABLE["templates"] for name in row["names"].replace("\n", "|").split("|")]  # fmt: skip
    assert sorted({name for name in names if names.count(name) > 1}) == ["link-interwiki"]
    assert all(name == name.strip().lower() for name in names)


def test_a_row_is_a_template_or_a_maker_with_its_arguments():
    assert template_of("measure") is template_words.measure
    assert template_of(["<{1}>", "{0}"], "b")(["a"], {}) == "<a>"
    assert template_of(["<{1|c}>", "{0}"], "b")([], {"c": "d"}) == "<d>"
    assert template_of(["<{1}>", "{0}"], "b")([], {}) == "B"
    assert TEMPLATES["chem"](["a", BAR], {}) == f"a{BAR}"
