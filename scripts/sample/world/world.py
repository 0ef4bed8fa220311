"""The facts about each thing of the invented world, from a seed alone.

A fact is a function of (seed, key), so that a page can be written without any other page.
"""

from functools import lru_cache

from scripts.sample.world import people, things
from scripts.sample.world.blocks import Blocks, Facts, Key

FINDERS = {
    "province": things.province_facts,
    "river": things.river_facts,
    "town": things.town_facts,
    "person": people.person_facts,
    "work": things.work_facts,
    "organisation": things.organisation_facts,
    "species": things.species_facts,
    "event": things.event_facts,
    "building": things.building_facts,
    "dish": things.dish_facts,
}


class World(Blocks):
    """The facts of one seed. All methods are pure; what is kept is a bounded cache."""

    def __init__(self, seed: int):
        super().__init__(seed)
        self.facts = lru_cache(maxsize=4096)(self.find_facts)

    def find_facts(self, key: Key) -> Facts:
        """All facts about one thing; the title is what it is called, where it has no other."""
        facts = FINDERS[key.kind](self, key)
        title = facts["name"].removeprefix("the ")
        facts.setdefault("title", title[0].upper() + title[1:])
        facts.setdefault("gender", "n")
        return facts
