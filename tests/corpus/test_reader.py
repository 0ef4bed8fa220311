# ruff: noqa: RUF001
import re
import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from scripts.corpus.wikitext.reader import base_clean, paragraphs

DROPPED = frozenset(["file", "category", "template", "help", "portal"])
END = " They are the words of a sentence."


def text(wikitext, lists=True):
    return "\n".join(paragraphs(wikitext, "Title", DROPPED, lists))


@pytest.mark.parametrize(
    ("wikitext", "plain"),
    [
        ("'''Bold''', ''italic'', '''''both'''''.", "Bold, italic, both."),
        ("L'''amour'' and dog's ''tail''.", "L'amour and dog's tail."),
        ("A<ref>r</ref> b<ref name=x /> c<ref name=\"a/b>c\">[[d]] {{e}}</ref>.", "A b c."),
        ("Some text <!-- no -->here.", "Some text here."),
        ("Some text.<!-- not closed [[a]]", "Some text."),
        ("Water is H<sub>2</sub>O.", "Water is H2O."),
        ("It has 10<sup>6</sup> km<sup>2</sup>, the 19<sup>th</sup>.", "It has 10^6 km^2, the 19th."),
        ("Let <math>x \\in \\mathbb{R}</math> be it.", "Let x ∈ R be it."),
        ("The sum <math>\\begin{matrix}a\\end{matrix}</math> is.", "The sum is."),
        ("Write <code>a[0]</code> or <nowiki>[[b]] {{c}} ''d''</nowiki> here.",
         "Write a[0] or [[b]] {{c}} ''d'' here."),
        ("A&nbsp;b &amp; c &ndash; d &#8212; e.", "A b & c – d — e."),
        ("[http://a.b/c The label] and [http://d.e] end.", "The label and end."),
        ("Foo ({{IPAc-en|f|u}}; born 1942) is.", "Foo (born 1942) is."),
        ("Foo ({{unknown|x}}, ; {{unknown}}) is a thing.", "Foo is a thing."),
        ("Foo ({{x}} ) bar [ {{x}}] baz.", "Foo bar baz."),
        ("An area of {{convert|12|ha|acre}}; it is big.", "An area of 12 hectares; it is big."),
        ("A sentence{{citation needed}} , with a space .", "A sentence, with a space."),
        ("Line one\ngoes on here.\n\nNext one.", "Line one goes on here.\nNext one."),
        ("A line.<br>Another <br/>line.", "A line. Another line."),
        ("Text a.\n{| class=x\n| b || c\n{| \n| d\n|}\n|}\nText e.", "Text a.\nText e."),
        ("Text a.\n{| class=x\n| never closed", "Text a."),
        ("Text a.\n<gallery>\nFile:x.jpg|b\n</gallery>\nText c.", "Text a.\nText c."),
        ("Text a.\n<syntaxhighlight lang=c>\nint b;\n</syntaxhighlight>\nText c.", "Text a.\nText c."),
        (":''For the song, see [[B]].''\nText a.", "Text a."),
        ("== One ==\nText a.\n=== Two ===\n== Three ==\nText b.", "Text a.\nText b."),
        ("Text a.\n== References ==\nText b.\n=== More ===\nc d.\n== Next ==\nText e.",
         "Text a.\nText e."),
        ("Text a.\n code b\n code c\n", "Text a."),
        ("{{x}} Text a.", "Text a."),
        ("<div class=a>\nText in a box.\n</div>", "Text in a box."),
        ("__NOTOC__Text a.", "Text a."),
        ("e\u0301te\u0301 and co\u00adop\u200b.", "\u00e9t\u00e9 and coop."),
        ("A {{nowrap|b [[c|d]]}} e.", "A b d e."),
        ("Set <nowiki>{1, 2}</nowiki> is.", "Set {1, 2} is."),
        ("-{zh-hans:计算机;zh-hant:電腦}-是工具。", "计算机是工具。"),
        ("<small>Small print</small> stays.", "Small print stays."),
        ("Text a.<ref>{{cite|a</ref b> c|url = d|x = e}}</ref> more.", "Text a. more."),
        ("It is of four kinds, {{x}}, in all:\n", "It is of four kinds, in all:"),
        ("{{x}}, as it began {{x}}. The end.", "as it began. The end."),
        ("The mean is\n:<math>m = \\frac{a+b}{2}</math>\nwhere a is one.\n\nText b.",
         "The mean is m = (a+b)/2 where a is one.\nText b."),
        ("It is given by\n\n:<math>\\begin{x}</math>,\n\n:where b is it.\nText c.",
         "It is given by, where b is it.\nText c."),
        ("Some {{convert|2381741|km2|sqmi|0}} here.", "Some 2,381,741 square kilometres here."),
        ("If x < 5 and y > 3 then.", "If x < 5 and y > 3 then."),
        # What a line is, is read before its markup goes
        ("[[File:Fleet.jpg|thumb|left|The fleet]] By autumn it had lost nine ships.", "By autumn it had lost nine ships."),
        ("<small> By</small> autumn it had lost nine ships", "By autumn it had lost nine ships"),
        ("''' By''' autumn it had lost nine ships", "By autumn it had lost nine ships"),
        ("<br> By autumn it had lost nine ships", "By autumn it had lost nine ships"),
        ("{{x}} By autumn it had lost nine ships", "By autumn it had lost nine ships"),
        ("[[Category:x]] By autumn it had lost nine ships", "By autumn it had lost nine ships"),
        ("<ref>x</ref> By autumn it had lost nine ships", "By autumn it had lost nine ships"),
        ("{{x\n| y = z\n}} By autumn it had lost nine ships", "By autumn it had lost nine ships"),
        ("'''!Kung''' is a tongue of some ten thousand people", "!Kung is a tongue of some ten thousand people"),
        ("!Kung is a tongue of some ten thousand people", "!Kung is a tongue of some ten thousand people"),
        ("[[Star|*]] is a sign that stands in the sky", "* is a sign that stands in the sky"),
        ("''#1'' is a song that was sung by many", "#1 is a song that was sung by many"),
        ("<nowiki>|</nowiki> is a sign that parts the arguments", "| is a sign that parts the arguments"),
        ("It is the set {1, 2}", "It is the set {1, 2}"),
        ("One is here now.\n----\nTwo is there.", "One is here now.\nTwo is there."),
        ("One is here now.\n---- Two is there.", "One is here now.\nTwo is there."),
        ("One is\n<!-- no -->\nhere now.", "One is here now."),
        # Signs
        ("Write <nowiki>List<String></nowiki> for it.", "Write List<String> for it."),
        ("Write <nowiki>&lt; &amp;lt;</nowiki> for it.", "Write < &lt; for it."),
        ("Write <code>a == b</code> and <code>__NAME__</code> there.", "Write a == b and __NAME__ there."),
        ("It is [<nowiki />[[A|b]]] that we know.", "It is [b] that we know."),
        ("__KEIN_INHALTSVERZEICHNIS__ It is so.", "It is so."),
        ("The <noinclude>words</noinclude> stay, <span style=\"display:none\">no </span>but not all.", "The words stay, but not all."),
        ("In 2001 it had 12,345, in 2011 23,456, and in 2021 34,567", "In 2001 it had 12,345, in 2011 23,456, and in 2021 34,567"),
        ("Foo ({{x}}–{{y}}) is (:) a thing [...] here.", "Foo is (:) a thing [...] here."),
        # What the page has itself stays as it is; what stood around a template or a picture goes with it
        ("Le roi dit : « Venez ! » ; puis il mourut&nbsp;: qui sait ?", "Le roi dit : « Venez ! » ; puis il mourut : qui sait ?"),
        ("The function main() calls f(x) ; it ends {{x}} ; so.", "The function main() calls f(x) ; it ends ; so."),
        ("The flag ([[File:a.svg|20px]]; [[Image:b.png]] red) is [http://a.b] <ref>c</ref>, here.", "The flag (red) is, here."),
        ("The rate <math>\\begin{x}</math>, as given (<ref>a</ref>), is high.", "The rate, as given, is high."),
        ("The mail of A <a@b.example>, a List<String>, #include <stdio.h> and <foo>.", "The mail of A <a@b.example>, a List<String>, #include <stdio.h> and <foo>."),
        ("The word <ruby>漢<rp>(</rp><rt>kan</rt><rp>)</rp></ruby> of <time>2010</time> is old.", "The word 漢(kan) of 2010 is old."),
        ("<syntaxhighlight lang=c inline>int x = a[1];</syntaxhighlight> is a line of it.", "int x = a[1]; is a line of it."),
        ("It is [[http://a.b the label]] of it.", "It is [the label] of it."),
        ("He said of the wise:\n:''All that the wise man chooses is good.''", "He said of the wise:\nAll that the wise man chooses is good."),
    ],
)  # fmt: skip
def test_plain_text(wikitext, plain):
    assert text(wikitext + END) == plain + END or text(wikitext) == plain


