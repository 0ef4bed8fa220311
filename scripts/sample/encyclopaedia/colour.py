"""Paragraphs that tell no single fact: characters, judgements, scenes, questions."""

import re

from scripts.sample.tellings.phrase import Writer
from scripts.sample.tellings.subject import Subject, address
from scripts.sample.tellings.telling import Telling
from scripts.sample.world import words
from scripts.sample.world.draw import Draw

TRAIT_OF_PERSON = (
    "Friends [described|remembered] {O} as a {t} {man}.",
    "By all accounts {S} {was} {t}.",
    "{S} {was} [known|said] to be {t}.",
    "{S} {was} a {t} {man}.",
    "{S} {was} always {t}, and never {not}.",
    "{S} {was} anything but {not}.",
    "Nobody who knew {O} ever thought {obj} {not}.",
    "Letters <show> that {S} {was} {t}.",
    "{P} neighbours, who were often {not}, were surprised by such a {t} {man}.",
    "Far from being {not}, {S} {was} {t}.",
    "{S} {was} not {not} but {t}.",
)
TRAIT_OF_THING = (
    "[Visitors|Guidebooks|Writers] [describe|have described] {O} as a {t} {noun}.",
    "By all accounts {S} is {t}.",
    "{S} is [known|said] to be {t}.",
    "{S} is a {t} {noun}.",
    "{S} has always been {t}, and never {not}.",
    "{S} is anything but {not}.",
    "Nobody who knows {O} calls {obj} {not}.",
    "Old reports <show> that {S} was {t} even then.",
    "Other {nouns} nearby are {not}, but {S} is {t}.",
    "Far from being {not}, {S} is {t}.",
    "{S} is not {not} but {t}.",
)
FIRST_TRAIT = (3, 1, 2, 0)  # wordings that need no contrast, for tasks

# Praise; blame has the same wordings with the opposites of the words after the slash.
REVIEW = (
    "[{paper}|{other_paper}] praised/condemned {O} as {a} and {b}.",
    "The {part} is good/bad, even {a}, and the {other} {b}.",
    "[Critics|Reviewers|Writers] praised/condemned the {part} for its {quality} and its {quality2}.",
    "{S} is a {n}, [wrote|declared] [{paper}|{other_paper}], {a} and {b} from start to finish.",
    "The {part} {v}, and the {other} is {a}.",
    "[Many|Most] loved/hated the {a} {part}.",
    "With its {a} {part} and its {b} {other}, {S} {v}.",
    "Everything here is good/bad: the {part} is {a}, the {other} {b}.",
    "It is {adv} made, and the {part} is {a}.",
    "The {part} is never {bad}; it is {a}.",
    "Far from being {bad}, {S} is {a}, {b} and {c}.",
    "What a {n}, full of {quality} and {quality2}!",
    "It is {a}, it is {b}, and it {v}.",
    "Fortunately/Unfortunately, the {part} is as {a} as the {other} is {b}.",
    "To this day {S} is loved/hated as {a} and {b}.",
    "The best/worst thing about {O} is the {a} {part}.",
    "It is good/bad because the {part} is {a} and the {other} {b}.",
    "[{paper}|{other_paper}] loved/hated the {a} {part} and the {b} {other}.",
    "One of the best/worst of its kind, it is {a} and {b}.",
)
EITHER = re.compile(r"(\w+)/(\w+)")
REVIEWED_PARTS = {
    **words.PARTS,
    "dish": ["crust", "filling", "flavour", "sauce", "aroma", "garnish"],
    "theatre": ["orchestra", "stage design", "ensemble", "repertoire", "choir", "foyer"],
    "firm": ["workmanship", "service", "packaging", "showroom", "range", "finish"],
    "football club": ["defence", "attack", "passing", "goalkeeping", "training", "stadium"],
    "newspaper": ["reporting", "prose", "layout", "cartoon page", "leading article", "tone"],
    "cathedral": ["facade", "nave", "altar", "tower", "vaulting", "choir screen"],
    "museum": ["facade", "main hall", "staircase", "collection", "lighting", "catalogue"],
    "castle": ["gatehouse", "great hall", "courtyard", "tower", "garden", "chapel"],
    "bridge": ["parapet", "arch", "approach", "stonework", "balustrade", "silhouette"],
}

SCENE = (
    "{actor} is {doing} {thing} {place}.",
    "{Place}, {actor} is {doing} {thing}.",
    "There is {actor} {place}, {doing} {thing}.",
)
SCENE_LEADS = {
    "painting": ("The [left|right|lower|upper] half shows {scene}.", "In the [foreground|background] one sees {scene}."),
    "other": ("One [scene|passage] shows {scene}.", "In [another|a later|an early] scene one meets {scene}."),
    "town": ("On [market|summer|feast] days one may see {scene}.", "An old [postcard|engraving|photograph] shows {scene}."),
    "event": ("A [drawing|print] made [at the time|soon after] shows {scene}.", "In a [ballad|chronicle] of those days there is {scene}."),
    "building": ("A [carving|relief] above the door shows {scene}.", "The [old|largest] window shows {scene}."),
}  # fmt: skip
SCENE_ADDS = (
    "[Nobody else is near|A crowd is watching|The sky is dark|The sun is low|It is early morning|Snow is falling].",
    "The [dog|cat|horse|goat] [beside|behind|near] the {actor} is asleep.",
    "The {actor} [seems|looks] {look}.",
)


