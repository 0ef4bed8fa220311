"""A thing's facts as slots for templates, and the ways to speak of it."""

import re
from dataclasses import dataclass

from scripts.sample.tellings.phrase import emphasis
from scripts.sample.tellings.slots import PRONOUNS, slots_of
from scripts.sample.tellings.telling import TELLINGS, Telling
from scripts.sample.world import words
from scripts.sample.world.blocks import Facts, Key
from scripts.sample.world.world import World

# The fact that says what a thing is, where its key does not.
NOUN_AMONG_FACTS = {
    "person": "trade", "work": "form", "organisation": "kind", "species": "kind", "event": "kind",
    "building": "kind",
}  # fmt: skip
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
        """What the thing is called."""
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
    noun = facts[NOUN_AMONG_FACTS[key.kind]] if key.kind in NOUN_AMONG_FACTS else key.kind
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
