"""Facts about provinces, rivers, towns and buildings."""

from scripts.sample.world import names, words
from scripts.sample.world.blocks import COUNTS, Blocks, Facts, Key
from scripts.sample.world.draw import Draw
from scripts.sample.world.people import birthplace
from scripts.sample.world.words import LISTS

BUILDINGS = ["bridge", "castle", "museum", "cathedral"]


def province_facts(world: Blocks, key: Key, draw: Draw) -> Facts:
    """A province, which is its block's."""
    craft, second_craft = draw.sample(words.CRAFTS, 2)
    return {
        "name": names.name_of("province", world.seed, key.block),
        "capital": Key("town", key.block, 0),
        "river": Key("river", key.block, 0),
        "area": draw.between(12, 98) * 100,
        "population": draw.between(90, 990) * 1000,
        "united": draw.between(1400, 1690),
        "ruler": names.lord(draw, names.BOYS + names.GIRLS),
        "craft": craft,
        "second_craft": second_craft,
        "landscape": draw.pick(LISTS["landscapes"]),
        "neighbour": Key("province", world.earlier(key, "neighbour"), 0),
    }


def river_facts(world: Blocks, key: Key, draw: Draw) -> Facts:
    """A river, which is its block's, and flows past the first four towns."""
    name = names.name_of("river", world.seed, key.block)
    return {
        "name": f"the {name}",
        "title": f"River {name}",
        "length": draw.between(30, 400),
        "source": draw.pick(LISTS["sources"]),
        "mouth": draw.pick(LISTS["mouths"]),
        "towns": [Key("town", key.block, number) for number in range(4)],
        "fish": Key("species", key.block, 1),
        "province": Key("province", key.block, 0),
        "traits": words.traits(draw, "river"),
        "bridge": Key("building", key.block, 0),
        "flood": Key("event", key.block, 2),
    }


def town_facts(world: Blocks, key: Key, draw: Draw) -> Facts:
    """A town; the first of a block is its province's capital."""
    number = key.number
    people = draw.between(8, 400) * 100
    growth = draw.pick([0.6, 0.7, 0.8, 1.3, 1.6, 2.1])
    return {
        "name": names.name_of("town", world.seed, key.block * COUNTS["town"] + number),
        "kind": "provincial town" if number else "provincial capital",
        "province": Key("province", key.block, 0),
        "founded": draw.between(900, 1390),
        "founder": names.lord(draw),
        "population": people,
        "before": int(people / growth / 100) * 100,
        "growth": "grew" if growth > 1 else "declined",
        "river": Key("river", key.block, 0) if number < 4 else None,
        "craft": draw.pick(words.CRAFTS),
        "elevation": draw.between(4, 900),
        "traits": words.traits(draw, "town"),
        "direction": draw.pick(LISTS["directions"]),
        "distance": draw.between(9, 80),
        "capital": Key("town", key.block, 0),
        "building": Key("building", key.block, number) if number < 4 else None,
        "event": Key("event", key.block, number - 4) if number >= 4 else None,
        "organisation": Key("organisation", key.block, number) if number < 5 else None,
        "twin": Key("town", world.earlier(key, "twin"), (number + 3) % 8),
        "fair": draw.pick(LISTS["months"]),
        "railway": draw.between(1840, 1905),
        "scenes": [words.scene(draw) for _ in range(2)],
        "natives": [
            Key("person", key.block, person)
            for person in range(COUNTS["person"])
            if birthplace(world, Key("person", key.block, person)).number == number
        ],
    }


def building_facts(world: Blocks, key: Key, draw: Draw) -> Facts:
    """A bridge, castle, museum or cathedral."""
    kind = BUILDINGS[key.number]
    town = Key("town", key.block, key.number)
    architect = Key("person", key.block, 0)
    built = world.facts(architect)["born"] + draw.between(28, 50)
    place = world.name(town)
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
        "traits": words.traits(draw, "building"),
        "repaired": built + draw.between(20, 80),
        "damage": draw.pick(LISTS["damages"]),
        "visitors": draw.between(3, 80) * 1000,
        "good": draw.chance(0.5),
        "scenes": [words.scene(draw)],
    }
