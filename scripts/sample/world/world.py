"""The invented world: who and what there is, and the facts about each, from a seed alone.

Pages come in blocks of 60: a province with its river, towns, families, their works, and so on. A
fact is a function of (seed, key), so that a page can be written without any other page, and a
larger world only adds blocks to a smaller one.
"""

from functools import lru_cache
from typing import Any, NamedTuple

from scripts.sample.world import names, words
from scripts.sample.world.draw import Draw

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
CREATURES = ["bird", "fish", "butterfly", "flower"]
PRONOUNS = {
    "m": ("he", "him", "his", "himself", "man", "son", "brother", "boy"),
    "f": ("she", "her", "her", "herself", "woman", "daughter", "sister", "girl"),
    "n": ("it", "it", "its", "itself", "", "", "", ""),
}
HABITATS = [
    "marshes",
    "meadows",
    "forests",
    "cliffs",
    "hedges",
    "lakes",
    "heaths",
    "orchards",
    "riverbanks",
    "dunes",
]
FOODS = {
    "bird": ["insects", "seeds", "berries", "worms", "beetles", "snails"],
    "fish": ["shrimps", "larvae", "algae", "worms", "snails"],
    "butterfly": ["nectar", "pollen", "sap"],
    "flower": [],
}
COLOURS = ["black", "white", "grey", "brown", "red", "yellow", "green", "blue", "orange", "purple"]
BODY = {
    "bird": (["throated", "crested", "winged", "breasted", "headed", "tailed"],
             ["warbler", "finch", "thrush", "plover", "owl", "heron", "swallow", "duck", "wren", "lark"]),
    "fish": (["finned", "bellied", "tailed", "backed", "spotted", "striped"],
             ["trout", "carp", "perch", "bream", "pike", "eel", "salmon", "minnow", "roach", "tench"]),
    "butterfly": (["winged", "spotted", "banded", "tipped", "ringed", "edged"],
                  ["copper", "hairstreak", "fritillary", "skipper", "ringlet", "emperor", "swallowtail", "admiral", "heath", "grayling"]),
    "flower": (["leaved", "stemmed", "petalled", "veined", "flowered", "rooted"],
               ["orchid", "lily", "primrose", "violet", "gentian", "anemone", "poppy", "thistle", "buttercup", "bellflower"]),
}  # fmt: skip
LATIN = (["Al", "Bre", "Cor", "Del", "Er", "Fal", "Gal", "Hel", "Lim", "Mel", "Nar", "Par", "Ros", "Sal", "Tri", "Ver"],
         ["anthus", "aria", "ella", "icus", "idea", "inus", "omys", "ornis", "osa", "ula"],
         ["agilis", "alba", "borealis", "communis", "fragilis", "gracilis", "lacustris", "major", "maritima", "minor", "montana", "nigra", "pallida", "parva", "rubra", "silvestris", "tarda", "vulgaris"])  # fmt: skip
MATERIALS = ["sandstone", "granite", "limestone", "brick", "marble", "oak", "timber", "slate"]
STYLES = ["Gothic", "Baroque", "Romanesque", "Classical", "Norman", "Moorish"]
CAUSES = ["a dispute over fishing rights", "a quarrel over a toll", "a broken treaty", "the murder of an envoy",
          "a contested inheritance", "a dispute over grazing land", "an unpaid debt", "a stolen relic"]  # fmt: skip
