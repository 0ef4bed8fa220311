"""Each fact's wordings say the same, and all that they name can be filled in."""

import re

import pytest

from scripts.sample.tellings.phrase import sentence
from scripts.sample.tellings.subject import subject
from scripts.sample.tellings.telling import TELLINGS, tellings
from scripts.sample.world.blocks import COUNTS, Key
from scripts.sample.world.draw import Draw
from tests.sample.small_world import plain


@pytest.mark.parametrize("kind", sorted(TELLINGS))
def test_wordings_of_a_fact_name_the_same_slots(kind):
    optional = {"S", "O", "P", "sub", "was", "came", "made", "made_passive", "noun", "sibling_is", "son", "pos", "kind",
                "form", "members_are", "trade"}  # fmt: skip
    for one in TELLINGS[kind]:
        slots = [set(re.findall(r"\{(\w+)\}", wording)) - optional for wording in one.says]
        assert len(one.says) >= 2
        assert all(found == slots[0] for found in slots), (one.name, slots)
        for slot in one.asks:
            assert all(f"{{{slot}}}" in wording for wording in one.says), (one.name, slot)


@pytest.mark.parametrize("kind", sorted(COUNTS))
def test_all_that_can_be_said_can_be_filled(world, kind):
    for block in range(12):
        for number in range(COUNTS[kind]):
            about = subject(world, Key(kind, block, number))
            draw = Draw(1, block, number)
            for one in about.tellings:
                asked = [question for questions in one.asks.values() for question in questions]
                for wording in (*one.says, *asked, *one.implies, *one.denies, *one.adds):
                    text = plain(sentence(draw, wording, about.named()))
                    assert text[-1] in ".?"
                    assert text[0].isupper() or not text[0].isalpha()
                    assert not set(text) & set("{}[]<>|\x02\x03\x1f")


def test_a_battle_has_one_winner_on_every_wording(world):
    about = subject(world, Key("event", 3, 0))
    victor = plain(about.slots["victor"])
    assert victor != plain(about.slots["loser"])
    won = next(one for one in about.tellings if one.name == "won")
    assert all("{victor}" in wording and "{loser}" in wording for wording in won.says)


def test_a_telling_from_a_data_file():
    texts = {"says": "{S} is.\n{S}\n  was.\n", "asks": {"year": "When?\n"}, "only": "fire, flood"}
    (one,) = tellings({"event": {"is": texts}})["event"]
    assert one.says == ("{S} is.", "{S} was.")
    assert one.asks == {"year": ("When?",)}
    assert one.only == ("fire", "flood")
    assert one.implies == one.denies == one.adds == ()


@pytest.mark.parametrize(
    ("texts", "message"),
    [({"says": "a", "ask": {}}, r"town, is: \['ask'\]"), ({"adds": "a"}, "town, is: says nothing")],
)
def test_a_telling_that_is_not_understood_is_refused(texts, message):
    with pytest.raises(ValueError, match=message):
        tellings({"town": {"is": texts}})
