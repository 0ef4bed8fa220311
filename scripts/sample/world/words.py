"""The world's vocabulary: synonyms, opposites, praise and blame, scenes, and what else it draws on."""

from typing import NamedTuple

from scripts.common.data import data_yaml
from scripts.sample.world.draw import Draw
from scripts.sample.world.notation import entries, groups, wordings

DATA = data_yaml(__file__, "words.yaml")


class Form(NamedTuple):
    """A form of art: whose trade it is, the verb for it (wrote, write, written), its parts, what is
    told of it."""

    artist: str
    verb: list[str]
    parts: list[str]
    told: list[str]


LISTS = {name: entries(text) for name, text in DATA["lists"].items()}

# Words that judge a work, by part of speech.
PRAISE = {name: entries(text) for name, text in DATA["praise"].items()}
BLAME = {name: entries(text) for name, text in DATA["blame"].items()}

# For each kind of thing the axes of opposites: words that mean the same, and words for the contrary.
TRAITS = {kind: [groups(axis) for axis in wordings(text)] for kind, text in DATA["traits"].items()}
SYNONYMS = {words[0]: words for words in map(entries, wordings(DATA["synonyms"]))}

# Scenes: phrases that mean the same; what is done with what in which sorts of places.
ACTORS, LOOKS = groups(DATA["actors"]), groups(DATA["looks"])
ACTIONS = [
    (entries(doing), entries(things), sorts.split())
    for doing, things, sorts in (line.split(" / ") for line in wordings(DATA["actions"]))
]
PLACES = [
    (entries(phrases), sort)
    for phrases, sort in (line.split(" / ") for line in wordings(DATA["places"]))
]

CRAFT_GOODS: dict[str, str] = DATA["crafts"]
CRAFTS = list(CRAFT_GOODS)
SCIENCES: dict[str, str] = DATA["sciences"]  # by who works in them
FORMS = {
    name: Form(
        form["by"], *(entries(form[k]) if k in form else [] for k in ("made", "parts", "told"))
    )
    for name, form in DATA["works"].items()
}
FORMS_OF = {
    artist: [name for name, form in FORMS.items() if form.artist == artist]
    for artist in dict.fromkeys(form.artist for form in FORMS.values())
}
CREATURES = {  # of each kind of species: bodies and families, which name one, and foods
    kind: {name: entries(text) for name, text in creature.items()}
    for kind, creature in DATA["species"].items()
}
FITTING_PLACES = [  # for each action
    [number for number, (_, sort) in enumerate(PLACES) if sort in sorts] for _, _, sorts in ACTIONS
]


def traits(draw: Draw, kind: str) -> list[list[list[str]]]:
    """Two traits of a thing of this kind, each as [words that fit, words for the opposite]."""
    return [axis if draw.chance(0.5) else axis[::-1] for axis in draw.sample(TRAITS[kind], 2)]


def scene(draw: Draw) -> tuple[int, int, int, int]:
    """Someone who does something somewhere: numbers into ACTORS, ACTIONS, PLACES and LOOKS."""
    action, actor = draw.below(len(ACTIONS)), draw.below(len(ACTORS))
    return actor, action, draw.pick(FITTING_PLACES[action]), draw.below(len(LOOKS))
