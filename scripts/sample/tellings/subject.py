"""A thing's facts as slots for templates, and the ways to speak of it."""

import re
from dataclasses import dataclass

from scripts.sample.tellings import tell_people, tell_places, tell_things, tell_works
from scripts.sample.tellings.phrase import emphasis, link, plain, template
from scripts.sample.tellings.telling import Telling
from scripts.sample.world import words
from scripts.sample.world.world import PRONOUNS, Facts, Key, World

TELLINGS: dict[str, list[Telling]] = {
    "province": tell_places.PROVINCE,
    "river": tell_places.RIVER,
    "town": tell_places.TOWN,
    "person": tell_people.PERSON,
    "work": tell_works.WORK,
    "organisation": tell_things.ORGANISATION,
    "species": tell_things.SPECIES,
    "event": tell_things.EVENT,
    "building": tell_things.BUILDING,
    "dish": tell_works.DISH,
}
NOUNS = {"province": "province", "river": "river", "town": "town", "dish": "dish"}
SMALL = [
    "no",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
]
STORIES = {"novel", "play", "film", "opera", "ballet"}
STAGED = {"opera", "symphony", "play", "film", "ballet"}
PLURAL_GOODS = {"ships", "pots", "clocks", "books", "tools"}
MEMBERS = {
    "university": "students", "firm": "workers", "football club": "members",
    "newspaper": "readers", "theatre": "seats",
}  # fmt: skip
MAKE = {
    "wrote": "write",
    "painted": "paint",
    "composed": "compose",
    "directed": "direct",
    "staged": "stage",
}

# A pronoun after these would be clumsy or ungrammatical; and nothing is called what it is said to be.
NO_PRONOUN = re.compile(
    r"\b(of|to|in|from|for|at|on|by|near|past|and|with|that) \{[SO]\}|(<founded>|<built>) \{O\}"
    r"|\{S\}(,| and| of)|\{(trade|form)\} \{S\}"
)
NO_NOUN = re.compile(
    r"\{S\},|\{S\} (is|was|\{was\}) (a|the|one) |town of \{S\}|\{(trade|form)\} \{S\}|^The town "
    r"|\{(spouse|child|father|mother|sibling)\}|\{S\} flowers|flowers of"
)


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
        """Slots in which the subject goes by its name."""
        name = self.called()
        return {**self.slots, "S": name, "O": name, "P": f"{name}'s"}

    def called(self) -> str:
        """The name as it looks in text: works of art are in italics."""
        return emphasis(self.name) if self.key.kind == "work" else self.name

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
    noun = NOUNS.get(key.kind) or facts.get("form") or facts.get("kind") or facts.get("trade")
    slots, flags = SLOTS[key.kind](world, key, facts)
    he, him, his, himself, man, son = PRONOUNS[facts["gender"]][:6]
    slots |= {
        "sub": he, "Sub": he.capitalize(), "obj": him, "pos": his, "himself": himself, "noun": noun,
        "man": man or noun, "son": son,
        "nouns": f"{noun}s",
    }  # fmt: skip
    tellings = tuple(one for one in TELLINGS[key.kind] if not one.only or one.only in flags)
    return Subject(key, facts, slots, noun, tellings)


def address(about: Subject, wording: str, choice: float) -> dict[str, str]:
    """Slots that call the subject by pronoun, noun or name, as the wording allows."""
    if choice < 0.35 and not NO_PRONOUN.search(wording):
        return about.by_pronoun()
    if choice < 0.5 and not NO_NOUN.search(wording):
        return about.by_noun()
    return about.named()


def number(value: int) -> str:
    """A count as it is printed: in words up to twelve, then 12,000."""
    return SMALL[value] if value < len(SMALL) else f"{value:,}"


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


def province_slots(world: World, key: Key, facts: Facts):
    return {
        "capital": to(world, facts["capital"]),
        "river": to(world, facts["river"]),
        "area": measure(facts["area"], "km2", "sqmi", "square kilometres"),
        "population": number(facts["population"]),
        "united": str(facts["united"]),
        "ruler": facts["ruler"],
        "craft": facts["craft"],
        "second_craft": facts["second_craft"],
        "landscape": facts["landscape"],
        "neighbour": to(world, facts["neighbour"]),
    }, {"neighbour"} if facts["neighbour"] != key else set()


