"""The invented world: who and what there is, and the facts about each, from a seed alone.

Pages come in blocks of 60: a province with its river, towns, families, their works, and so on. A
fact is a function of (seed, key), so that a page can be written without any other page, and a
larger world only adds blocks to a smaller one.
"""

from functools import lru_cache
from typing import Any, NamedTuple

from scripts.sample.world import names, words
from scripts.sample.world.draw import Draw
from scripts.sample.world.words import LISTS

COUNTS = {
    "province": 1, "river": 1, "town": 8, "person": 20, "work": 12, "organisation": 5,
    "species": 4, "event": 4, "building": 4, "dish": 1,
}  # fmt: skip
BLOCK = sum(COUNTS.values())
FAMILIES = 5
SLOTS = [(kind, number) for kind, count in COUNTS.items() for number in range(count)]
STRIDE = 23  # has no factor in common with BLOCK, so that kinds alternate from page to page

ORGANISATIONS = ["university", "firm", "football club", "newspaper", "theatre"]
EVENTS = ["battle", "fire", "flood", "strike"]
BUILDINGS = ["bridge", "castle", "museum", "cathedral"]
CREATURES = list(words.CREATURES)
LATIN_PARTS = ("starts", "ends", "epithets")
PRONOUNS = {
    "m": ("he", "him", "his", "himself", "man", "son", "brother", "boy"),
    "f": ("she", "her", "her", "herself", "woman", "daughter", "sister", "girl"),
    "n": ("it", "it", "its", "itself", "", "", "", ""),
}
FITTING_PLACES = [  # for each action
    [number for number, (_, sort) in enumerate(words.PLACES) if sort in sorts]
    for _, _, sorts in words.ACTIONS
]
FIRST_FILMMAKERS = 1865  # a film director's father is born after this


class Key(NamedTuple):
    """Which thing: its kind, its block, its number within the block."""

    kind: str
    block: int
    number: int


Facts = dict[str, Any]


