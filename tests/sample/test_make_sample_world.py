"""The world: facts that hang together, names without repetition, sentences without slips."""

import re
from collections import Counter

import pytest

from scripts.sample.encyclopaedia.article import write_article
from scripts.sample.encyclopaedia.markup import wikitext
from scripts.sample.tellings.phrase import Writer, finish, link, parse, plain, template
from scripts.sample.tellings.subject import subject
from scripts.sample.tellings.telling import TELLINGS
from scripts.sample.world import names, words
from scripts.sample.world.draw import Draw
from scripts.sample.world.world import BLOCK, COUNTS, Key, World

PEOPLE = [Key("person", block, number) for block in range(4) for number in range(20)]


@pytest.fixture(scope="module")
def world() -> World:
    return World(5)


def text_of(world: World, key: Key) -> str:
    sections = write_article(world, key).sections
    return " ".join(
        plain(sentence) for section in sections for part in section.paragraphs for sentence in part
    )


def test_every_place_of_a_block_is_something_else(world):
    keys = [world.key(page) for page in range(7 * BLOCK, 8 * BLOCK)]
    assert len(set(keys)) == BLOCK
    assert Counter(key.kind for key in keys) == COUNTS


def test_titles_are_unique_far_beyond_the_lists_of_names(world):
    titles = [world.title(Key(kind, block, 0)) for kind in COUNTS for block in range(0, 30000, 97)]
    assert len(titles) == len(set(titles))


@pytest.mark.parametrize("kind", sorted(names.STARTS_AND_ENDS))
def test_names_do_not_repeat(kind):
    given = [names.name_of(kind, 5, index) for index in range(20000)]
    assert len(given) == len(set(given))


def test_lives_are_possible(world):
    for key in PEOPLE:
        facts = world.facts(key)
        if facts["father"]:
            father, mother = world.facts(facts["father"]), world.facts(facts["mother"])
            assert 20 <= facts["born"] - father["born"] <= 45
            assert 15 <= facts["born"] - mother["born"] <= 45
            assert facts["surname"] == father["surname"]
            assert key in father["children"]
            assert world.facts(facts["sibling"])["sibling"] == key
        if facts["spouse"]:
            assert world.facts(facts["spouse"])["spouse"] == key
            assert world.facts(facts["spouse"])["married"] == facts["married"]
            assert facts["married"] - facts["born"] >= 15
        if facts["died"]:
            assert facts["moved"] < facts["died"]
            assert facts["prize"] < facts["died"]
        university = world.facts(facts["university"])
        assert university["kind"] == "university"
        assert university["founded"] < facts["born"]
        for work in facts["works"]:
            made = world.facts(work)
            assert made["creator"] == key
            assert made["form"] in words.FORMS_OF[facts["trade"]]
            assert 20 < made["year"] - facts["born"] < 58


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


def page(world: World, key: Key) -> str:
    return wikitext(world, write_article(world, key))


def test_two_pages_agree_on_who_made_a_work(world):
    for number in range(12):
        work = Key("work", 2, number)
        creator = world.facts(work)["creator"]
        assert world.name(creator) in text_of(world, work)
        title, year = world.name(work), world.facts(work)["year"]
        assert re.search(rf"\* ''\[\[[^\n]*{title}[^\n]*\({year}\)", page(world, creator))


def test_a_battle_has_one_winner_on_every_wording(world):
    about = subject(world, Key("event", 3, 0))
    victor = plain(about.slots["victor"])
    assert victor != plain(about.slots["loser"])
    won = next(one for one in about.tellings if one.name == "won")
    assert all("{victor}" in wording and "{loser}" in wording for wording in won.says)


