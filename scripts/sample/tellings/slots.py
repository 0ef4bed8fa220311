"""A thing's facts as slots of templates: linked, measured, counted, or as they are."""

from collections.abc import Callable
from typing import Any

from scripts.common.data import data_yaml
from scripts.sample.tellings.phrase import link, plain, template
from scripts.sample.world import words
from scripts.sample.world.blocks import Facts, Key
from scripts.sample.world.notation import entries
from scripts.sample.world.world import World

DATA = data_yaml(__file__, "slots.yaml")
MEMBERS: dict[str, str] = DATA["members"]
PRONOUNS: dict[str, list[str]] = DATA["pronouns"]
# How numbers are printed: measures with their units, counts; all others are years or ages.
MEASURES = {name: entries(text) for name, text in DATA["measures"].items()}
COUNTS = frozenset(entries(DATA["counts"]))


def number(value: int) -> str:
    """A count as it is printed: in words up to twelve, then 12,000."""
    numerals = words.LISTS["numerals"]
    return numerals[value] if value < len(numerals) else f"{value:,}"


def measure(value: int, unit: str, other: str, word: str) -> str:
    """A span that is a {{convert}} in wikitext and a plain measure elsewhere."""
    return template(f"convert|{value}|{unit}|{other}", f"{value:,} {word}")


def to(world: World, key: Key) -> str:
    """A link to another thing."""
    facts = world.facts(key)
    name = facts["name"]
    if key.kind == "work":
        return emphasis_link(facts["title"], name)
    if name.startswith("the ") and facts["title"].lower() == name[4:].lower():
        return "the " + link(facts["title"], name[4:])
    return link(facts["title"], name)


def emphasis_link(title: str, name: str) -> str:
    """A link in italics: the kind `J` that the markup knows."""
    return link(title, name).replace("\x02L", "\x02J")


def slots_of(world: World, key: Key, facts: Facts) -> dict[str, str]:
    """The slots of one thing: those of its facts that can be told, and what follows from them."""
    slots = {name: slot(world, name, value) for name, value in facts.items() if tells(key, value)}
    further = FURTHER.get(key.kind)
    return slots | further(world, key, facts) if further else slots


def tells(key: Key, value: Any) -> bool:
    """True where a fact's value can be told as it is, and is not the thing itself."""
    return isinstance(value, str | int | Key) and value != key


def slot(world: World, name: str, value: str | int | Key) -> str:
    """A fact as it stands in a sentence: linked, measured, counted, or as it is."""
    if isinstance(value, Key):
        return to(world, value)
    if isinstance(value, int) and name in MEASURES:
        return measure(value, *MEASURES[name])
    return number(value) if isinstance(value, int) and name in COUNTS else str(value)


def river_slots(world: World, key: Key, facts: Facts) -> dict[str, str]:
    """The first two towns that it flows past."""
    town, second_town = facts["towns"][:2]
    return {"town": to(world, town), "second_town": to(world, second_town)}


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
        "province": plain(world.name(Key("province", key.block, 0))),
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
    return {"form": facts["form"], **words.FORMS[facts["form"]].verb._asdict()}


def organisation_slots(world: World, key: Key, facts: Facts) -> dict[str, str]:
    """Where it is, who founded it and who belongs to it; what is taught or worn there."""
    first, second, third = facts["departments"]
    if facts["kind"] == "football club":
        first, second = facts["colours"]
    return {
        "province": to(world, Key("province", key.block, 0)),
        "founder": to(world, facts["founder"]) if facts["founder"] else facts["patron"],
        "members_are": MEMBERS[facts["kind"]],
        "first": first,
        "second": second,
        "third": third,
    }


def event_slots(world: World, key: Key, facts: Facts) -> dict[str, str]:
    """Who won a battle against whom, or how a strike ended."""
    sides = [to(world, facts["province"]), to(world, facts["enemy"])]
    if facts["enemy"] == facts["province"]:
        sides[1] = "the rebels of the hills"
    victor, loser = sides if facts["won"] else reversed(sides)
    outcome = "won" if facts["won"] else "gave up"
    return {"enemy": sides[1], "victor": victor, "loser": loser, "outcome": outcome}


def dish_slots(world: World, key: Key, facts: Facts) -> dict[str, str]:
    """Where it comes from, and three of its ingredients."""
    ingredients = dict(zip(("first", "second", "third"), facts["ingredients"], strict=False))
    return {"province": to(world, Key("province", key.block, 0)), **ingredients}


# Slots that are not among a thing's own facts.
FURTHER: dict[str, Callable[[World, Key, Facts], dict[str, str]]] = {
    "river": river_slots,
    "town": town_slots,
    "person": person_slots,
    "work": work_slots,
    "organisation": organisation_slots,
    "event": event_slots,
    "dish": dish_slots,
}