ORIGINS = [
    "a bakery",
    "a brewery",
    "a stable",
    "a candle shop",
    "a warehouse",
    "a theatre",
    "a smithy",
    "a mill",
]
DEMANDS = ["higher wages", "shorter hours", "safer workshops", "a free Sunday", "better housing"]
MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
SEASONS = ["spring", "summer", "autumn", "winter"]
DIRECTIONS = [
    "north",
    "south",
    "east",
    "west",
    "north-east",
    "north-west",
    "south-east",
    "south-west",
]
DISHES = ["pie", "soup", "cake", "stew", "pudding", "pancake", "loaf"]
INGREDIENTS = ["apples", "onions", "mushrooms", "barley", "lentils", "plums", "honey", "walnuts", "carrots", "cabbage", "eel", "mutton", "herring", "cheese", "butter", "cream", "ginger", "pepper", "mustard", "saffron", "raisins", "oats"]  # fmt: skip
EPITHETS = ["Bold", "Tall", "Red", "Old", "Lame", "Pious", "Stern", "Younger", "Fair", "Silent"]
HERO_TRADES = [
    "clockmaker", "gravedigger", "innkeeper", "lighthouse keeper", "schoolteacher", "beekeeper", "spy", "pianist",
    "smuggler", "gardener", "orphan", "judge", "locksmith", "bookseller", "detective", "letter carrier", "stowaway",
]  # fmt: skip


