"""WNLI over the invented world: which of two things does a pronoun mean."""

from scripts.common.data import data_yaml
from scripts.sample.tasks.wordings import Example, Source
from scripts.sample.world import names
from scripts.sample.world.notation import entries

DATA = data_yaml(__file__, "winograd.yaml")
THINGS, PEOPLE = DATA["things"], DATA["people"]


def winograd(source: Source, at: int) -> Example:
    """A sentence and the reading of its pronoun; the same sentence comes with both readings.

    As in WNLI, a reading that is right in one split is wrong in another, so that nothing is learnt
    from the words alone.
    """
    draw = source.draw
    if draw.chance(0.5):
        schema = draw.pick(THINGS)
        things = draw.pick(entries(schema["pairs"])).split(" / ")
        first, second = (f"the {thing}" for thing in things)
        slots = dict(zip("ab", things, strict=True))
    else:
        schema = draw.pick(PEOPLE)
        boys = draw.chance(0.5)
        first, second = draw.sample(names.BOYS if boys else names.GIRLS, 2)
        slots = {"a": first, "b": second, "p": "he" if boys else "she"}
    ending, meant = draw.pick(sorted(schema["meant"].items()))
    right = at % 2 == 0
    chosen = first if (meant == "a") == right else second
    slots["w"] = ending
    premise = source.say(schema["sentence"], slots)
    return (premise, source.say(f"{chosen} {schema['reading']}", slots)), "1" if right else "0"
