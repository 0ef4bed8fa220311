"""The facts about each thing of the invented world, from a seed alone.

A fact is a function of (seed, key), so that a page can be written without any other page. What is drawn
of a thing is in facts.yaml; what follows from that and from its place in its block is here.
"""

from functools import lru_cache

from scripts.sample.world import names, words
from scripts.sample.world.blocks import COUNTS, FAMILIES, Blocks, Facts, Key
from scripts.sample.world.facts import LISTS, drawn, year

FIRST_FILMMAKERS = 1865  # a film director's father is born after this


def person_facts(world: Blocks, key: Key) -> Facts:
    """A person; each fourth one is a father, whose wife and two children follow."""
    family, member = divmod(key.number, 4)
    group = world.draw(Key("family", key.block, family), "members")
    boys, girls = group.sample(names.BOYS, 4), group.sample(names.GIRLS, 4)
    genders = ["m", "f", group.pick("mf"), group.pick("mf")]
    start = world.draw(Key("family", key.block, family), "start").between(1720, 1925)
    modern = start > FIRST_FILMMAKERS
    art = group.pick([art for art in words.FORMS_OF if modern or art != "film director"])
    science = group.pick(list(words.SCIENCES))
    leader, mother = group.pick(LISTS["leader_trades"]), group.pick(LISTS["mother_trades"])
    leader = ["architect", "general"][family] if family < 2 else leader
    first_child, second_child = group.between(25, 32), group.between(2, 6)
    offsets = [0, group.between(0, 6), first_child, first_child + second_child]
    surname = names.name_of("family", world.seed, key.block * FAMILIES + family)
    gender, trade = genders[member], [leader, mother, art, science][member]
    first = (boys if gender == "m" else girls)[member]
    relatives = [Key("person", key.block, family * 4 + other) for other in range(4)]
    parents = member < 2
    works = [Key("work", key.block, at) for at in range(COUNTS["work"]) if at % FAMILIES == family]
    facts = drawn(world, key, born=start + offsets[member])
    died = facts["born"] + facts["age"]
    return facts | {
        "name": f"{first} {surname}",
        "first": first,
        "surname": surname,
        "gender": gender,
        "birthplace": birthplace(world, key),
        "died": died if died < 2015 else None,
        "trade": trade,
        "field": words.SCIENCES.get(trade),
        "forms": words.FORMS_OF.get(trade, []),
        "father": None if parents else relatives[0],
        "mother": None if parents else relatives[1],
        "spouse": relatives[1 - member] if parents else None,
        "married": start + group.between(21, 24),
        "children": relatives[2:] if parents else [],
        "sibling": None if parents else relatives[5 - member],
        "works": works if member == 2 else [],
    }


def birthplace(world: Blocks, person: Key) -> Key:
    """Towns of birth are needed to list a town's natives, and so are found without more."""
    family, member = divmod(person.number, 4)
    town = world.draw(Key("family", person.block, family), "home").below(8)
    if member < 2:
        town = world.draw(person, "birthplace").below(8)
    return Key("town", person.block, town)


def beside(key: Key, kind: str, number: int) -> Key | None:
    """The thing of a kind in the same block that has this number, or None."""
    return Key(kind, key.block, number) if 0 <= number < COUNTS[kind] else None


def town_facts(world: Blocks, key: Key) -> Facts:
    """A town; the first of a block is its province's capital."""
    number = key.number
    facts = drawn(world, key)
    growth = float(facts["growth"])
    people = [Key("person", key.block, person) for person in range(COUNTS["person"])]
    return facts | {
        "kind": "provincial town" if number else "provincial capital",
        "before": int(facts["population"] / growth / 100) * 100,
        "growth": "grew" if growth > 1 else "declined",
        "river": Key("river", key.block, 0) if number < 4 else None,
        "building": beside(key, "building", number),
        "event": beside(key, "event", number - 4),
        "organisation": beside(key, "organisation", number),
        "twin": Key("town", world.earlier(key, "twin"), (number + 3) % COUNTS["town"]),
        "natives": [one for one in people if birthplace(world, one).number == number],
    }