@pytest.mark.parametrize(
    ("lists", "expected"),
    [
        (True, "Text.\nThe first item of them.\nOne item of this list here.\nAn other item of the list.\nThe term: and its definition here."),
        (False, "Text."),
    ],
)  # fmt: skip
def test_list_items_become_sentences_or_go(lists, expected):
    wikitext = (
        "Text.\n* The first item of them; and\n* A. Bee: A Book of It, ISBN 0-582-02173-1\n"
        "* One item of this list here\n** short\n# An other item of the list.\n"
        "; The term : and its definition here\n"
    )
    assert text(wikitext, lists) == expected


def test_a_line_that_is_no_sentence_goes():
    wikitext = (
        "Novels:\n\nMassachusetts Bay\n\nx = y + z\n\n(see there)\n\n* a\n\nA sentence. 一个句子。"
    )
    assert text(wikitext) == "A sentence. 一个句子。"


@pytest.mark.parametrize("tag", ["ref", "gallery", "math", "nowiki", "div", "table", "pre"])
def test_a_tag_that_is_not_closed_takes_no_more_than_its_line(tag):
    assert text(f"Text a.\nText b <{tag}> lost.\n\nText c goes on.").endswith("Text c goes on.")


QUOTES = "''"
PARTED = re.compile(r"<[^<>]*>|[{}|=()]|http://x |__TOC__|&\w+;|,")
MARKUP = re.compile(r"\{\{|\}\}|\[\[|\]\]|''|</?(?:ref|br|div|span|math|table|ul|li)\b|__TOC__")


