"""A thing's facts as slots for templates, linked, measured or counted, and the ways to speak of it."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from scripts.common.data import data_yaml
from scripts.sample.tellings.phrase import emphasis, link, template
from scripts.sample.tellings.telling import TELLINGS, Telling
from scripts.sample.world import words
from scripts.sample.world.blocks import Facts, Key
from scripts.sample.world.notation import entries
from scripts.sample.world.world import World

DATA = data_yaml(__file__, "subject.yaml")
MEMBERS: dict[str, str] = DATA["members"]
PRONOUNS: dict[str, list[str]] = DATA["pronouns"]
# How numbers are printed: measures with their units, counts; all others are years or ages.
MEASURES = {name: entries(text) for name, text in DATA["measures"].items()}
COUNTS = frozenset(entries(DATA["counts"]))
ORDINALS = ("first", "second", "third")
NOUNS: dict[str, str] = DATA["nouns"]
NO_PRONOUN, NO_NOUN = (re.compile("|".join(DATA[name])) for name in ("no_pronoun", "no_noun"))


def number(value: int) -> str:
    """A count as it is printed: in words up to twelve, then 12,000."""
    numerals = words.LISTS["numerals"]
    return numerals[value] if value < len(numerals) else f"{value:,}"


def to(world: World, key: Key) -> str:
    facts = world.facts(key)
    name = facts["name"]
    if key.kind == "work":
        return link(facts["title"], name, kind="J")
    if name.startswith("the ") and facts["title"].lower() == name[4:].lower():
        return "the " + link(facts["title"], name[4:])
    return link(facts["title"], name)


def slots_of(world: World, key: Key, facts: Facts) -> dict[str, str]:
    """The slots of one thing: those of its facts that can be told, and what follows from them."""
    slots = {
        name: slot(world, name, value)
        for name, value in facts.items()
        if isinstance(value, str | int | Key) and value != key
    }
    further = FURTHER.get(key.kind)
    return slots | further(world, key, facts) if further else slots


def slot(world: World, name: str, value: str | int | Key) -> str:
    """A fact as it stands in a sentence: linked, measured, counted, or as it is."""
    if isinstance(value, Key):
        return to(world, value)
    if isinstance(value, int) and name in MEASURES:
        unit, other, word = MEASURES[name]
        return template(f"convert|{value}|{unit}|{other}", f"{value:,} {word}")
    return number(value) if isinstance(value, int) and name in COUNTS else str(value)


def town_slots(world: World, key: Key, facts: Facts) -> dict[str, str]:
    """What its craft, province, event and natives give."""
    goods = words.CRAFT_GOODS[facts["craft"]]
    slots = {
        "capital": to(world, facts["capital"]),
        "united": str(world.facts(facts["province"])["united"]),
        "goods": goods,
        "go_is": "are" if goods in words.LISTS["plural_goods"] else "is",
    }
    if facts["event"]:
        slots["event_year"] = str(world.facts(facts["event"])["year"])
    if facts["natives"]:
        slots["native"] = to(world, facts["natives"][0])
    return slots


def person_slots(world: World, key: Key, facts: Facts) -> dict[str, str]:
    """What the person's life and relatives give, for an artist a work, for a scientist a species."""
    gone = facts["died"] is not None
    slots = {
        "was": "was" if gone else "is",
        "came": "came" if gone else "comes",
        "province": world.name(Key("province", key.block, 0)),
        "trait": facts["traits"][0][0][0],
    }
    if facts["sibling"]:
        sibling = world.facts(facts["sibling"])
        slots["sibling_is"] = PRONOUNS[sibling["gender"]][6]
        slots["sibling_trade"] = sibling["trade"]
    if facts["spouse"]:
        slots["spouse_is"] = "wife" if facts["gender"] == "m" else "husband"
        slots["child"], slots["second_child"] = (to(world, child) for child in facts["children"])
    if facts["works"]:
        work = world.facts(facts["works"][0])
        slots |= {"work": to(world, facts["works"][0]), "work_year": str(work["year"])}
        slots |= work_slots(world, key, work)
    family, member = divmod(key.number, 4)
    if member == 3 and family < 4:
        slots["species"] = to(world, Key("species", key.block, family))
    return slots


