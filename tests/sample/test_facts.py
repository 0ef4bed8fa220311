"""What the table of facts can say, and what comes of it."""

import pytest

from scripts.sample.world.blocks import COUNTS, Key
from scripts.sample.world.facts import DRAWN, LISTS, draw_fact, drawn
from scripts.sample.world.words import TRAITS

TOWN = Key("town", 9, 3)


def draws(world, told, **facts):
    return [
        draw_fact(world, TOWN, world.draw(TOWN, str(turn)), facts, "name", told)
        for turn in range(300)
    ]


def test_numbers_are_drawn_up_to_both_ends_scaled_or_after_another(world):
    assert set(draws(world, "3 to 6")) == {3, 4, 5, 6}
    assert set(draws(world, "3 to 4 times 100")) == {300, 400}
    assert set(draws(world, "1 to 2 after built", built=1700)) == {1701, 1702}
    someone = Key("person", 0, 0)
    born = world.facts(someone)["born"]
    assert set(draws(world, "1 to 2 after architect", architect=someone)) == {born + 1, born + 2}


def test_chances_are_what_they_say(world):
    assert not any(draws(world, "chance 0"))
    assert 190 < sum(draws(world, "chance 0.7")) < 230


def test_entries_of_lists_are_drawn(world):
    assert set(draws(world, "<seasons>")) == set(LISTS["seasons"])
    assert set(draws(world, "the <own>", own=["x", "y"])) == {"the x", "the y"}
    found = set(draws(world, "<boys> or <girls>"))
    assert found & set(LISTS["boys"])
    assert found & set(LISTS["girls"])
    assert all(len(set(several)) == 2 for several in draws(world, "2 of colours"))


def test_other_things_are_of_this_block_or_of_one_nearby(world):
    assert set(draws(world, "river 0")) == {Key("river", 9, 0)}
    assert set(draws(world, "building same")) == {Key("building", 9, TOWN.number)}
    towns = draws(world, "a town")
    assert {town.number for town in towns} == set(range(COUNTS["town"]))
    assert {town.block for town in towns} == {9}
    assert draws(world, "person 2 nearby")[0] == Key("person", world.earlier(TOWN, "name"), 2)


def test_traits_are_those_of_a_kind(world):
    for told, kind in (("traits of river", "river"), ("traits of kind", "bird")):
        for found in draws(world, told, kind="bird"):
            assert all(axis in TRAITS[kind] or axis[::-1] in TRAITS[kind] for axis in found)


def test_what_is_no_way_to_draw_is_refused(world):
    with pytest.raises(ValueError, match="town, name: 3 too 6"):
        draws(world, "3 too 6")


@pytest.mark.parametrize("kind", sorted(DRAWN))
def test_a_list_in_the_table_is_a_list_of_facts(world, kind):
    facts = drawn(world, Key(kind, 1, 0), **world.facts(Key(kind, 1, 0)))
    for name, told in DRAWN[kind].items():
        if isinstance(told, list):
            assert len(facts[name]) == len(told)
