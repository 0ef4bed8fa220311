# ruff: noqa: RUF001
import pytest

from scripts.corpus.wikitext.clean_up import BAR, FORMULA, GONE, LITERAL_LESS, is_prose, mend


@pytest.mark.parametrize(
    ("line", "mended"),
    [
        ("A line.", "A line."),
        (" A  line. ", "A line."),
        # Each kind of markup that is left, with nothing else in the line
        ("A <b>line</b>.", "A line."),
        ("A < b and b > c.", "A < b and b > c."),
        ("A [[line.", "A line."),
        ("A line]].", "A line."),
        ("A __TOC__ line.", "A line."),
        ("A __my__ line.", "A __my__ line."),
        ("A == line.", "A == line."),
        ("A __KEIN_INHALTSVERZEICHNIS__ __目次__ line.", "A line."),
        ("A {| line.", "A line."),
        ("A |} line.", "A line."),
        ("A &amp; b &#8212; &#x2014;.", "A & b — —."),
        ("A &copy=2&section=3 &copyx &unknown; &copy.", "A &copy=2&section=3 &copyx &unknown; ©."),
        (f"A {BAR} b.", "A | b."),
        (f"A {LITERAL_LESS} b.", "A < b."),
        # Characters
        ("cafe\u0301", "caf\u00e9"),
        ("A\u00a0b\u2003c\td.", "A b c d."),
        ("A\u2028b\u2029c\u0085d.", "A b c d."),
        ("co\u00adop\u200b\ufeff\u200e.", "coop."),
        ("می\u200cخواهم", "می\u200cخواهم"),
        # What was taken away, and what stood around it
        ("A ($) b.", "A b."),
        ("A ($, ) b.", "A b."),
        ("A ( $; b) c.", "A (b) c."),
        ("A (b, $; ) c.", "A (b) c."),
        ("A [ $] b.", "A b."),
        ("A [·] (:) (;) (@) (?) [...] ($) b.", "A [·] (:) (;) (@) (?) [...] b."),
        ("A ($ b $) c.", "A (b) c."),
        ("A [ $ b $ ] c.", "A [b] c."),
        ("A ((($ ))) b.", "A b."),
        ("A ((((  $)))) b.", "A b."),
        ("A (b – $) c.", "A (b –) c."),
        ("A ($–$; $) b.", "A b."),
        ("A ([$]) b.", "A b."),
        ("東京（$、甲；$）は（$）首都「$」である。", "東京（甲）は首都である。"),
        ('A "$" b “ $ ” c « $ » d.', "A b c d."),
        ('A "b"$ "c" d.', 'A "b" "c" d.'),
        ("A, $, b; $; $, c.", "A, b; c."),
        ("A $, b $; c $: d $.", "A, b; c: d."),
        ("A $ $ b $ ; c $ ) d.", "A b ; c) d."),
        (f"A {FORMULA}${FORMULA}, b.", "A, b."),
        ("$, A b.", "A b."),
        # What the page has itself stays
        ("A() b( ) c[] d (, ) [ e ] f; ; g:, h.", "A() b() c[] d (,) [ e ] f; ; g:, h."),
        ("A (), b ( c ) &'() d ( ) é().", "A, b (c) &' d é()."),
        ('A "" b “ ” c « d » e : f ; g ! h ? i.', 'A "" b “ ” c « d » e : f ; g ! h ? i.'),
        ("A :-) b ;) c $ d.", "A :-) b ;) c d."),
        ("/a/) (/b/, $c) d.", "/a/) (/b/, c) d."),
        # Marks
        (", ; A b.", "A b."),
        (". A b.", "A b."),
        (".5 is it.", ".5 is it."),
        ("... and so on.", "... and so on."),
        ("A b , c .", "A b, c."),
        ("A (b,) c.", "A (b) c."),
        ("A b .5 c.", "A b .5 c."),
    ],
)
def test_what_is_left_is_mended(line, mended):
    assert mend(line.replace("$", GONE)) == mended


@pytest.mark.parametrize(
    ("line", "prose"),
    [
        ("", False),
        ("It is.", True),
        ('"It is."', True),
        ("It is!’)", True),
        ("5.", False),
        ("x.", False),
        ("二。", True),
        ("(See there.)", False),
        ("(See there) and (here).", True),
        ("(One.) Two (three.)", True),
        ("[See there.]", True),
        # Without a mark at the end: four words that are more than half of it
        ("one two three four", True),
        ("one two three", False),
        ("one two ab ab 1234567890", True),
        ("one two ab ab 123456 + - = / * + - = / *", False),
        ("one two ab ab 12345", True),
        ("a b c d e f g h", False),
        ("一个没有句号的句", False),
        ("一个没有句号的句子", True),
    ],
)
def test_which_lines_are_prose(line, prose):
    assert is_prose(line) == prose
