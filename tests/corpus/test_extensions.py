import pytest

from scripts.corpus.wikitext.extensions import replace_extensions


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
