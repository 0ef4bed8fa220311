"""Plain sentences about the world for the tasks: statements, questions, changed and denied facts."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from scripts.common.digest import hash64
from scripts.sample.tellings import impressions
from scripts.sample.tellings.phrase import replace_spans, sentence
from scripts.sample.tellings.subject import Subject, subject
from scripts.sample.tellings.telling import Telling
from scripts.sample.world.draw import Draw
from scripts.sample.world.world import World

Example = tuple[tuple[str, ...], str]  # sentences, and a genre where a task has it; the label
SPLITS = {"train": range(6), "dev": range(6, 8), "test": range(8, 10)}
LONGEST = 22  # words of a sentence in a task


class Unfit(Exception):
    """What was drawn makes no example; the next draw may."""


@dataclass
class Source:
    """Sentences for one split of one task: its own part of the pages, its own stream of choices."""

    world: World
    articles: int
    split: str
    draw: Draw

    def subject(self, kinds: frozenset[str] | None = None) -> Subject:
        """Something that the encyclopaedia has a page on, of one of the kinds."""
        while True:
            page = self.draw.below(self.articles)
            if hash64(page) % 10 in SPLITS[self.split]:
                key = self.world.key(page)
                if kinds is None or key.kind in kinds:
                    return subject(self.world, key)

    def other(self, about: Subject, one: Telling) -> Subject:
        """Something else of the same kind of which the same kind of fact can be told."""
        for _ in range(1000):
            key = self.world.key(self.draw.below(self.articles))
            if key != about.key and key.kind == about.key.kind:
                found = subject(self.world, key)
                if one in found.tellings:
                    return found
        return about

    def telling(self, about: Subject, asked: bool = False, besides: str = "") -> Telling:
        others = [one for one in about.tellings if one.name != besides]
        fits = [one for one in others if (one.asks if asked else one.implies and one.denies)]
        return self.draw.pick(fits or about.tellings)

    def say(self, wording: str, slots: dict[str, str]) -> str:
        """A wording as a plain sentence; titles of works stand in quotation marks."""
        marked = sentence(self.draw, wording, slots)
        return replace_spans(marked, lambda kind, _, text: f'"{text}"' if kind in "IJ" else text)

    def tell(self, about: Subject, wordings: Sequence[str]) -> str:
        """One of the wordings as a plain sentence about the subject, by its name."""
        return self.say(self.draw.pick(wordings), about.named())

    def question(self, about: Subject, one: Telling) -> str:
        """A question that the telling answers. Raises Unfit where it answers none."""
        if not one.asks:
            raise Unfit
        return self.tell(about, one.asks[self.draw.pick(sorted(one.asks))])

    def further(self, about: Subject, one: Telling) -> Telling:
        """Another kind of fact that answers a question. Raises Unfit where there is none."""
        found = self.telling(about, asked=True, besides=one.name)
        if found is one:
            raise Unfit
        return found

    def changed(self, about: Subject, one: Telling, wording: str) -> dict[str, str]:
        """Slots with one of the wording's facts taken from another subject.

        Raises Unfit where all agree.
        """
        other = self.other(about, one)
        named = about.named()
        slots = [
            slot
            for slot in re.findall(r"\{(\w+)\}", wording)
            if slot in one.asks and other.slots.get(slot, named[slot]) != named[slot]
        ]
        if not slots:
            raise Unfit
        slot = self.draw.pick(slots)
        return {**named, slot: other.slots[slot]}

    def trait(self, about: Subject) -> tuple[str, str, str]:
        """Three sentences on one trait: as it is, the same in another word, the contrary."""
        fits, opposite = about.facts["traits"][self.draw.below(2)]
        first, second = self.draw.sample(fits, 2)
        wordings = impressions.trait_wordings(about)
        texts = self.draw.sample([wordings[number] for number in impressions.FIRST_TRAIT], 3)
        named = about.named()
        return (
            self.say(texts[0], {**named, "t": first}),
            self.say(texts[1], {**named, "t": second}),
            self.say(texts[2], {**named, "t": self.draw.pick(opposite)}),
        )


def short(*sentences: str) -> bool:
    """True where no sentence is too long for a task."""
    return all(len(sentence.split()) <= LONGEST for sentence in sentences)
