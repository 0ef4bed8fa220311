"""Facts that are drawn, as a table says what of each kind of thing."""

import re
from typing import Any

from scripts.common.data import data_yaml
from scripts.sample.world import words
from scripts.sample.world.blocks import COUNTS, Blocks, Facts, Key
from scripts.sample.world.draw import Draw
from scripts.sample.world.names import BOYS, GIRLS, SORTS, STARTS_AND_ENDS, name_of

DRAWN: dict[str, dict[str, Any]] = data_yaml(__file__, "facts.yaml")
LISTS = words.LISTS | {
    "boys": BOYS,
    "girls": GIRLS,
    "rulers": BOYS + GIRLS,
    "family_starts": STARTS_AND_ENDS["family"][0],
    "crafts": words.CRAFTS,
    "departments": sorted(words.SCIENCES.values()),
}
LIST = re.compile(r"<(\w+)>")


def drawn(world: Blocks, key: Key, **given: Any) -> Facts:
    """The given facts of a thing and those that its kind's table has drawn.

    A given fact may be what a drawn one comes after, or a list to draw from. Where the table of names
    knows the kind, its sort, or its own part of a name, are facts too.
    """
    draw, facts = world.draw(key, "facts"), given
    if key.kind in SORTS:
        facts["kind"] = list(SORTS[key.kind])[key.number]
    if key.kind in STARTS_AND_ENDS:
        number = key.block * COUNTS[key.kind] + key.number
        facts["own"] = name_of(key.kind, world.seed, number)
    for name, told in DRAWN[key.kind].items():
        several = told if isinstance(told, list) else [told]
        found = [draw_fact(world, key, draw, facts, name, one) for one in several]
        facts[name] = found if isinstance(told, list) else found[0]
    return facts


def draw_fact(world: Blocks, key: Key, draw: Draw, facts: Facts, name: str, told: str) -> Any:
    """One fact, as the table tells of it; its head lists what can stand there."""

    def block(nearby: list[str]) -> int:
        return world.earlier(key, name) if nearby else key.block

    match told.split():
        case [low, "to", high, *more]:
            number = draw.between(int(low), int(high))
            match more:
                case ["times", factor]:
                    return number * int(factor)
                case ["after", fact]:
                    return number + year(world, facts[fact])
            return number
        case ["chance", probability]:
            return draw.chance(float(probability))
        case ["traits", "of", kind]:
            return words.traits(draw, facts.get(kind, kind))
        case [count, "of", several]:
            return draw.sample(LISTS[several], int(count))
        case [count, "scenes"]:
            return [words.scene(draw) for _ in range(int(count))]
        case ["a", kind, *nearby]:
            return Key(kind, block(nearby), draw.below(COUNTS[kind]))
        case [kind, number, *nearby] if kind in COUNTS:
            return Key(kind, block(nearby), key.number if number == "same" else int(number))
    first, _, second = told.partition(" or ")
    text = second if second and draw.chance(0.5) else first
    if not LIST.search(text):
        raise ValueError(f"{key.kind}, {name}: {told}: not a way to draw a fact")
    return LIST.sub(lambda match: draw.pick(LISTS.get(match[1]) or facts[match[1]]), text)


def year(world: Blocks, fact: Key | int) -> int:
    """A year, or the one in which someone was born."""
    return world.facts(fact)["born"] if isinstance(fact, Key) else fact