class World:
    """The facts of one seed. All methods are pure; what is kept is a bounded cache."""

    def __init__(self, seed: int):
        self.seed = seed
        self.facts = lru_cache(maxsize=4096)(self.find_facts)

    def key(self, page: int) -> Key:
        """The thing that article number `page` is about."""
        block, place = divmod(page, BLOCK)
        kind, number = SLOTS[place * STRIDE % BLOCK]
        return Key(kind, block, number)

    def draw(self, key: Key, purpose: str) -> Draw:
        return Draw(self.seed, purpose, *key)

    def earlier(self, key: Key, purpose: str) -> int:
        """A block up to this one, near it when the world is large."""
        return max(0, key.block - self.draw(key, purpose).below(min(key.block, 20) + 1))

    def title(self, key: Key) -> str:
        """The article's title: no two things share one."""
        return self.facts(key)["title"]

    def name(self, key: Key) -> str:
        """What the thing is called in running text."""
        return self.facts(key)["name"]

    def find_facts(self, key: Key) -> Facts:
        """All facts about one thing; values are text, numbers, keys, or lists of them."""
        facts = getattr(self, f"find_{key.kind}")(key, self.draw(key, "facts"))
        title = facts["name"].removeprefix("the ")
        facts.setdefault("title", title[0].upper() + title[1:])
        facts.setdefault("gender", "n")
        return facts

    def find_province(self, key: Key, draw: Draw) -> Facts:
        craft, second_craft = draw.sample(words.CRAFTS, 2)
        return {
            "name": names.name_of("province", self.seed, key.block),
            "capital": Key("town", key.block, 0),
            "river": Key("river", key.block, 0),
            "area": draw.between(12, 98) * 100,
            "population": draw.between(90, 990) * 1000,
            "united": draw.between(1400, 1690),
            "ruler": lord(draw, names.BOYS + names.GIRLS),
            "craft": craft,
            "second_craft": second_craft,
            "landscape": draw.pick(LISTS["landscapes"]),
            "neighbour": Key("province", self.earlier(key, "neighbour"), 0),
        }

    def find_river(self, key: Key, draw: Draw) -> Facts:
        name = names.name_of("river", self.seed, key.block)
        return {
            "name": f"the {name}",
            "title": f"River {name}",
            "length": draw.between(30, 400),
            "source": draw.pick(LISTS["sources"]),
            "mouth": draw.pick(LISTS["mouths"]),
            "towns": [Key("town", key.block, number) for number in range(4)],
            "fish": Key("species", key.block, 1),
            "province": Key("province", key.block, 0),
            "traits": traits(draw, words.TRAITS["river"]),
            "bridge": Key("building", key.block, 0),
            "flood": Key("event", key.block, 2),
        }

    def find_town(self, key: Key, draw: Draw) -> Facts:
        number = key.number
        people = draw.between(8, 400) * 100
        growth = draw.pick([0.6, 0.7, 0.8, 1.3, 1.6, 2.1])
        return {
            "name": names.name_of("town", self.seed, key.block * COUNTS["town"] + number),
            "kind": "provincial town" if number else "provincial capital",
            "province": Key("province", key.block, 0),
            "founded": draw.between(900, 1390),
            "founder": lord(draw, names.BOYS),
            "population": people,
            "before": int(people / growth / 100) * 100,
            "growth": "grew" if growth > 1 else "declined",
            "river": Key("river", key.block, 0) if number < 4 else None,
            "craft": draw.pick(words.CRAFTS),
            "elevation": draw.between(4, 900),
            "traits": traits(draw, words.TRAITS["town"]),
            "direction": draw.pick(LISTS["directions"]),
            "distance": draw.between(9, 80),
            "capital": Key("town", key.block, 0),
            "building": Key("building", key.block, number) if number < 4 else None,
            "event": Key("event", key.block, number - 4) if number >= 4 else None,
            "organisation": Key("organisation", key.block, number) if number < 5 else None,
            "twin": Key("town", self.earlier(key, "twin"), (number + 3) % 8),
            "fair": draw.pick(LISTS["months"]),
            "railway": draw.between(1840, 1905),
            "scenes": [scene(draw) for _ in range(2)],
            "natives": [
                Key("person", key.block, person)
                for person in range(COUNTS["person"])
                if self.birthplace(Key("person", key.block, person)).number == number
            ],
        }

    def birthplace(self, person: Key) -> Key:
        """Towns of birth are needed to list a town's natives, and so are found without more."""
        family, member = divmod(person.number, 4)
        town = self.draw(Key("family", person.block, family), "home").below(8)
        if member < 2:
            town = self.draw(person, "birthplace").below(8)
        return Key("town", person.block, town)

    def family_start(self, block: int, family: int) -> int:
        """The year in which a family's father was born."""
        return self.draw(Key("family", block, family), "start").between(1720, 1925)

    def find_person(self, key: Key, draw: Draw) -> Facts:
        family, member = divmod(key.number, 4)
        group = self.draw(Key("family", key.block, family), "members")
        boys, girls = group.sample(names.BOYS, 4), group.sample(names.GIRLS, 4)
        genders = ["m", "f", group.pick("mf"), group.pick("mf")]
        start = self.family_start(key.block, family)
        modern = start > FIRST_FILMMAKERS
        art = group.pick([art for art in words.FORMS_OF if modern or art != "film director"])
        science = group.pick(list(words.SCIENCES))
        trades = [group.pick(LISTS["leader_trades"]), "", art, science]
        trades[1] = group.pick(LISTS["mother_trades"])
        if family < 2:
            trades[0] = ["architect", "general"][family]
        first_child, second_child = group.between(25, 32), group.between(2, 6)
        offsets = [0, group.between(0, 6), first_child, first_child + second_child]
        surname = names.name_of("family", self.seed, key.block * FAMILIES + family)
        gender, trade, born = genders[member], trades[member], start + offsets[member]
        first = (boys if gender == "m" else girls)[member]
        died = born + draw.between(58, 88)
        person = [Key("person", key.block, family * 4 + other) for other in range(4)]
        works = [
            Key("work", key.block, work)
            for work in range(COUNTS["work"])
            if work % FAMILIES == family
        ]
        return {
            "name": f"{first} {surname}",
            "first": first,
            "surname": surname,
            "gender": gender,
            "born": born,
            "month": draw.pick(LISTS["months"]),
            "birthplace": self.birthplace(key),
            "died": died if died < 2015 else None,
            "age": died - born,
            "death_town": Key("town", key.block, draw.below(8)),
            "trade": trade,
            "field": words.SCIENCES.get(trade),
            "forms": words.FORMS_OF.get(trade, []),
            "university": Key("organisation", self.earlier(key, "university"), 0),
            "father": person[0] if member > 1 else None,
            "mother": person[1] if member > 1 else None,
            "spouse": person[1 - member] if member < 2 else None,
            "married": start + group.between(21, 24),
            "children": person[2:] if member < 2 else [],
            "sibling": person[5 - member] if member > 1 else None,
            "traits": traits(draw, words.TRAITS["person"]),
            "pastime": draw.pick(LISTS["pastimes"]),
            "workplace": Key("town", self.earlier(key, "workplace"), draw.below(8)),
            "moved": born + draw.between(22, 29),
            "works": works if member == 2 else [],
            "prize": born + draw.between(36, 55),
            "polarity": draw.chance(0.5),
            "street": draw.pick(LISTS["namesakes"]),
        }

    def find_work(self, key: Key, draw: Draw) -> Facts:
        number = key.block * COUNTS["work"] + key.number
        adjectives, nouns = LISTS["title_adjectives"], LISTS["title_nouns"]
        place, tier = names.scatter(self.seed, "title", number, len(adjectives) * len(nouns))
        title = f"The {adjectives[place // len(nouns)]} {nouns[place % len(nouns)]}"
        title = f"{title} of {names.further_word(tier)}" if tier else title
        creator = Key("person", key.block, key.number % FAMILIES * 4 + 2)
        maker = self.facts(creator)
        form = draw.pick(maker["forms"])
        return {
            "name": title,
            "title": f"{title} ({form})" if draw.chance(0.3) else title,
            "creator": creator,
            "form": form,
            "year": maker["born"] + draw.between(26, 52),
            "good": draw.chance(0.5),
            "town": Key("town", key.block, draw.below(8)),
            "shown": Key("organisation", self.earlier(key, "shown"), 4),
            "paper": Key("organisation", key.block, 3),
            "other_paper": Key("organisation", self.earlier(key, "paper"), 3),
            "hero": draw.pick(names.GIRLS if draw.chance(0.5) else names.BOYS),
            "hero_trade": draw.pick(LISTS["hero_trades"]),
            "traits": traits(draw, words.TRAITS["person"]),
            "scenes": [scene(draw) for _ in range(3)],
            "years": draw.between(2, 9),
        }

    def find_organisation(self, key: Key, draw: Draw) -> Facts:
        kind = ORGANISATIONS[key.number]
        town = Key("town", key.block, key.number)
        place = self.facts(town)
        founder = Key("person", key.block, (key.number - 1) % FAMILIES * 4 + draw.below(2))
        founded = {
            "university": draw.between(1400, 1690),
            "newspaper": draw.between(1650, 1740),
        }.get(kind, self.facts(founder)["born"] + draw.between(29, 48))
        name = {
            "university": f"the University of {place['name']}",
            "firm": f"{place['name']} {place['craft'].capitalize()} Company",
            "football club": f"{place['name']} {draw.pick(LISTS['clubs'])}",
            "newspaper": f"the {place['name']} {draw.pick(LISTS['newspapers'])}",
            "theatre": f"{place['name']} {draw.pick(LISTS['theatres'])}",
        }[kind]
        return {
            "name": name,
            "kind": kind,
            "town": town,
            "founded": founded,
            "founder": founder if kind not in ("university", "newspaper") else None,
            "patron": lord(draw, names.BOYS),
            "members": draw.between(12, 90) * 10,
            "craft": place["craft"],
            "goods": words.CRAFT_GOODS[place["craft"]],
            "traits": traits(draw, words.TRAITS["organisation"]),
            "rival": Key("organisation", self.earlier(key, "rival"), key.number),
            "colours": draw.sample(LISTS["colours"], 2),
            "moved": founded + draw.between(15, 60),
            "good": draw.chance(0.5),
            "titles": draw.between(2, 14),
            "departments": draw.sample(sorted(words.SCIENCES.values()), 3),
        }

    def find_species(self, key: Key, draw: Draw) -> Facts:
        kind = CREATURES[key.number]
        bodies, kinds, foods = words.CREATURES[kind]
        colours = LISTS["colours"]
        size = len(colours) * len(bodies) * len(kinds)
        place, tier = names.scatter(self.seed, kind, key.block, size)
        place, noun = divmod(place, len(kinds))
        colour, body = divmod(place, len(bodies))
        name = f"{colours[colour]}-{bodies[body]} {kinds[noun]}"
        name = f"{names.further_word(tier)}'s {name}" if tier else name
        scientist = Key("person", key.block, key.number * 4 + 3)
        return {
            "name": f"the {name}",
            "short": name,
            "kind": kind,
            "family": kinds[noun],
            "latin": "{}{} {}".format(*(draw.pick(LISTS[f"latin_{part}"]) for part in LATIN_PARTS)),
            "size": draw.between(3, 60),
            "colour": colours[colour],
            "other_colour": draw.pick(colours),
            "habitat": draw.pick(LISTS["habitats"]),
            "food": draw.pick(foods),
            "young": draw.between(2, 9),
            "season": draw.pick(LISTS["seasons"]),
            "scientist": scientist,
            "described": self.facts(scientist)["born"] + draw.between(25, 50),
            "province": Key("province", key.block, 0),
            "traits": traits(draw, words.TRAITS[kind]),
            "relative": Key("species", self.earlier(key, "relative"), key.number),
        }

    def find_event(self, key: Key, draw: Draw) -> Facts:
        kind = EVENTS[key.number]
        town = Key("town", key.block, 4 + key.number)
        place = self.name(town)
        general = Key("person", key.block, 4)
        leader = Key("person", key.block, 4 * draw.between(2, 4) + 3)
        year = {
            "battle": self.facts(general)["born"] + draw.between(32, 50),
            "strike": self.facts(leader)["born"] + draw.between(27, 45),
        }.get(kind, draw.between(1660, 1940))
        name = {
            "battle": f"the Battle of {place}",
            "fire": f"the Great Fire of {place}",
            "flood": f"the {place} flood",
            "strike": f"the {place} strike",
        }[kind]
        return {
            "name": name,
            "kind": kind,
            "town": town,
            "year": year,
            "month": draw.pick(LISTS["months"]),
            "province": Key("province", key.block, 0),
            "enemy": Key("province", self.earlier(key, "enemy"), 0),
            "commander": general,
            "enemy_commander": f"{draw.pick(names.BOYS)} {draw.pick(names.STARTS_AND_ENDS['family'][0])}sen",
            "won": draw.chance(0.5),
            "cause": draw.pick(LISTS["causes"]),
            "origin": draw.pick(LISTS["origins"]),
            "houses": draw.between(4, 90) * 10,
            "deaths": draw.between(12, 900),
            "days": draw.between(2, 9),
            "river": Key("river", key.block, 0),
            "craft": self.facts(town)["craft"],
            "leader": leader,
            "demand": draw.pick(LISTS["demands"]),
            "scenes": [scene(draw) for _ in range(2)],
        }

    def find_building(self, key: Key, draw: Draw) -> Facts:
        kind = BUILDINGS[key.number]
        town = Key("town", key.block, key.number)
        architect = Key("person", key.block, 0)
        built = self.facts(architect)["born"] + draw.between(28, 50)
        place = self.name(town)
        name = {
            "bridge": f"{place} Bridge",
            "castle": f"{place} Castle",
            "museum": f"the {place} Museum",
            "cathedral": f"{place} Cathedral",
        }[kind]
        return {
            "name": name,
            "kind": kind,
            "town": town,
            "architect": architect,
            "built": built,
            "material": draw.pick(LISTS["materials"]),
            "style": draw.pick(LISTS["styles"]),
            "height": draw.between(9, 90),
            "river": Key("river", key.block, 0),
            "traits": traits(draw, words.TRAITS["building"]),
            "repaired": built + draw.between(20, 80),
            "damage": draw.pick(LISTS["damages"]),
            "visitors": draw.between(3, 80) * 1000,
            "good": draw.chance(0.5),
            "scenes": [scene(draw)],
        }

    def find_dish(self, key: Key, draw: Draw) -> Facts:
        town = Key("town", key.block, 5)
        dish = draw.pick(LISTS["dishes"])
        return {
            "name": f"{self.name(town)} {dish}",
            "dish": dish,
            "town": town,
            "ingredients": draw.sample(LISTS["ingredients"], 4),
            "inventor": Key("person", key.block, 13),
            "month": draw.pick(LISTS["months"]),
            "good": draw.chance(0.6),
            "minutes": draw.between(3, 18) * 10,
            "paper": Key("organisation", key.block, 3),
        }


def traits(draw: Draw, axes: list) -> list[tuple[list[str], list[str]]]:
    """Two traits, each as (words that fit, words for the opposite)."""
    chosen = draw.sample(axes, 2)
    return [(axis if draw.chance(0.5) else axis[::-1]) for axis in chosen]


def scene(draw: Draw) -> tuple[int, int, int, int]:
    """Someone who does something somewhere: numbers into ACTORS, ACTIONS, PLACES and LOOKS."""
    action = draw.below(len(words.ACTIONS))
    return (
        draw.below(len(words.ACTORS)),
        action,
        draw.pick(FITTING_PLACES[action]),
        draw.below(len(words.LOOKS)),
    )


def lord(draw: Draw, first_names: list[str]) -> str:
    """A ruler of old: Edgar the Lame."""
    return f"{draw.pick(first_names)} the {draw.pick(LISTS['epithets'])}"
