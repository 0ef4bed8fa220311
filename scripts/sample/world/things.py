"""Facts about organisations, species and events."""

from scripts.sample.world import names, words
from scripts.sample.world.blocks import FAMILIES, Blocks, Facts, Key
from scripts.sample.world.draw import Draw
from scripts.sample.world.words import LISTS

ORGANISATIONS = ["university", "firm", "football club", "newspaper", "theatre"]
EVENTS = ["battle", "fire", "flood", "strike"]
CREATURES = list(words.CREATURES)
LATIN_PARTS = ("starts", "ends", "epithets")


def organisation_facts(world: Blocks, key: Key, draw: Draw) -> Facts:
    """A university, firm, football club, newspaper or theatre."""
    kind = ORGANISATIONS[key.number]
    town = Key("town", key.block, key.number)
    place = world.facts(town)
    founder = Key("person", key.block, (key.number - 1) % FAMILIES * 4 + draw.below(2))
    founded = {
        "university": draw.between(1400, 1690),
        "newspaper": draw.between(1650, 1740),
    }.get(kind, world.facts(founder)["born"] + draw.between(29, 48))
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
        "patron": names.lord(draw),
        "members": draw.between(12, 90) * 10,
        "craft": place["craft"],
        "goods": words.CRAFT_GOODS[place["craft"]],
        "traits": words.traits(draw, "organisation"),
        "rival": Key("organisation", world.earlier(key, "rival"), key.number),
        "colours": draw.sample(LISTS["colours"], 2),
        "moved": founded + draw.between(15, 60),
        "good": draw.chance(0.5),
        "titles": draw.between(2, 14),
        "departments": draw.sample(sorted(words.SCIENCES.values()), 3),
    }


def species_facts(world: Blocks, key: Key, draw: Draw) -> Facts:
    """A bird, fish, butterfly or flower."""
    kind = CREATURES[key.number]
    bodies, families, foods = words.CREATURES[kind]
    colours = LISTS["colours"]
    (colour, body, family), further = names.combination(
        world.seed, kind, key.block, colours, bodies, families
    )
    name = f"{further}'s {colour}-{body} {family}" if further else f"{colour}-{body} {family}"
    scientist = Key("person", key.block, key.number * 4 + 3)
    return {
        "name": f"the {name}",
        "short": name,
        "kind": kind,
        "family": family,
        "latin": "{}{} {}".format(*(draw.pick(LISTS[f"latin_{part}"]) for part in LATIN_PARTS)),
        "size": draw.between(3, 60),
        "colour": colour,
        "other_colour": draw.pick(colours),
        "habitat": draw.pick(LISTS["habitats"]),
        "food": draw.pick(foods),
        "young": draw.between(2, 9),
        "season": draw.pick(LISTS["seasons"]),
        "scientist": scientist,
        "described": world.facts(scientist)["born"] + draw.between(25, 50),
        "province": Key("province", key.block, 0),
        "traits": words.traits(draw, kind),
        "relative": Key("species", world.earlier(key, "relative"), key.number),
    }


def event_facts(world: Blocks, key: Key, draw: Draw) -> Facts:
    """A battle, fire, flood or strike."""
    kind = EVENTS[key.number]
    town = Key("town", key.block, 4 + key.number)
    place = world.name(town)
    general = Key("person", key.block, 4)
    leader = Key("person", key.block, 4 * draw.between(2, 4) + 3)
    year = {
        "battle": world.facts(general)["born"] + draw.between(32, 50),
        "strike": world.facts(leader)["born"] + draw.between(27, 45),
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
        "enemy": Key("province", world.earlier(key, "enemy"), 0),
        "commander": general,
        "enemy_commander": f"{draw.pick(names.BOYS)} {draw.pick(names.STARTS_AND_ENDS['family'][0])}sen",
        "won": draw.chance(0.5),
        "cause": draw.pick(LISTS["causes"]),
        "origin": draw.pick(LISTS["origins"]),
        "houses": draw.between(4, 90) * 10,
        "deaths": draw.between(12, 900),
        "days": draw.between(2, 9),
        "river": Key("river", key.block, 0),
        "craft": world.facts(town)["craft"],
        "leader": leader,
        "demand": draw.pick(LISTS["demands"]),
        "scenes": [words.scene(draw) for _ in range(2)],
    }