def organisation_facts(world: Blocks, key: Key) -> Facts:
    """A university, firm, football club, newspaper or theatre."""
    facts = drawn(world, key)
    kind, craft = facts["kind"], world.facts(facts["town"])["craft"]
    founder = Key("person", key.block, (key.number - 1) % FAMILIES * 4 + facts["parent"][0])
    in_university, in_newspaper, in_other = facts["years"]
    own = {"university": in_university, "newspaper": in_newspaper}.get(kind)
    founded = own or year(world, founder) + in_other
    return facts | {
        "craft": craft,
        "Craft": craft.capitalize(),
        "founded": founded,
        "founder": None if own else founder,
        "goods": words.CRAFT_GOODS[craft],
        "moved": founded + facts["moved"][0],
    }


def species_facts(world: Blocks, key: Key) -> Facts:
    """A bird, fish, butterfly or flower."""
    kind, creature = list(words.CREATURES.items())[key.number]
    (colour, body, family), further = names.combination(
        world.seed, kind, key.block, LISTS["colours"], creature["bodies"], creature["families"]
    )
    name = f"{further}'s {colour}-{body} {family}" if further else f"{colour}-{body} {family}"
    scientist = Key("person", key.block, key.number * 4 + 3)
    facts = drawn(world, key, kind=kind, foods=creature["foods"], scientist=scientist)
    return facts | {"name": f"the {name}", "short": name, "family": family, "colour": colour}


def event_facts(world: Blocks, key: Key) -> Facts:
    """A battle, fire, flood or strike."""
    town = Key("town", key.block, 4 + key.number)
    facts = drawn(world, key, town=town)
    leader = Key("person", key.block, 4 * facts["leader"] + 3)
    of_battle, of_strike, of_other = facts["years"]
    strike = year(world, leader) + of_strike
    return facts | {
        "year": {"battle": of_battle, "strike": strike}.get(facts["kind"], of_other),
        "craft": world.facts(town)["craft"],
        "leader": leader,
    }


def work_facts(world: Blocks, key: Key) -> Facts:
    """A work of art, by the artist of one of the families."""
    number = key.block * COUNTS["work"] + key.number
    (adjective, noun), further = names.combination(
        world.seed, "title", number, LISTS["title_adjectives"], LISTS["title_nouns"]
    )
    title = f"The {adjective} {noun} of {further}" if further else f"The {adjective} {noun}"
    creator = Key("person", key.block, key.number % FAMILIES * 4 + 2)
    facts = drawn(world, key, creator=creator, forms=world.facts(creator)["forms"])
    return facts | {
        "name": title,
        "title": f"{title} ({facts['form']})" if facts["marked"][0] else title,
        "other_paper": Key("organisation", world.earlier(key, "paper"), 3),
    }


FINDERS = {
    "town": town_facts,
    "person": person_facts,
    "work": work_facts,
    "organisation": organisation_facts,
    "species": species_facts,
    "event": event_facts,
}


class World(Blocks):
    """The facts of one seed. All methods are pure; what is kept is a bounded cache."""

    def __init__(self, seed: int):
        super().__init__(seed)
        self.facts = lru_cache(maxsize=4096)(self.find_facts)

    def find_facts(self, key: Key) -> Facts:
        """All facts about one thing; the title is what it is called, where it has no other."""
        facts = FINDERS.get(key.kind, drawn)(self, key)
        texts = names.TOLD.get(key.kind, {})
        if key.kind in names.SORTS:
            texts = {"name": names.SORTS[key.kind][facts["kind"]]}
        facts |= {name: self.filled(text, facts) for name, text in texts.items()}
        title = facts["name"].removeprefix("the ")
        facts.setdefault("title", title[0].upper() + title[1:])
        facts.setdefault("gender", "n")
        return facts

    def filled(self, text: str, facts: Facts) -> str:
        """A text with facts in their places, and things by what they are called."""
        named = {name: value for name, value in facts.items() if f"{{{name}" in text}
        named |= {name: self.name(key) for name, key in named.items() if isinstance(key, Key)}
        return text.format(**named)