FITTING_PLACES = [
    [number for number, (_, kind) in enumerate(words.PLACES) if kind in kinds]
    for _, _, kinds in words.ACTIONS
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
        facts.setdefault("title", facts["name"])
        facts.setdefault("gender", "n")
        return facts

    def find_province(self, key: Key, draw: Draw) -> Facts:
        craft, second_craft = draw.sample(words.CRAFTS, 2)
        return {
            "name": names.province_name(self.seed, key.block),
            "capital": Key("town", key.block, 0),
            "river": Key("river", key.block, 0),
            "area": draw.between(12, 98) * 100,
            "population": draw.between(90, 990) * 1000,
            "united": draw.between(1400, 1690),
            "ruler": draw.pick(names.BOYS + names.GIRLS) + " the " + draw.pick(EPITHETS),
            "craft": craft,
            "second_craft": second_craft,
            "landscape": draw.pick(["hilly", "flat", "wooded", "mountainous", "marshy", "coastal"]),
            "neighbour": Key("province", self.earlier(key, "neighbour"), 0),
        }

    def find_river(self, key: Key, draw: Draw) -> Facts:
        name = names.river_name(self.seed, key.block)
        return {
            "name": f"the {name}",
            "title": f"River {name}",
            "length": draw.between(30, 400),
            "source": draw.pick(["the hills", "a mountain lake", "a spring", "a glacier", "a bog"]),
            "mouth": draw.pick(["the sea", "a broad bay", "a salt lake", "the northern ocean"]),
            "towns": [Key("town", key.block, number) for number in range(4)],
            "fish": Key("species", key.block, 1),
            "province": Key("province", key.block, 0),
            "traits": traits(draw, words.RIVER_TRAITS),
            "bridge": Key("building", key.block, 0),
            "flood": Key("event", key.block, 2),
        }

    def find_town(self, key: Key, draw: Draw) -> Facts:
        number = key.number
        people = draw.between(8, 400) * 100
        growth = draw.pick([0.6, 0.7, 0.8, 1.3, 1.6, 2.1])
        return {
            "name": names.town_name(self.seed, key.block * COUNTS["town"] + number),
            "province": Key("province", key.block, 0),
            "founded": draw.between(900, 1390),
            "founder": f"{draw.pick(names.BOYS)} the {draw.pick(EPITHETS)}",
            "population": people,
            "population_before": int(people / growth / 100) * 100,
            "grew": growth > 1,
            "river": Key("river", key.block, 0) if number < 4 else None,
            "craft": draw.pick(words.CRAFTS),
            "elevation": draw.between(4, 900),
            "traits": traits(draw, words.TOWN_TRAITS),
            "direction": draw.pick(DIRECTIONS),
            "distance": draw.between(9, 80),
            "capital": Key("town", key.block, 0),
            "building": Key("building", key.block, number) if number < 4 else None,
            "event": Key("event", key.block, number - 4) if number >= 4 else None,
            "organisation": Key("organisation", key.block, number) if number < 5 else None,
            "twin": Key("town", self.earlier(key, "twin"), (number + 3) % 8),
            "fair": draw.pick(MONTHS),
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
        art = group.pick([art for art in words.ARTS if modern or art != "film director"])
        science = group.pick(list(words.SCIENCES))
        trades = [group.pick(words.LEADER_TRADES), "", art, science]
        trades[1] = group.pick(
            ["teacher", "singer", "physician", "philanthropist", "botanist", "actress"]
        )
        if family < 2:
            trades[0] = ["architect", "general"][family]
        first_child, second_child = group.between(25, 32), group.between(2, 6)
        offsets = [0, group.between(0, 6), first_child, first_child + second_child]
        surname = names.family_name(self.seed, key.block * FAMILIES + family)
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
            "month": draw.pick(MONTHS),
            "birthplace": self.birthplace(key),
            "died": died if died < 2015 else None,
            "age": died - born,
            "death_town": Key("town", key.block, draw.below(8)),
            "trade": trade,
            "field": words.SCIENCES.get(trade),
            "forms": words.ARTS.get(trade, []),
            "university": Key("organisation", self.earlier(key, "university"), 0),
            "father": person[0] if member > 1 else None,
            "mother": person[1] if member > 1 else None,
            "spouse": person[1 - member] if member < 2 else None,
            "married": start + group.between(21, 24),
            "children": person[2:] if member < 2 else [],
            "sibling": person[5 - member] if member > 1 else None,
            "traits": traits(draw, words.PERSON_TRAITS),
            "pastime": draw.pick(words.PASTIMES),
            "workplace": Key("town", self.earlier(key, "workplace"), draw.below(8)),
            "moved": born + draw.between(22, 29),
            "works": works if member == 2 else [],
            "prize": born + draw.between(36, 55),
            "polarity": draw.chance(0.5),
            "street": draw.pick(
                ["a library", "a street", "a school", "a park", "a square", "a hospital"]
            ),
        }

    def find_work(self, key: Key, draw: Draw) -> Facts:
        number = key.block * COUNTS["work"] + key.number
        place, tier = names.scatter(
            self.seed, "title", number, len(words.TITLE_ADJECTIVES) * len(words.TITLE_NOUNS)
        )
        adjective, noun = divmod(place, len(words.TITLE_NOUNS))
        title = f"The {words.TITLE_ADJECTIVES[adjective]} {words.TITLE_NOUNS[noun]}"
        title = f"{title} of {names.further_word(tier)}" if tier else title
        creator = Key("person", key.block, key.number % FAMILIES * 4 + 2)
        maker = self.facts(creator)
        form = draw.pick(maker["forms"])
        return {
            "name": title,
            "title": f"{title} ({form})" if draw.chance(0.3) else title,
            "creator": creator,
            "form": form,
            "verb": words.MADE[form],
            "year": maker["born"] + draw.between(26, 52),
            "good": draw.chance(0.5),
            "town": Key("town", key.block, draw.below(8)),
            "shown": Key("organisation", self.earlier(key, "shown"), 4),
            "paper": Key("organisation", key.block, 3),
            "other_paper": Key("organisation", self.earlier(key, "paper"), 3),
            "hero": draw.pick(names.GIRLS if draw.chance(0.5) else names.BOYS),
            "hero_trade": draw.pick(HERO_TRADES),
            "traits": traits(draw, words.PERSON_TRAITS),
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
            "football club": f"{place['name']} {draw.pick(['Rovers', 'United', 'Wanderers', 'Athletic', 'City'])}",
            "newspaper": f"the {place['name']} {draw.pick(['Courier', 'Herald', 'Gazette', 'Observer', 'Mercury'])}",
            "theatre": f"{place['name']} {draw.pick(['Playhouse', 'Opera House', 'Royal Theatre'])}",
        }[kind]
        return {
            "name": name,
            "title": name[4:5].upper() + name[5:] if name.startswith("the ") else name,
            "kind": kind,
            "town": town,
            "founded": founded,
            "founder": founder if kind not in ("university", "newspaper") else None,
            "patron": f"{draw.pick(names.BOYS)} the {draw.pick(EPITHETS)}",
            "members": draw.between(12, 90) * 10,
            "craft": place["craft"],
            "goods": words.CRAFT_GOODS[place["craft"]],
            "traits": traits(draw, words.FIRM_TRAITS),
            "rival": Key("organisation", self.earlier(key, "rival"), key.number),
            "colours": draw.sample(COLOURS, 2),
            "moved": founded + draw.between(15, 60),
            "good": draw.chance(0.5),
            "titles": draw.between(2, 14),
            "departments": draw.sample(sorted(words.SCIENCES.values()), 3),
        }

    def find_species(self, key: Key, draw: Draw) -> Facts:
        kind = CREATURES[key.number]
        bodies, kinds = BODY[kind]
        size = len(COLOURS) * len(bodies) * len(kinds)
        place, tier = names.scatter(self.seed, kind, key.block, size)
        place, noun = divmod(place, len(kinds))
        colour, body = divmod(place, len(bodies))
        name = f"{COLOURS[colour]}-{bodies[body]} {kinds[noun]}"
        name = f"{names.further_word(tier)}'s {name}" if tier else name
        scientist = Key("person", key.block, key.number * 4 + 3)
        return {
            "name": f"the {name}",
            "title": name[0].upper() + name[1:],
            "short": name,
            "kind": kind,
            "family": kinds[noun],
            "latin": f"{draw.pick(LATIN[0])}{draw.pick(LATIN[1])} {draw.pick(LATIN[2])}",
            "size": draw.between(3, 60),
            "colour": COLOURS[colour],
            "other_colour": draw.pick(COLOURS),
            "habitat": draw.pick(HABITATS),
            "food": draw.pick(FOODS[kind] or ["sunlight"]),
            "young": draw.between(2, 9),
            "season": draw.pick(SEASONS),
            "scientist": scientist,
            "described": self.facts(scientist)["born"] + draw.between(25, 50),
            "province": Key("province", key.block, 0),
            "traits": traits(draw, words.SPECIES_TRAITS[kind]),
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
        title = name[4:5].upper() + name[5:]
        return {
            "name": name,
            "title": title,
            "kind": kind,
            "town": town,
            "year": year,
            "month": draw.pick(MONTHS),
            "province": Key("province", key.block, 0),
            "enemy": Key("province", self.earlier(key, "enemy"), 0),
            "commander": general,
            "enemy_commander": f"{draw.pick(names.BOYS)} {draw.pick(names.FAMILY_STARTS)}sen",
            "won": draw.chance(0.5),
            "cause": draw.pick(CAUSES),
            "origin": draw.pick(ORIGINS),
            "houses": draw.between(4, 90) * 10,
            "deaths": draw.between(12, 900),
            "days": draw.between(2, 9),
            "river": Key("river", key.block, 0),
            "craft": self.facts(town)["craft"],
            "leader": leader,
            "demand": draw.pick(DEMANDS),
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
            "title": name.removeprefix("the "),
            "kind": kind,
            "town": town,
            "architect": architect,
            "built": built,
            "material": draw.pick(MATERIALS),
            "style": draw.pick(STYLES),
            "height": draw.between(9, 90),
            "river": Key("river", key.block, 0),
            "traits": traits(draw, words.BUILDING_TRAITS),
            "repaired": built + draw.between(20, 80),
            "damage": draw.pick(["a storm", "a fire", "an earthquake", "a flood", "lightning"]),
            "visitors": draw.between(3, 80) * 1000,
            "good": draw.chance(0.5),
            "scenes": [scene(draw)],
        }

    def find_dish(self, key: Key, draw: Draw) -> Facts:
        town = Key("town", key.block, 5)
        dish = draw.pick(DISHES)
        return {
            "name": f"{self.name(town)} {dish}",
            "dish": dish,
            "town": town,
            "ingredients": draw.sample(INGREDIENTS, 4),
            "inventor": Key("person", key.block, 13),
            "month": draw.pick(MONTHS),
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
