import pytest

from scripts.sample.tellings.phrase import link, template
from scripts.sample.tellings.subject import number, slot, slots_of, to
from scripts.sample.world.blocks import Key


@pytest.mark.parametrize(
    ("value", "text"), [(0, "no"), (1, "one"), (12, "twelve"), (13, "13"), (12000, "12,000")]
)
def test_small_counts_are_words(value, text):
    assert number(value) == text


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("founded", 1205, "1205"),
        ("population", 1205, "1,205"),
        ("young", 3, "three"),
        ("minutes", 30, "30"),
        ("size", 9, template("convert|9|cm|in", "9 centimetres")),
        ("area", 1200, template("convert|1200|km2|sqmi", "1,200 square kilometres")),
        ("height", "tall", "tall"),
    ],
)
def test_a_fact_is_printed_by_what_it_is(world, name, value, text):
    assert slot(world, name, value) == text


def test_a_thing_is_linked_by_its_title_and_read_by_its_name(world):
    river, museum, town = (Key("river", 0, 0), Key("building", 0, 2), Key("town", 0, 0))
    assert to(world, river) == link(world.title(river), world.name(river))
    assert to(world, museum) == "the " + link(world.title(museum))
    assert to(world, town) == link(world.name(town))
    assert to(world, Key("work", 0, 0)).startswith("\x02J")


def test_a_fact_that_is_the_thing_itself_is_not_told(world):
    first = Key("province", 0, 0)
    assert world.facts(first)["neighbour"] == first
    assert "neighbour" not in slots_of(world, first, world.facts(first))


def test_sides_of_a_battle_within_one_province(world):
    key = Key("event", 0, 0)
    for won in (True, False):
        facts = {**world.facts(key), "won": won}
        slots = slots_of(world, key, facts)
        sides = (to(world, facts["province"]), "the rebels of the hills")
        assert (slots["victor"], slots["loser"]) == (sides if won else sides[::-1])
        assert slots["enemy"] == sides[1]


def test_relatives_of_parents_and_children(world):
    for member, names in ((0, {"spouse", "child", "second_child"}), (2, {"father", "sibling_is"})):
        key = Key("person", 1, member)
        slots = slots_of(world, key, world.facts(key))
        assert names <= set(slots)
        assert not {"spouse", "child", "father", "sibling_is"} - names & set(slots)