def river_slots(world: World, key: Key, facts: Facts):
    return {
        "province": to(world, facts["province"]),
        "length": measure(facts["length"], "km", "mi", "kilometres"),
        "source": facts["source"],
        "mouth": facts["mouth"],
        "town": to(world, facts["towns"][0]),
        "second_town": to(world, facts["towns"][1]),
        "bridge": to(world, facts["bridge"]),
        "fish": to(world, facts["fish"]),
    }, set()


def town_slots(world: World, key: Key, facts: Facts):
    slots = {
        "province": to(world, facts["province"]),
        "capital": to(world, facts["capital"]),
        "distance": measure(facts["distance"], "km", "mi", "kilometres"),
        "direction": facts["direction"],
        "united": str(world.facts(facts["province"])["united"]),
        "founder": facts["founder"],
        "founded": str(facts["founded"]),
        "population": number(facts["population"]),
        "before": number(facts["population_before"]),
        "craft": facts["craft"],
        "goods": words.CRAFT_GOODS[facts["craft"]],
        "go_is": "are" if words.CRAFT_GOODS[facts["craft"]] in PLURAL_GOODS else "is",
        "elevation": measure(facts["elevation"], "m", "ft", "metres"),
        "fair": facts["fair"],
        "railway": str(facts["railway"]),
        "twin": to(world, facts["twin"]),
    }
    flags = {
        "is_capital" if facts["capital"] == key else "distance",
        "grew" if facts["grew"] else "declined",
    }
    for name in ("river", "building", "event", "organisation"):
        if facts[name]:
            slots[name] = to(world, facts[name])
            flags.add(name)
    if facts["event"]:
        slots["event_year"] = str(world.facts(facts["event"])["year"])
    if facts["natives"]:
        slots["native"] = to(world, facts["natives"][0])
        flags.add("native")
    return slots, flags


def person_slots(world: World, key: Key, facts: Facts):
    gone = facts["died"] is not None
    slots = {
        "was": "was" if gone else "is",
        "came": "came" if gone else "comes",
        "trade": facts["trade"],
        "birthplace": to(world, facts["birthplace"]),
        "month": facts["month"],
        "born": str(facts["born"]),
        "university": to(world, facts["university"]),
        "workplace": to(world, facts["workplace"]),
        "moved": str(facts["moved"]),
        "pastime": facts["pastime"],
        "province": plain(world.name(Key("province", key.block, 0))),
        "prize": str(facts["prize"]),
        "street": facts["street"],
        "trait": facts["traits"][0][0][0],
        "age": str(facts["age"]),
    }
    flags = {"died"} if gone else set()
    if gone:
        slots |= {"died": str(facts["died"]), "death_town": to(world, facts["death_town"])}
    if facts["father"]:
        sibling = world.facts(facts["sibling"])
        slots |= {
            "father": to(world, facts["father"]),
            "mother": to(world, facts["mother"]),
            "sibling": to(world, facts["sibling"]),
            "sibling_is": PRONOUNS[sibling["gender"]][6],
            "sibling_trade": sibling["trade"],
        }
        flags |= {"father", "sibling"}
    if facts["spouse"]:
        slots |= {
            "spouse": to(world, facts["spouse"]),
            "spouse_is": "wife" if facts["gender"] == "m" else "husband",
            "married": str(facts["married"]),
            "child": to(world, facts["children"][0]),
            "second_child": to(world, facts["children"][1]),
        }
        flags |= {"spouse", "child"}
    if facts["works"]:
        work = world.facts(facts["works"][0])
        slots |= {
            "work": to(world, facts["works"][0]),
            "work_year": str(work["year"]),
            "form": work["form"],
            "made": work["verb"],
            "made_passive": words.MADE_PASSIVE[work["verb"]],
            "make": MAKE[work["verb"]],
        }
        flags.add("work")
    family, member = divmod(key.number, 4)
    if member == 3 and family < 4:
        slots |= {"species": to(world, Key("species", key.block, family)), "field": facts["field"]}
        flags.add("species")
    return slots, flags