@settings(max_examples=300)
@given(
    st.lists(
        st.sampled_from(
            ["{{", "}}", "[[", "]]", "{|", "|}", "|", "\n", "''", "'''", "<ref>", "</ref>", "<!--",
             "-->", "<br>", "<div>", "</div>", "<math>", "</math>", "==", "* ", ": ", "; ", "A word",
             "b.", "convert", "File:", "[http://x ", "]", "=", " ", "(", ")", ",", "&nbsp;", "&lt;",
             "<span>", "<table>", "</table>", "<ul>", "<li>", "__TOC__", "é", "中。", "{", "}", "\x02"]
        ),
        max_size=40,
    )
)  # fmt: skip
@example(["{", "[http://x ", "{", "]]", "中。"])  # braces that a link had parted
@example(["中。", "]", "}}", "]"])  # brackets that the repair of blanks brings together
def test_no_markup_survives_any_text(pieces):
    text = "".join(pieces)
    # MediaWiki itself shows some apostrophes of a run of four or more, and those of a link's own title.
    shown = QUOTES * 2 in PARTED.sub("", text) or "[[" in PARTED.sub("", text)
    for line in paragraphs(text, "Title", DROPPED, True):
        assert not MARKUP.search(line.replace(QUOTES, "") if shown else line)
        assert line == " ".join(line.split())
        assert unicodedata.is_normalized("NFC", line)
        assert line.isprintable()


@pytest.mark.parametrize("piece", ["{{a|", "[[a|", "<ref>", "<ref a", "<code>", "<span style=display:none>", "<a>", "{{end}}", "== a", "{|\n", "<!--", "'''", "((", "[http://a ", "\n* ", "<div", "&amp;", "( ; "])  # fmt: skip
def test_hostile_repetition_ends(piece):
    paragraphs(piece * 50_000, "Title", DROPPED, True)


@pytest.mark.parametrize(
    ("wikitext", "plain"),
    [
        ("a", "a"),
        ("a <b>c</b> d", "a c d"),
        ("a <b>&lt;</b> &amp;lt; d", "a &lt; &amp;lt; d"),
    ],
)
def test_what_is_left_to_the_base(wikitext, plain):
    assert base_clean(wikitext) == plain


@pytest.mark.parametrize(
    ("wikitext", "plain"),
    [
        ("<ul><li>One two three four five</li><LI>One two three four six</ul>",
         "One two three four five.\nOne two three four six."),
        ("One two<dl><dd>one two three four five</dd></dl>", "one two three four five."),
        ("It has 10<sup>6</sup>.", "It has 10^6."),
        ("It has A4<sup>6</sup>.", "It has A4^6."),
        ("It has 10<sup>-6</sup>.", "It has 10^-6."),
        ("It has x<sup>6</sup>.", "It has x^6."),
        ("It has 10<sup>th</sup>.", "It has 10th."),
        ("It has 10</sup>6.", "It has 106."),
        ("It is one.<p>It is two.</p>It is three.", "It is one.\nIt is two.\nIt is three."),
        ("It is one.<HR>It is two.", "It is one.\nIt is two."),
        ("It is -{H|zh-hans:一;zh-hant:二}-it.", "It is it."),
        ("It is -{-|zh-hans:一}-it.", "It is it."),
        ("It is -{T|zh-hans:一}-it.", "It is it."),
        ("It is -{A|zh-hans:一;zh-hant:二}-it.", "It is 一it."),
        ("It is -{R|as it is}-.", "It is as it is."),
        ("It is -{as it is}-.", "It is as it is."),
        (":''For it, see [[B]].''\nIt is.", "It is."),
        (":'''For''' it, see them all.\nIt is.", "For it, see them all.\nIt is."),
        ("It is 5 &lt;b&gt; here.", "It is 5 <b> here."),
        ("It is 5 &#60; 6 here.", "It is 5 < 6 here."),
    ],
)  # fmt: skip
def test_tags_variants_and_signs(wikitext, plain):
    assert text(wikitext) == plain
