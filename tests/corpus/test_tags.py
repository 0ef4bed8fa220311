# ruff: noqa: RUF001
import pytest

from scripts.corpus.wikitext.tags import replace_tags


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
        ("x<sup>2</sup> km<sup>2</sup> ''x''<sup>2</sup> (a)<sup>2</sup>", "x^2 km^2 ''x''^2 (a)^2"),
        ("19<sup>th</sup> 1<sup>o</sup> XX<sup>e</sup> M<sup>me</sup>", "19th 1o XXe Mme"),
        ("Ca<sup>2+</sup> <sup>14</sup>C word<sup>1</sup>", "Ca2+ 14C word1"),
        # Code
        ("<code>a == b</code> c == d", "a &#61;&#61; b c == d"),
        ("<code>__NAME__</code>", "&#95;&#95;NAME&#95;&#95;"),
        # What is not shown
        ("a<span style=\"display: none\">b<span>c</span>d</span>e", "ae"),
        ("a<div style=display:none>b</DIV>c<span style='display:none;'>d</span>", "ac"),
        ("a<span style=\"display:none\">b", "ab"),
        ("display <i>a</i>", "display a"),
    ],
)  # fmt: skip
def test_words_of_elements(wikitext, words):
    assert replace_tags(wikitext) == words
