"""CoLA and SST-2 over the invented world: is a sentence acceptable, is it praise."""

import re

from scripts.common.data import data_yaml
from scripts.sample.tasks.wordings import Example, Source, Unfit, short
from scripts.sample.tellings import impressions
from scripts.sample.world import words
from scripts.sample.world.draw import Draw
from scripts.sample.world.notation import entries, wordings

DATA = data_yaml(__file__, "one_sentence.yaml")
FUNCTION_WORDS = frozenset(entries(DATA["function_words"]))
WRONG_NUMBER: dict[str, str] = DATA["wrong_number"]
WRONG_FORM: dict[str, str] = DATA["wrong_form"]
WRONG_REFLEXIVE = {"himself": "herself", "herself": "himself"}
MINDLESS, CRAFTS_PEOPLE = entries(DATA["mindless"]), entries(DATA["crafts_people"])
MINDED = re.compile(f" ({'|'.join(entries(DATA['minded']))}) ")
PLURALS, REFLEXIVES = wordings(DATA["plurals"]), wordings(DATA["reflexives"])
SST_PHRASES = wordings(DATA["phrases"])


def acceptability(source: Source, at: int) -> Example:
    """A sentence and whether it is acceptable: 7 in 10 are, as in CoLA."""
    sentence, kind = good_sentence(source)
    if not short(sentence) or len(sentence.split()) < 4:
        raise Unfit
    if at % 10 < 6:
        return (sentence,), "1"
    broken = break_sentence(source.draw, sentence, kind)
    if not broken or broken == sentence:
        raise Unfit
    return (broken,), "0"


def good_sentence(source: Source) -> tuple[str, str]:
    """A grammatical sentence, and what it can be broken by: plural, reflexive or any."""
    draw = source.draw
    choice = draw.random()
    if choice < 0.3:
        people = frozenset(["person"])
        person, other = source.subject(people), source.subject(people)
        while other.key == person.key:
            other = source.subject(people)
        reflexive = choice < 0.12
        slots = {
            "person": person.name,
            "other": other.name,
            "town": source.subject(frozenset(["town"])).name,
            "craft_people": draw.pick(CRAFTS_PEOPLE),
            "self": "himself" if person.facts["gender"] == "m" else "herself",
        }
        text = draw.pick(REFLEXIVES if reflexive else PLURALS)
        return source.say(text, slots), "reflexive" if reflexive else "plural"
    about = source.subject()
    if choice < 0.5 and "scenes" in about.facts:
        scene = draw.pick(about.facts["scenes"])
        text = draw.pick(impressions.SCENE)
        return source.say(text, impressions.scene_slots(draw, scene, draw.chance(0.5))), "scene"
    one = draw.pick(about.tellings)
    return source.tell(about, one.says), "fact"


def break_sentence(draw: Draw, sentence: str, kind: str) -> str | None:
    """The sentence with one fault of grammar, or None where the fault drawn does not apply."""
    tokens = sentence[:-1].split(" ")
    fault = draw.pick(["number", "order", "form", "lack", "sense"])
    if kind == "reflexive":
        fault = draw.pick(["reflexive", "reflexive", "order"])
    if kind == "plural":
        fault = draw.pick(["number", "number", "order", "lack"])
    found = FAULTS[fault](draw, tokens)
    if not found:
        return None
    text = " ".join(found)
    return text[0].upper() + text[1:] + sentence[-1]


def wrong_number(draw: Draw, tokens: list[str]) -> list[str] | None:
    """The verb in the wrong number, where there is just one that shows it."""
    places = [at for at, token in enumerate(tokens) if token in WRONG_NUMBER]
    return replaced(tokens, places[0], WRONG_NUMBER) if len(places) == 1 else None


def wrong_order(draw: Draw, tokens: list[str]) -> list[str] | None:
    """A function word after the word that it should stand before."""
    places = [
        at
        for at in range(1, len(tokens) - 1)
        if tokens[at] in FUNCTION_WORDS and tokens[at + 1] not in FUNCTION_WORDS
    ]
    if not places:
        return None
    at = draw.pick(places)
    return [*tokens[:at], tokens[at + 1], tokens[at], *tokens[at + 2 :]]


def wrong_form(draw: Draw, tokens: list[str]) -> list[str] | None:
    """A participle replaced by another form of the verb."""
    places = [
        at
        for at, token in enumerate(tokens)
        if token in WRONG_FORM and tokens[at - 1] in ("was", "is", "are", "been", "were", "first")
    ]
    return replaced(tokens, places[0], WRONG_FORM) if places else None


def lacking(draw: Draw, tokens: list[str]) -> list[str] | None:
    """A word left out that the sentence needs."""
    needed = ("was", "is", "of", "by", "in", "on", "a", "an", "are", "were", "has")
    places = [at for at, token in enumerate(tokens[:-1]) if token in needed and at]
    if not places:
        return None
    at = draw.pick(places)
    return tokens[:at] + tokens[at + 1 :]


def wrong_sense(draw: Draw, tokens: list[str]) -> list[str] | None:
    """A subject that cannot do what the sentence says."""
    text = " ".join(tokens)
    found = MINDED.search(text)
    if not found or text.startswith("In "):
        return None
    return f"The {draw.pick(MINDLESS)}{text[found.start() :]}".split(" ")


def wrong_reflexive(draw: Draw, tokens: list[str]) -> list[str] | None:
    """A reflexive pronoun of the wrong gender or number."""
    for at, token in enumerate(tokens):
        if token in WRONG_REFLEXIVE:
            other = draw.pick([WRONG_REFLEXIVE[token], "themselves"])
            return replaced(tokens, at, {token: other})
    return None


def replaced(tokens: list[str], at: int, wrong: dict[str, str]) -> list[str]:
    return [*tokens[:at], wrong[tokens[at]], *tokens[at + 1 :]]


FAULTS = {
    "number": wrong_number,
    "order": wrong_order,
    "form": wrong_form,
    "lack": lacking,
    "sense": wrong_sense,
    "reflexive": wrong_reflexive,
}


def sentiment(source: Source, at: int) -> Example:
    """A phrase from a review, in the tokenized lower case of SST-2; half are praise.

    Training phrases draw on a fifth of the words that judge, dev and test mostly on the others.
    """
    draw = source.draw
    good = at % 2 == 0
    form = draw.pick(sorted(words.FORMS))
    fifths: tuple[int, ...] = (0, 1, 2, 3, 4)
    if source.split == "train":
        fifths = fifths[:1]
    elif draw.chance(0.8):
        fifths = fifths[1:]
    slots = impressions.judgement(draw, good, words.FORMS[form].parts, fifths)
    text = source.say(draw.pick(SST_PHRASES), {**slots, "form": form})
    return (tokenized(text),), "1" if good else "0"


def tokenized(text: str) -> str:
    """The text as SST-2 has it: lower case, punctuation set off, a blank at the end."""
    return re.sub(r"\s*([,.])", r" \1", text).lower() + " "