def trait_slots(subject: Subject, draw: Draw, number: int) -> dict[str, str]:
    """One of the subject's two traits as a word that fits and a word that does not."""
    fits, opposite = subject.facts["traits"][number]
    return {"t": draw.pick(fits), "not": draw.pick(opposite)}


def traits(writer: Writer, subject: Subject, count: int = 2) -> list[str]:
    """Sentences on the subject's character: `count` wordings of each trait."""
    wordings = TRAIT_OF_PERSON if subject.key.kind == "person" else TRAIT_OF_THING
    sentences = []
    for number in writer.draw.shuffled([0, 1]):
        for turn, wording in enumerate(writer.draw.sample(wordings, count)):
            slots = subject.named() if turn == 0 else subject.by_pronoun()
            sentences.append(
                writer.sentence(wording, slots | trait_slots(subject, writer.draw, number))
            )
    return sentences


def judgement(
    draw: Draw, good: bool, parts: list[str], fifths: tuple[int, ...] = (0, 1, 2, 3, 4)
) -> dict[str, str]:
    """Slots of a judgement: words of one polarity, and one word of the other as {bad}.

    `fifths` says which fifths of the words may be used.
    """

    def some(wordlist: list[str], count: int) -> list[str]:
        return draw.sample([word for at, word in enumerate(wordlist) if at % 5 in fifths], count)

    names = ["ADJECTIVES", "NOUNS", "QUALITIES", "VERBS", "ADVERBS"]
    praise, blame = (
        {name: getattr(words, f"{side}_{name}") for name in names} for side in ("PRAISE", "BLAME")
    )
    right, wrong = (praise, blame) if good else (blame, praise)
    first, second, third = some(right["ADJECTIVES"], 3)
    quality, quality2 = some(right["QUALITIES"], 2)
    part, other = draw.sample(parts, 2)
    return {
        "a": first, "b": second, "c": third, "bad": some(wrong["ADJECTIVES"], 1)[0], "part": part, "other": other,
        "n": some(right["NOUNS"], 1)[0], "v": some(right["VERBS"], 1)[0], "adv": some(right["ADVERBS"], 1)[0],
        "quality": quality, "quality2": quality2,
    }  # fmt: skip


def review(writer: Writer, subject: Subject, count: int) -> list[str]:
    """Sentences that judge the subject, all in one sense."""
    good = subject.facts["good"]
    wordings = [EITHER.sub(r"\1" if good else r"\2", wording) for wording in REVIEW]
    sentences = []
    for turn, wording in enumerate(writer.draw.sample(wordings, count)):
        slots = [subject.named, subject.by_noun, subject.by_pronoun][min(turn, 2)]()
        slots = {"paper": "one paper", "other_paper": "a critic"} | slots
        slots |= judgement(writer.draw, good, REVIEWED_PARTS[subject.noun])
        sentences.append(writer.sentence(wording, slots))
    return sentences


def scene_slots(draw: Draw, scene: tuple[int, int, int, int], look: bool = True) -> dict[str, str]:
    """One wording of a scene's parts."""
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


def scene_text(draw: Draw, scene: tuple[int, int, int, int], look: bool = True) -> str:
    """The scene as a noun phrase: a tired sailor mending a net on a quay."""
    slots = scene_slots(draw, scene, look)
    return "{actor} {doing} {thing} {place}".format(**slots)


def scenes(writer: Writer, subject: Subject, count: int = 2) -> list[str]:
    """Each scene in two wordings, and something more about it."""
    draw = writer.draw
    leads = (
        SCENE_LEADS.get(subject.noun) or SCENE_LEADS.get(subject.key.kind) or SCENE_LEADS["other"]
    )
    sentences = []
    leads = draw.shuffled(leads)
    for turn, scene in enumerate(subject.facts["scenes"][:count]):
        lead = leads[turn % len(leads)]
        sentences.append(writer.sentence(lead, {"scene": scene_text(draw, scene)}))
        again = scene_slots(draw, scene, False)
        again["actor"] = f"the {again['who']}"
        sentences.append(writer.sentence(draw.pick(SCENE[:2]), again))
        extra = draw.pick(SCENE_ADDS)
        sentences.append(writer.sentence(extra, {**again, "actor": again["who"]}))
    return sentences


def questions(writer: Writer, subject: Subject, tellings: list[Telling], count: int) -> list[str]:
    """Questions on the subject, each with its answer."""
    draw = writer.draw
    asked = [one for one in tellings if one.asks]
    sentences = []
    for one in draw.sample(asked, count):
        slot = draw.pick(sorted(one.asks))
        question = writer.sentence(draw.pick(one.asks[slot]), subject.named())
        wording = draw.pick(one.says)
        answer = writer.sentence(wording, address(subject, wording, draw.random()))
        sentences += [question, answer]
    return sentences
