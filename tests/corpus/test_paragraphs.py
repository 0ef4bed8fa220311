import pytest

from scripts.corpus.wikitext.clean_up import FORMULA, GONE, MARK
from scripts.corpus.wikitext.paragraphs import goes_on, join_lines, list_item, set_in_prose


def joined(text, lists=True):
    return list(join_lines(text.replace("$", FORMULA), lists))


@pytest.mark.parametrize(
    ("text", "paragraphs"),
    [
        ("", []),
        ("a\nb\n\nc", ["a b", "c"]),
        ("a\n\n\n b", ["a"]),
        # What is code, a table or what is left of one
        ("a\n code here\nb", ["a", "b"]),
        ("a\n\tcode here\nb", ["a", "b"]),
        ("a\n| cell\nb", ["a", "b"]),
        ("a\n! head\nb", ["a", "b"]),
        ("a\n} \nb", ["a } b"]),
        ("a\n!Kung\nb", ["a !Kung b"]),
        ("a\n!head !! head\nb", ["a", "b"]),
        # Behind what was taken away
        (f"a\n{MARK} b{MARK}\n{MARK}* c\n{MARK}| d", ["a b * c | d"]),
        (f"a\n{MARK}\nb", ["a", "b"]),
        # Behind a space, but prose
        (" One two three four five six seven.", ["One two three four five six seven."]),
        (" One two three four five six seven.\nmore", ["One two three four five six seven. more"]),
        ("a\n One two three four five six seven.", ["a"]),
        # Lists
        ("a\n* one two three four five\nb", ["a", "one two three four five.", "b"]),
        ("# one two three four five", ["one two three four five."]),
        (": one two three four five", ["one two three four five"]),
        ("; one two : three four five", ["one two:  three four five."]),
        (" * one two three four five", []),
        ("* one two three four", []),
    ],
)
def test_lines_become_paragraphs(text, paragraphs):
    assert joined(text) == paragraphs


def test_without_lists_what_is_indented_stays():
    text = "* one two three four five\n# one two three four five\n: one two three four six"
    assert joined(text, lists=False) == ["one two three four six"]


@pytest.mark.parametrize(
    ("text", "paragraphs"),
    [
        # On a line of its own, a formula goes on with the sentence, and so does what follows
        ("It is\n:$x$\nwhere x is.\nMore", ["It is $x$ where x is.", "More"]),
        ("It is\n\n:$x$\nwhere x is.", ["It is $x$ where x is."]),
        ("It is\n$x$.\nwhere x is.", ["It is $x$. where x is."]),
        ("It is\n:$x$\n:where x is.", ["It is $x$ where x is."]),
        ("It is\n:$x$\n\nwhere x is.", ["It is $x$  where x is."]),
        ("It is\n:$x$\nWhere x is.", ["It is $x$", "Where x is."]),
        ("It is\n:$x$\n where x is.", ["It is $x$"]),
        ("It is\n::$x$\n:$y$\nso.", ["It is $x$ $y$ so."]),
        # Behind a whole sentence it is none of its own
        ("It is.\n:$x$\nMore", ["It is.", "More"]),
        ("It is.\n:$x$\nmore", ["It is. more"]),
        # Within a line it is as any word
        ("It is\nthe $x$ here\nmore", ["It is the $x$ here more"]),
        (":$x$", []),
    ],
)
def test_a_formula_is_part_of_the_sentence_around_it(text, paragraphs):
    assert [line.replace(FORMULA, "$") for line in joined(text)] == paragraphs


@pytest.mark.parametrize(
    ("line", "goes"),
    [("where", True), (": where", True), (":Where", False)],
)
def test_what_goes_on_with_a_formula(line, goes):
    assert goes_on(line) == goes


LONG = " One two three four five six seven."


@pytest.mark.parametrize(
    ("lines", "prose"),
    [
        ([LONG], True),
        ([" 1 2 3 4 5."], False),
        ([" 1 2 3 4 5 6."], True),
        ([LONG[:-1]], False),
        (["a", LONG, "b"], True),
        ([" code", LONG, "b"], False),
        (["a", LONG, "\tcode"], False),
        (["a", LONG, "  "], True),
        ([" code", "a", LONG], True),
        (["a", LONG, "b", " code"], True),
        ([LONG[:-1] + ":"], True),
        ([LONG[:-1] + "。"], True),
    ],
)
def test_prose_behind_a_space(lines, prose):
    number = next(n for n, line in enumerate(lines) if line.startswith((" One", " 1")))
    assert set_in_prose(lines, number) == prose


@pytest.mark.parametrize(
    ("line", "item"),
    [
        ("* one two three four five", "one two three four five."),
        ("*# one two three four five", "one two three four five."),
        ("* one two three four five.", "one two three four five."),
        ("* one two three four (five)", "one two three four (five)."),
        ('* one two three four "five"', 'one two three four "five".'),
        ("* one two three four five:", "one two three four five:"),
        ("* one two three four five; and", "one two three four five."),
        ("* one two three four five, oder", "one two three four five."),
        ("* one two three four five;", "one two three four five."),
        (": one two three four five", "one two three four five"),
        (": one two three four five,", "one two three four five,"),
        ("; one two three : four : five", "one two three:  four : five."),
        ("* one two three : four five", "one two three : four five."),
        ("* one two three four", ""),
        (f"* {GONE} one two{GONE} three four", ""),
        (f"* {GONE} one two {GONE} three four five", f"one two {GONE} three four five."),
        ("* A. Bee: Book of it, ISBN 0-582-02173-1", ""),
        ("* A. Bee: Book of it, doi:10.1000", "A. Bee: Book of it, doi:10.1000."),
        ("* A. Bee: Book of it, OCLC 123456", ""),
        (f"* one two three four {FORMULA}x{FORMULA}", "one two three four x."),
    ],
)
def test_a_list_item_as_a_sentence(line, item):
    assert list_item(line) == item