def work_slots(world: World, key: Key, facts: Facts) -> dict[str, str]:
    """The form, and its verb: wrote, write, written."""
    verb = zip(("made", "make", "made_passive"), words.FORMS[facts["form"]].verb, strict=True)
    return {"form": facts["form"], **dict(verb)}


def organisation_slots(world: World, key: Key, facts: Facts) -> dict[str, str]:
    """Who founded it and who belongs to it; what is taught or worn there."""
    things = facts["departments"]
    if facts["kind"] == "football club":
        things = [*facts["colours"], things[2]]
    return {
        "founder": to(world, facts["founder"]) if facts["founder"] else facts["patron"],
        "members_are": MEMBERS[facts["kind"]],
        **dict(zip(ORDINALS, things, strict=True)),
    }


def event_slots(world: World, key: Key, facts: Facts) -> dict[str, str]:
    """Who won a battle against whom, or how a strike ended."""
    sides = [to(world, facts["province"]), to(world, facts["enemy"])]
    if facts["enemy"] == facts["province"]:
        sides[1] = "the rebels of the hills"
    victor, loser = sides if facts["won"] else reversed(sides)
    outcome = "won" if facts["won"] else "gave up"
    return {"enemy": sides[1], "victor": victor, "loser": loser, "outcome": outcome}


# Slots that are not among a thing's own facts.
FURTHER: dict[str, Callable[[World, Key, Facts], dict[str, str]]] = {
    "town": town_slots,
    "person": person_slots,
    "work": work_slots,
    "organisation": organisation_slots,
    "event": event_slots,
    "dish": lambda world, key, facts: dict(zip(ORDINALS, facts["ingredients"], strict=False)),
}


@dataclass(frozen=True)
class Subject:
    """A thing that is spoken of: its facts, its slots, and which tellings fit it."""

    key: Key
    facts: Facts
    slots: dict[str, str]
    noun: str
    tellings: tuple[Telling, ...]

    @property
    def name(self) -> str:
        return self.facts["name"]

    def named(self) -> dict[str, str]:
        """Slots in which the subject goes by its name, a work of art's in italics."""
        name = emphasis(self.name) if self.key.kind == "work" else self.name
        return {**self.slots, "S": name, "O": name, "P": f"{name}'s"}

    def by_noun(self) -> dict[str, str]:
        """Slots in which the subject goes by what it is: the town; or by the surname."""
        word = self.facts["surname"] if self.key.kind == "person" else f"the {self.noun}"
        return {**self.slots, "S": word, "O": word, "P": f"{word}'s"}

    def by_pronoun(self) -> dict[str, str]:
        """Slots in which the subject is a pronoun."""
        nominative, accusative, possessive = PRONOUNS[self.facts["gender"]][:3]
        return {**self.slots, "S": nominative, "O": accusative, "P": possessive}


def subject(world: World, key: Key) -> Subject:
    """All that templates need to tell of one thing."""
    facts = world.facts(key)
    noun = facts[NOUNS[key.kind]] if key.kind in NOUNS else key.kind
    slots = slots_of(world, key, facts)
    he, him, his, himself, man, son, _ = PRONOUNS[facts["gender"]]
    slots |= {
        "sub": he, "Sub": he.capitalize(), "obj": him, "pos": his, "himself": himself, "noun": noun,
        "man": man or noun, "son": son,
        "nouns": f"{noun}s",
    }  # fmt: skip
    fits = {*slots, facts.get("kind"), facts.get("growth")}
    if "form" in facts:
        fits.update(words.FORMS[facts["form"]].told)
    tellings = (one for one in TELLINGS[key.kind] if not one.only or fits.intersection(one.only))
    return Subject(key, facts, slots, noun, tuple(tellings))


def address(about: Subject, wording: str, choice: float) -> dict[str, str]:
    """Slots that call the subject by pronoun, noun or name, as the wording allows."""
    if choice < 0.35 and not NO_PRONOUN.search(wording):
        return about.by_pronoun()
    if choice < 0.5 and not NO_NOUN.search(wording):
        return about.by_noun()
    return about.named()
