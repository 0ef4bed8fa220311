"""What tells no single fact but gives an impression: characters, judgements, scenes."""

import re

from scripts.common.data import data_yaml
from scripts.sample.tellings.phrase import sentence
from scripts.sample.tellings.subject import Subject
from scripts.sample.world import words
from scripts.sample.world.draw import Draw
from scripts.sample.world.notation import entries, wordings

DATA = data_yaml(__file__, "impressions.yaml")
TRAIT_OF_PERSON, TRAIT_OF_THING = map(wordings, (DATA["traits"]["person"], DATA["traits"]["thing"]))
FIRST_TRAIT = (3, 1, 2, 0)  # wordings that need no contrast, for tasks
REVIEW = wordings(DATA["review"])
EITHER = re.compile(r"(\w+)/(\w+)")
REVIEWED_PARTS = {
    **{form: words.FORMS[form].parts for form in words.FORMS},
    **{kind: entries(text) for kind, text in DATA["parts"].items()},
}
SCENE, SCENE_ADDS = wordings(DATA["scene"]), wordings(DATA["scene_adds"])
SCENE_LEADS = {kind: wordings(text) for kind, text in DATA["scene_leads"].items()}


def trait_wordings(subject: Subject) -> tuple[str, ...]:
    return TRAIT_OF_PERSON if subject.key.kind == "person" else TRAIT_OF_THING


def traits(draw: Draw, subject: Subject, count: int = 2) -> list[str]:
    """Sentences on the subject's character: `count` wordings of each trait."""
    sentences = []
    for fits, opposite in draw.shuffled(subject.facts["traits"]):
        for turn, wording in enumerate(draw.sample(trait_wordings(subject), count)):
            slots = subject.by_pronoun() if turn else subject.named()
            slots |= {"t": draw.pick(fits), "not": draw.pick(opposite)}
            sentences.append(sentence(draw, wording, slots))
    return sentences


def judgement(
    draw: Draw, good: bool, parts: list[str], fifths: tuple[int, ...] = (0, 1, 2, 3, 4)
) -> dict[str, str]:
    """Slots of a judgement: words of one polarity, and one word of the other as {bad}.

    `fifths` says which fifths of the words may be used.
    """

    def some(wordlist: list[str], count: int) -> list[str]:
        return draw.sample([word for at, word in enumerate(wordlist) if at % 5 in fifths], count)

    right, wrong = (words.PRAISE, words.BLAME) if good else (words.BLAME, words.PRAISE)
    first, second, third = some(right["adjectives"], 3)
    quality, quality2 = some(right["qualities"], 2)
    part, other = draw.sample(parts, 2)
    return {
        "a": first, "b": second, "c": third, "bad": some(wrong["adjectives"], 1)[0], "part": part, "other": other,
        "n": some(right["nouns"], 1)[0], "v": some(right["verbs"], 1)[0], "adv": some(right["adverbs"], 1)[0],
        "quality": quality, "quality2": quality2,
    }  # fmt: skip


def review(draw: Draw, subject: Subject, count: int) -> list[str]:
    """Sentences that judge the subject, all in one sense."""
    good = subject.facts["good"]
    judging = [EITHER.sub(r"\1" if good else r"\2", wording) for wording in REVIEW]
    sentences = []
    for turn, wording in enumerate(draw.sample(judging, count)):
        slots = [subject.named, subject.by_noun, subject.by_pronoun][min(turn, 2)]()
        slots = {"paper": "one paper", "other_paper": "a critic"} | slots
        slots |= judgement(draw, good, REVIEWED_PARTS[subject.noun])
        sentences.append(sentence(draw, wording, slots))
    return sentences


def scene_slots(draw: Draw, scene: tuple[int, int, int, int], look: bool = True) -> dict[str, str]:
    actor, action, place, manner = scene
    verbs, things, _ = words.ACTIONS[action]
    who, where = draw.pick(words.ACTORS[actor]), draw.pick(words.PLACES[place][0])
    looks = draw.pick(words.LOOKS[manner])
    return {
        "who": who,
        "look": looks,
        "actor": f"a {looks} {who}" if look else f"a {who}",
        "doing": draw.pick(verbs),
        "thing": draw.pick(things),
        "place": where,
        "Place": where,
    }


def scenes(draw: Draw, subject: Subject, count: int = 2) -> list[str]:
    """Each scene in two wordings, and something more about it."""
    sort = next((one for one in (subject.noun, subject.key.kind) if one in SCENE_LEADS), "other")
    leads = draw.shuffled(SCENE_LEADS[sort])
    sentences = []
    for turn, scene in enumerate(subject.facts["scenes"][:count]):
        text = "{actor} {doing} {thing} {place}".format(**scene_slots(draw, scene))
        sentences.append(sentence(draw, leads[turn % len(leads)], {"scene": text}))
        again = scene_slots(draw, scene, False)
        again["actor"] = f"the {again['who']}"
        sentences.append(sentence(draw, draw.pick(SCENE[:2]), again))
        sentences.append(sentence(draw, draw.pick(SCENE_ADDS), again | {"actor": again["who"]}))
    return sentences
