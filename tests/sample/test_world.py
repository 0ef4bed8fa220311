"""The facts hang together, whichever thing is asked first."""

from collections import Counter

from scripts.sample.world import words
from scripts.sample.world.blocks import BLOCK, COUNTS, Key
from scripts.sample.world.world import World
from tests.sample.small_world import PEOPLE


def test_every_place_of_a_block_is_something_else(world):
    keys = [world.key(page) for page in range(7 * BLOCK, 8 * BLOCK)]
    assert len(set(keys)) == BLOCK
    assert Counter(key.kind for key in keys) == COUNTS


def test_titles_are_unique_far_beyond_the_lists_of_names(world):
    titles = [world.title(Key(kind, block, 0)) for kind in COUNTS for block in range(0, 30000, 197)]
    assert len(titles) == len(set(titles))


def test_lives_are_possible(world):
    for key in PEOPLE:
        facts = world.facts(key)
        if facts["father"]:
            father, mother = world.facts(facts["father"]), world.facts(facts["mother"])
            assert 20 <= facts["born"] - father["born"] <= 45
            assert 15 <= facts["born"] - mother["born"] <= 45
            assert facts["surname"] == father["surname"]
            assert key in father["children"]
            assert world.facts(facts["sibling"])["sibling"] == key
        if facts["spouse"]:
            assert world.facts(facts["spouse"])["spouse"] == key
            assert world.facts(facts["spouse"])["married"] == facts["married"]
            assert facts["married"] - facts["born"] >= 15
        if facts["died"]:
            assert facts["moved"] < facts["died"]
            assert facts["prize"] < facts["died"]
        university = world.facts(facts["university"])
        assert university["kind"] == "university"
        assert university["founded"] < facts["born"]
        for work in facts["works"]:
            made = world.facts(work)
            assert made["creator"] == key
            assert made["form"] in words.FORMS_OF[facts["trade"]]
            assert 20 < made["year"] - facts["born"] < 58


def test_facts_kept_by_a_world_are_bounded():
    world = World(1)
    assert world.facts.cache_info().maxsize is not None