@pytest.mark.parametrize("kind", sorted(TELLINGS))
def test_wordings_of_a_fact_name_the_same_slots(kind):
    optional = {"S", "O", "P", "sub", "was", "came", "made", "made_passive", "noun", "sibling_is", "son", "pos", "kind",
                "form", "members_are", "trade"}  # fmt: skip
    for one in TELLINGS[kind]:
        slots = [set(re.findall(r"\{(\w+)\}", wording)) - optional for wording in one.says]
        assert len(one.says) >= 2
        assert all(found == slots[0] for found in slots), (one.name, slots)
        for slot in one.asks:
            assert all(f"{{{slot}}}" in wording for wording in one.says), (one.name, slot)


@pytest.mark.parametrize("kind", sorted(COUNTS))
def test_all_that_can_be_said_can_be_filled(world, kind):
    for block in range(12):
        for number in range(COUNTS[kind]):
            about = subject(world, Key(kind, block, number))
            writer = Writer(Draw(1, block, number), words.SYNONYMS)
            for one in about.tellings:
                asked = [question for questions in one.asks.values() for question in questions]
                for wording in (*one.says, *asked, *one.implies, *one.denies, *one.adds):
                    sentence = plain(writer.sentence(wording, about.named()))
                    assert sentence[-1] in ".?"
                    assert sentence[0].isupper() or not sentence[0].isalpha()
                    assert not set(sentence) & set("{}[]<>|\x02\x03\x1f")


SLIPS = [
    r"\b[Aa] (?=[aeio]|un(?!i)|ugly|hour|honest|8)", r"\b[Aa]n (?=[bcdfgjklmnpqrstvwz]|uni|one\b)", r"  ", r" [.,?]",
    r"\.\.", r"\bthe the\b", r"\ba the\b", r"\bof (it|he|she)\b", r"\bto (he|she)\b", r"\bby (he|she)\b", r"\bIt, a\b",
    r"set up it", r"\b(He|She) (are|were|have)\b", r"\bNone\b", r"[{}\[\]<>|\x02\x03\x1f]", r"\b(the \w+) \1\b",
    r"(?<![A-Z.])\. [a-z]",
]  # fmt: skip


@pytest.mark.parametrize("slip", SLIPS)
def test_no_slips_in_six_hundred_articles(slip, six_hundred):
    found = re.search(slip, six_hundred)
    assert not found, six_hundred[max(0, found.start() - 80) : found.end() + 40]


@pytest.fixture(scope="module")
def six_hundred() -> str:
    world = World(5)
    return "\n".join(text_of(world, world.key(page)) for page in range(600))


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


def test_words_that_judge_are_of_one_polarity():
    assert set(words.PRAISE) == set(words.BLAME)
    for name, praise in words.PRAISE.items():
        blame = words.BLAME[name]
        assert len(set(praise)) == len(praise)
        assert len(set(blame)) == len(blame)
        assert not set(praise) & set(blame)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a apple and a pear", "An apple and a pear"),
        ("a hour of a university", "An hour of a university"),
        ("a 8-day trip, a 18th, a 80", "An 8-day trip, an 18th, an 80"),
        ("a unknown uncle saw a one-eyed European", "An unknown uncle saw a one-eyed European"),
        (f"a {link('Orby')} man", f"An {link('Orby')} man"),
    ],
)
def test_a_or_an(text, sentence):
    assert finish(text) == sentence


def test_templates():
    writer = Writer(Draw(1), {"big": ["large"]})
    assert writer.sentence("[{x}|{x}] is <big>[| ].", {"x": "it"}) == "It is large."
    assert plain(template("convert|3|km|mi", "3 kilometres")) == "3 kilometres"
    with pytest.raises(ValueError, match="unclosed"):
        parse("[a|b")


def test_draws_do_not_depend_on_anything_but_the_identity():
    assert [Draw("a", 1).below(1000), Draw("a", 2).below(1000)] == [
        Draw("a", 1).below(1000),
        Draw("a", 2).below(1000),
    ]
    assert sorted(Draw("b").shuffled(range(50))) == list(range(50))
    assert {Draw("c", number).between(2, 4) for number in range(99)} == {2, 3, 4}
