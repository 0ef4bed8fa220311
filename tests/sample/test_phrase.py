import pytest

from scripts.sample.tellings.phrase import finish, link, parse, sentence, template
from scripts.sample.world.draw import Draw
from scripts.sample.world.words import SYNONYMS
from tests.sample.small_world import plain


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a apple and a pear", "An apple and a pear"),
        ("a hour of a university", "An hour of a university"),
        ("a 8-day trip, a 18th, a 80", "An 8-day trip, an 18th, an 80"),
        ("a unknown uncle saw a one-eyed European", "An unknown uncle saw a one-eyed European"),
        (f"a {link('Orby')} man", f"An {link('Orby')} man"),
    ],
)
def test_a_or_an(text, said):
    assert finish(text) == said


def test_templates(monkeypatch):
    monkeypatch.setitem(SYNONYMS, "big", ["large"])
    assert sentence(Draw(1), "[{x}|{x}] is <big>[| ].", {"x": "it"}) == "It is large."
    assert plain(template("convert|3|km|mi", "3 kilometres")) == "3 kilometres"
    with pytest.raises(ValueError, match="unclosed"):
        parse("[a|b")
