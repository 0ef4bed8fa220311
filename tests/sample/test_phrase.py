import pytest

from scripts.sample.tellings.phrase import Writer, finish, link, parse, plain, template
from scripts.sample.world.draw import Draw


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a apple and a pear", "An apple and a pear"),
        ("a hour of a university", "An hour of a university"),
        ("a 8-day trip, a 18th, a 80", "An 8-day trip, an 18th, an 80"),
        ("a unknown uncle saw a one-eyed European", "An unknown uncle saw a one-eyed European"),
        (f"a {link('Orby')} man", f"An {link('Orby')} man"),
    ],
)
def test_a_or_an(text, sentence):
    assert finish(text) == sentence


def test_templates():
    writer = Writer(Draw(1), {"big": ["large"]})
    assert writer.sentence("[{x}|{x}] is <big>[| ].", {"x": "it"}) == "It is large."
    assert plain(template("convert|3|km|mi", "3 kilometres")) == "3 kilometres"
    with pytest.raises(ValueError, match="unclosed"):
        parse("[a|b")
