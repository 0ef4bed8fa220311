"""An article: its lead, its sections, and in which order things are told."""

from typing import NamedTuple

from scripts.common.data import data_yaml
from scripts.sample.tellings import impressions
from scripts.sample.tellings.phrase import sentence
from scripts.sample.tellings.subject import Subject, address, subject
from scripts.sample.tellings.telling import Telling
from scripts.sample.world.blocks import Key
from scripts.sample.world.draw import Draw
from scripts.sample.world.world import World

HEADINGS = data_yaml(__file__, "article.yaml")
TRAIT_HEADINGS = {"person": "Character"}
QUESTION_HEADINGS = ["Common questions", "Questions and answers", "Did you know?"]
CLOSING = ["Summary", "In brief", "Legacy"]


class Section(NamedTuple):
    """A heading (empty for the lead) and paragraphs, each a list of sentences with spans."""

    heading: str
    paragraphs: list[list[str]]


class Article(NamedTuple):
    """What an article says, before any markup."""

    subject: Subject
    sections: list[Section]


def write_article(world: World, key: Key) -> Article:
    """The article on one thing, from the world's seed and the thing's key alone."""
    about = subject(world, key)
    draw = Draw(world.seed, "article", *key)
    teller = Teller(draw, about)
    first, *rest = about.tellings
    lead = [first, *draw.sample(rest, 2)]
    sections = [Section("", [teller.tell(lead, elaborate=0.2)])]
    sections += fact_sections(teller)
    sections += impression_sections(draw, about)
    asked = teller.questions(draw.between(3, 5))
    sections.append(Section(draw.pick(QUESTION_HEADINGS), [asked]))
    closing = teller.tell(draw.sample(about.tellings, draw.between(3, 4)), elaborate=0.0)
    sections.append(Section(draw.pick(CLOSING), [closing]))
    return Article(about, sections)


def fact_sections(teller: "Teller") -> list[Section]:
    """Sections that tell the facts in their order; what would be a single sentence joins the next."""
    sections, waiting = [], []
    for heading, names in HEADINGS[teller.about.key.kind].items():
        waiting += [one for one in teller.about.tellings if one.name in names.split()]
        if len(waiting) > 1:
            sections.append(Section(heading, [teller.tell(waiting, elaborate=0.8)]))
            waiting = []
    if waiting:
        sections.append(Section(heading, [teller.tell(waiting, elaborate=1.0)]))
    return sections


def impression_sections(draw: Draw, about: Subject) -> list[Section]:
    sections = []
    if "traits" in about.facts and about.key.kind != "work":
        text = impressions.traits(draw, about, draw.between(2, 3))
        sections.append(Section(TRAIT_HEADINGS.get(about.key.kind, "Character and look"), [text]))
    if "scenes" in about.facts:
        heading = "Scenes" if about.key.kind == "work" else "In pictures"
        texts = impressions.scenes(draw, about, 3)
        half = len(texts) // 2 if len(texts) > 6 else len(texts)
        sections.append(Section(heading, [part for part in (texts[:half], texts[half:]) if part]))
    if about.noun in impressions.REVIEWED_PARTS:
        texts = impressions.review(draw, about, 12)
        half = draw.between(5, 7)
        sections.append(Section("Reception", [texts[:half], texts[half:]]))
    return sections


class Teller:
    """Tells of one thing, avoiding the wordings that it has used."""

    def __init__(self, draw: Draw, about: Subject):
        self.draw = draw
        self.about = about
        self.used: set[str] = set()

    def tell(self, tellings: list[Telling], elaborate: float) -> list[str]:
        """One paragraph: each telling in one wording, some followed by more about the same."""
        draw = self.draw
        sentences = []
        for turn, one in enumerate(tellings):
            fresh = [wording for wording in one.says if wording not in self.used]
            wording = draw.pick(fresh or one.says)
            self.used.add(wording)
            slots = address(self.about, wording, draw.random() if turn else 1.0)
            sentences.append(sentence(draw, wording, slots))
            if one.adds and draw.chance(elaborate):
                sentences.append(sentence(draw, draw.pick(one.adds), self.about.by_pronoun()))
        return sentences

    def questions(self, count: int) -> list[str]:
        draw = self.draw
        sentences = []
        for one in draw.sample([one for one in self.about.tellings if one.asks], count):
            question = draw.pick(one.asks[draw.pick(sorted(one.asks))])
            sentences.append(sentence(draw, question, self.about.named()))
            wording = draw.pick(one.says)
            slots = address(self.about, wording, draw.random())
            sentences.append(sentence(draw, wording, slots))
        return sentences
