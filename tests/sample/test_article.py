"""Articles: sentences without slips, in paragraphs, that agree with one another."""

import re

import pytest

from scripts.sample.encyclopaedia.article import write_article
from scripts.sample.encyclopaedia.markup import Page
from scripts.sample.tellings.subject import subject
from scripts.sample.world import words
from scripts.sample.world.blocks import Key
from scripts.sample.world.world import World
from tests.sample.small_world import PEOPLE, plain


def text_of(world: World, key: Key) -> str:
    sections = write_article(world, key).sections
    return " ".join(
        plain(sentence) for section in sections for part in section.paragraphs for sentence in part
    )


def page(world: World, key: Key) -> str:
    return Page(world, write_article(world, key)).text()


SLIPS = [
    r"\b[Aa] (?=[aeio]|un(?!i)|ugly|hour|honest|8)", r"\b[Aa]n (?=[bcdfgjklmnpqrstvwz]|uni|one\b)", r"  ", r" [.,?]",
    r"\.\.", r"\bthe the\b", r"\ba the\b", r"\bof (it|he|she)\b", r"\bto (he|she)\b", r"\bby (he|she)\b", r"\bIt, a\b",
    r"set up it", r"\b(He|She) (are|were|have)\b", r"\bNone\b", r"[{}\[\]<>|\x02\x03\x1f]", r"\b(the \w+) \1\b",
    r"(?<![A-Z.])\. [a-z]",
]  # fmt: skip  # fmt: skip


@pytest.fixture(scope="module")
def six_hundred() -> str:
    world = World(5)
    return "\n".join(text_of(world, world.key(page)) for page in range(600))


@pytest.mark.parametrize("slip", SLIPS)
def test_no_slips_in_six_hundred_articles(slip, six_hundred):
    found = re.search(slip, six_hundred)
    assert not found, six_hundred[max(0, found.start() - 80) : found.end() + 40]


def test_articles_have_paragraphs_of_several_sentences(world):
    lengths = []
    for number in range(240):
        article = write_article(world, world.key(number))
        lengths += [len(part) for section in article.sections for part in section.paragraphs]
        assert len(article.sections) >= 4
        assert (
            sum(map(len, (part for section in article.sections for part in section.paragraphs)))
            >= 10
        )
    assert sum(3 <= length <= 12 for length in lengths) > 0.85 * len(lengths)


def test_a_review_judges_in_one_sense(world):
    """Praise and blame of one work do not mix, but for words that are denied."""
    for number in range(12):
        about = subject(world, Key("work", 1, number))
        text = text_of(world, about.key)
        review = text[text.index("Far from being") :] if "Far from being" in text else ""
        good = sum(f" {word}" in text for word in words.PRAISE["adjectives"])
        bad = sum(f" {word}" in text for word in words.BLAME["adjectives"])
        assert (good > bad) == about.facts["good"], (good, bad, review)


def test_two_pages_agree_on_a_birthplace(world):
    """The person's page, and the town's list of natives."""
    agreed = 0
    for key in PEOPLE:
        home = world.facts(key)["birthplace"]
        name = re.escape(world.name(key))
        listed = re.search(r"=== Natives ===\n(\* .*\n)*\* \[\[" + name, page(world, home))
        assert listed
        assert f"born in [[{world.name(home)}]]" in page(world, key) or world.name(home) in text_of(
            world, key
        )
        agreed += 1
    assert agreed == len(PEOPLE)


def test_two_pages_agree_on_who_made_a_work(world):
    for number in range(12):
        work = Key("work", 2, number)
        creator = world.facts(work)["creator"]
        assert world.name(creator) in text_of(world, work)
        title, year = world.name(work), world.facts(work)["year"]
        assert re.search(rf"\* ''\[\[[^\n]*{title}[^\n]*\({year}\)", page(world, creator))
