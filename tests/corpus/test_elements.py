# ruff: noqa: RUF001
import pytest

from scripts.corpus.wikitext.elements import replace_extensions, replace_tags


@pytest.mark.parametrize(
    ("wikitext", "left"),
    [
        ("a", "a"),
        ("a<!-- b -->c<!--\nd-->e", "ace"),
        ("a<!-- b", "a"),
        ("a<!-- b --> c <!-- d", "a c "),
        ("a --> b", "a --> b"),
        ("<!-- a <!-- b --> c", " c"),
        # A line that only has comments goes with them
        ("a\n<!-- b -->\nc", "a\nc"),
        ("a\n <!-- b --> <!-- c\n--> \nd", "a\nd"),
        ("a\n<!-- b --> c", "a\n c"),
        ("a <!-- b -->\nc", "a \nc"),
    ],
)
def test_comments(wikitext, left):
    assert replace_extensions(wikitext) == left


@pytest.mark.parametrize(
    ("wikitext", "left"),
    [
        ("a", "a"),
        ("a<ref>b</ref>c", "ac"),
        ("a<ref name=x />c", "ac"),
        ("a<REF>b</Ref>c", "ac"),
        ("a</ref>c", "ac"),
        ("a<ref>b<ref>c</ref>d", "ad"),
        ("a<ref>b<math>c</ref>d", "ad"),
        # What opens first owns what it holds
        ("a<ref>b <!-- c</ref>d", "ad"),
        ("a<nowiki><!-- <ref> -->\n== b ==</nowiki>c</ref>d",
         "a\x05&#60;!-- &#60;ref&#62; --&#62; &#61;&#61; b &#61;&#61;cd"),
        ("a<!-- <ref> -->b</ref>c", "abc"),
        ("a<pre>\n== References ==\n<!-- </pre>b", "a\n\nb"),
        ("<poem>\n a<ref>b</ref>\n c\n</poem>", "\x05\n\n\na\nc\n\n\n"),
        ("[<nowiki />[[a]]]", "[\x05[[a]]]"),
        ("a<noinclude>b</noinclude><includeonly>c</includeonly>d", "abd"),
        ("a<includeonly>b\nc", "a"),
        # A hole, where a blank or a bracket stands before it
        ("a <ref>b</ref> (<ref name=c /> [<math>\\a</math>", "a \x07 (\x07 [\x04\x07\x04"),
        ("a <math>b</math> <poem>c</poem>", "a \x04b\x04 \n\nc\n\n"),
        ("a<refx>b</refx>", "a<refx>b</refx>"),
        ("a<gallery>b</gallery>c", "a\n\nc"),
        ("a<ref>b\nc", "a\nc"),
        ("a<ref>b", "a"),
        ("<ref>\nc", "\x05\nc"),
        ("a<nowiki>b\nc", "a\x05b\nc"),
        ("a<nowiki>[[b]]</nowiki>", "a\x05&#91;&#91;b&#93;&#93;"),
        ("a<source inline>b</source>", "ab"),
        ("a<source>b</source>c", "a\n\nc"),
        ("a<syntaxhighlight lang=c inline>b</syntaxhighlight>", "ab"),
        ("a<math>x^{2}</math>b", "a\x04x^2\x04b"),
        ("a<ce>x &lt; 5</ce>b", "a\x04x &lt; 5\x04b"),
        ("</ref>a<ref>b</ref>c<ref>d</ref>", "ac"),
        ("<timeline>a</timeline>b", "\x05\n\nb"),
        ("<templatestyles src=a />b", "\x05b"),
    ],
)  # fmt: skip
def test_elements(wikitext, left):
    assert replace_extensions(wikitext) == left


@pytest.mark.parametrize(
    ("wikitext", "words"),
    [
        ("a<ul>b</ul>c", "a\nb\nc"),
        ("a<dl>b<ol>c", "a\nb\nc"),
        ("<li>a</li>", "\n* a\n"),
        ("a<br/>b<BR>c", "a b c"),
        ("a<p>b</p>", "a\n\nb\n\n"),
        ("<small>a</small><sub>2</sub>", "a2"),
        # Powers, whose sign stays, and what is none
        ("10<sup>6</sup>", "10^6"),
        ("10<sup>&minus;6</sup>", "10^−6"),
        ("10<sup>{{minus}}6</sup>", "10^−6"),
        ("2<sup>n</sup>, 2<sup>''n''</sup>", "2^n, 2^n"),
        ("2<sup>n+1</sup>", "2^n+1"),
        ("x<sub>1</sub><sup>2</sup> ''(a)''<sup>2</sup>", "x1^2 ''(a)''^2"),
        ("x<sup>2</sup> km<sup>2</sup> ''x''<sup>2</sup> (a)<sup>2</sup>", "x^2 km^2 ''x''^2 (a)^2"),
        ("19<sup>th</sup> 1<sup>o</sup> XX<sup>e</sup> M<sup>me</sup>", "19th 1o XXe Mme"),
        ("Ca<sup>2+</sup> <sup>14</sup>C word<sup>1</sup>", "Ca2+ 14C word1"),
        # Code
        ("<code>a == b</code> c == d", "a == b c == d"),
        ("<code>__NAME__</code>", "&#95;&#95;NAME&#95;&#95;"),
        # What is not shown
        ("a<span style=\"display: none\">b<span>c</span>d</span>e", "ae"),
        ("a<div style=display:none>b</DIV>c<span style='display:none;'>d</span>", "ac"),
        ("a<span style=\"display:none\">b", "ab"),
        ("display <i>a</i>", "display a"),
        ("<span style=display:none>" + "<span>a" * 99, "a" * 99),
    ],
)  # fmt: skip
def test_words_of_elements(wikitext, words):
    assert replace_tags(wikitext) == words
