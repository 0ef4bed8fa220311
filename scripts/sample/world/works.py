"""Facts about works of art and about dishes."""

from scripts.sample.world import names, words
from scripts.sample.world.blocks import COUNTS, FAMILIES, Blocks, Facts, Key
from scripts.sample.world.draw import Draw
from scripts.sample.world.words import LISTS


def work_facts(world: Blocks, key: Key, draw: Draw) -> Facts:
    """A work of art, by the artist of one of the families."""
    number = key.block * COUNTS["work"] + key.number
    (adjective, noun), further = names.combination(
        world.seed, "title", number, LISTS["title_adjectives"], LISTS["title_nouns"]
    )
    title = f"The {adjective} {noun} of {further}" if further else f"The {adjective} {noun}"
    creator = Key("person", key.block, key.number % FAMILIES * 4 + 2)
    maker = world.facts(creator)
    form = draw.pick(maker["forms"])
    return {
        "name": title,
        "title": f"{title} ({form})" if draw.chance(0.3) else title,
        "creator": creator,
        "form": form,
        "year": maker["born"] + draw.between(26, 52),
        "good": draw.chance(0.5),
        "town": Key("town", key.block, draw.below(8)),
        "shown": Key("organisation", world.earlier(key, "shown"), 4),
        "paper": Key("organisation", key.block, 3),
        "other_paper": Key("organisation", world.earlier(key, "paper"), 3),
        "hero": draw.pick(names.GIRLS if draw.chance(0.5) else names.BOYS),
        "hero_trade": draw.pick(LISTS["hero_trades"]),
        "traits": words.traits(draw, "person"),
        "scenes": [words.scene(draw) for _ in range(3)],
        "years": draw.between(2, 9),
    }


def dish_facts(world: Blocks, key: Key, draw: Draw) -> Facts:
    """A dish of the block's sixth town."""
    town = Key("town", key.block, 5)
    kind = draw.pick(LISTS["dishes"])
    return {
        "name": f"{world.name(town)} {kind}",
        "town": town,
        "ingredients": draw.sample(LISTS["ingredients"], 4),
        "inventor": Key("person", key.block, 13),
        "month": draw.pick(LISTS["months"]),
        "good": draw.chance(0.6),
        "minutes": draw.between(3, 18) * 10,
        "paper": Key("organisation", key.block, 3),
    }