def work_slots(world: World, key: Key, facts: Facts):
    form = facts["form"]
    return {
        "form": form,
        "creator": to(world, facts["creator"]),
        "made": facts["verb"],
        "made_passive": words.MADE_PASSIVE[facts["verb"]],
        "year": str(facts["year"]),
        "town": to(world, facts["town"]),
        "hero": facts["hero"],
        "hero_trade": facts["hero_trade"],
        "years": number(facts["years"]),
        "shown": to(world, facts["shown"]),
        "paper": to(world, facts["paper"]),
        "other_paper": to(world, facts["other_paper"]),
    }, ({"story"} if form in STORIES else set()) | ({"stage"} if form in STAGED else set())


def organisation_slots(world: World, key: Key, facts: Facts):
    first, second, third = facts["departments"]
    if facts["kind"] == "football club":
        first, second = facts["colours"]
    return {
        "kind": facts["kind"],
        "town": to(world, facts["town"]),
        "province": to(world, Key("province", key.block, 0)),
        "founder": to(world, facts["founder"]) if facts["founder"] else facts["patron"],
        "founded": str(facts["founded"]),
        "members": number(facts["members"]),
        "members_are": MEMBERS[facts["kind"]],
        "moved": str(facts["moved"]),
        "rival": to(world, facts["rival"]),
        "goods": facts["goods"],
        "first": first,
        "second": second,
        "third": third,
        "titles": number(facts["titles"]),
    }, {facts["kind"]} | ({"rival"} if facts["rival"] != key else set())


def species_slots(world: World, key: Key, facts: Facts):
    return {
        "kind": facts["kind"],
        "province": to(world, facts["province"]),
        "scientist": to(world, facts["scientist"]),
        "described": str(facts["described"]),
        "size": measure(facts["size"], "cm", "in", "centimetres"),
        "colour": facts["colour"],
        "other_colour": facts["other_colour"],
        "habitat": facts["habitat"],
        "food": facts["food"],
        "young": number(facts["young"]),
        "season": facts["season"],
        "relative": to(world, facts["relative"]),
    }, {"flower" if facts["kind"] == "flower" else "animal"} | (
        {"relative"} if facts["relative"] != key else set()
    )


def event_slots(world: World, key: Key, facts: Facts):
    province, enemy = to(world, facts["province"]), to(world, facts["enemy"])
    if facts["enemy"] == facts["province"]:
        enemy = "the rebels of the hills"
    kind = facts["kind"]
    return {
        "town": to(world, facts["town"]),
        "month": facts["month"],
        "year": str(facts["year"]),
        "province": province,
        "enemy": enemy,
        "cause": facts["cause"],
        "victor": province if facts["won"] else enemy,
        "loser": enemy if facts["won"] else province,
        "commander": to(world, facts["commander"]),
        "origin": facts["origin"],
        "river": to(world, facts["river"]),
        "houses": number(facts["houses"]),
        "days": number(facts["days"]),
        "deaths": number(facts["deaths"]),
        "demand": facts["demand"],
        "leader": to(world, facts["leader"]),
        "outcome": "won" if facts["won"] else "gave up",
    }, {kind} | ({"disaster"} if kind in ("fire", "flood") else set()) | (
        {"deadly"} if kind != "strike" else set()
    )


def building_slots(world: World, key: Key, facts: Facts):
    return {
        "kind": facts["kind"],
        "town": to(world, facts["town"]),
        "architect": to(world, facts["architect"]),
        "built": str(facts["built"]),
        "material": facts["material"],
        "style": facts["style"],
        "height": measure(facts["height"], "m", "ft", "metres"),
        "repaired": str(facts["repaired"]),
        "damage": facts["damage"],
        "visitors": number(facts["visitors"]),
        "river": to(world, facts["river"]),
    }, {facts["kind"]}


def dish_slots(world: World, key: Key, facts: Facts):
    first, second, third, _ = facts["ingredients"]
    return {
        "town": to(world, facts["town"]),
        "province": to(world, Key("province", key.block, 0)),
        "first": first,
        "second": second,
        "third": third,
        "inventor": to(world, facts["inventor"]),
        "month": facts["month"],
        "minutes": str(facts["minutes"]),
        "paper": to(world, facts["paper"]),
    }, set()


SLOTS = {
    "province": province_slots,
    "river": river_slots,
    "town": town_slots,
    "person": person_slots,
    "work": work_slots,
    "organisation": organisation_slots,
    "species": species_slots,
    "event": event_slots,
    "building": building_slots,
    "dish": dish_slots,
}
