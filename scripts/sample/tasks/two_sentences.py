"""The pair tasks over the invented world: MRPC, STS-B, QQP, QNLI, RTE, MNLI, AX and WNLI."""

import re

from scripts.common.data import data_yaml
from scripts.sample.tasks.wordings import Example, Source, Unfit, short
from scripts.sample.tellings import impressions
from scripts.sample.tellings.phrase import finish
from scripts.sample.tellings.subject import Subject
from scripts.sample.tellings.telling import Telling
from scripts.sample.world import names
from scripts.sample.world.notation import entries

DATA = data_yaml(__file__, "two_sentences.yaml")
SCHEMAS = data_yaml(__file__, "winograd.yaml")
# The genres of MNLI: kinds of things that its training set has, and others.
MATCHED: dict[str, str] = DATA["matched"]
MISMATCHED: dict[str, str] = DATA["mismatched"]
# Facts of which a thing may have several, so that another value contradicts nothing.
MANY = frozenset(entries(DATA["many"]))
WITH_TRAITS = frozenset(entries(DATA["with_traits"]))
WITH_SCENES = frozenset(entries(DATA["with_scenes"]))

LABELS = ("entailment", "neutral", "contradiction")
# STS-B: scores of two facts; how often captions share who, what, where and how someone looks, and what
# each of these counts, the look on its own.
NEWS_SCORES = (5, 3.4, 2, 1, 0)
SHARES = [(1, 1, 1, 1), (1, 1, 0.5, 0.5), (1, 0, 0, 1), (0, 1, 1, 1), (0, 0, 0, 0), (0, 1, 0, 0)]
WEIGHTS = (1.4, 2.2, 1.0, 0.0)
LOOK = 0.4


def paraphrase(source: Source, at: int) -> Example:
    """MRPC: two sentences with most words in common; two in three mean the same."""
    about = source.subject()
    one = source.telling(about, asked=True)
    first, second = source.draw.sample(one.says, 2)
    named = about.named()
    left = source.say(first, named)
    same = at % 3 < 2
    turn = source.draw.random()
    if same:
        right = source.say(second, named)
    elif turn < 0.2:
        right = source.say(second, source.other(about, one).named())
    elif turn < 0.45:
        right = source.say(second, source.changed(about, one, second))
    else:
        further = source.telling(about, asked=True, besides=one.name)
        right = source.tell(about, further.says)
    if source.draw.chance(0.03) and '"' not in left:
        left = f'"{left}'
    return pair(left, right, "1" if same else "0")


def pair(left: str, right: str, label: str) -> Example:
    """An example of two sentences. Raises Unfit where they are alike or too long."""
    if left == right or not short(left, right):
        raise Unfit
    return (left, right), label


def similarity(source: Source, at: int) -> Example:
    """STS-B: news and captions, scored from 0 to 5 by how much of what they tell is the same."""
    make, genre = (similar_news, "news") if at % 5 < 3 else (similar_captions, "captions")
    texts, score = make(source, at // 5)
    return (*texts, genre), score


def similar_news(source: Source, at: int) -> Example:
    """Two facts: the same (5), one differs (3.4), another one of the same thing (2), the same of
    another thing (1), or another one of another thing (0)."""
    about = source.subject()
    one = source.telling(about, asked=True)
    first, second = source.draw.sample(one.says, 2)
    left, score = source.say(first, about.named()), NEWS_SCORES[at % len(NEWS_SCORES)]
    if score == 5:
        return pair(left, source.say(second, about.named()), "5.000")
    if score == 3.4:
        return pair(left, source.say(second, source.changed(about, one, second)), "3.400")
    if score == 2:
        return pair(left, source.tell(about, source.further(about, one).says), "2.000")
    other = source.other(about, one) if score == 1 else source.subject()
    telling = one if score == 1 else source.telling(other, asked=True, besides=one.name)
    if telling.name == one.name and score == 0:
        raise Unfit
    return pair(left, source.tell(other, telling.says), f"{score:.3f}")


def similar_captions(source: Source, at: int) -> Example:
    """Two scenes, which share who, what, where and how they look, or some of that."""
    draw = source.draw
    about = source.subject(WITH_SCENES)
    other = source.subject(WITH_SCENES)
    mine, theirs = draw.pick(about.facts["scenes"]), draw.pick(other.facts["scenes"])
    shared = [draw.chance(chance) for chance in SHARES[at % len(SHARES)]]
    parts = zip(mine, theirs, shared, strict=True)
    second = tuple(here if keep else there for here, there, keep in parts)
    if not shared[1] and shared[2]:  # a place must suit what is done there
        second = (*second[:2], theirs[2], second[3])
    look = draw.chance(0.4)
    left, right = (caption(source, scene, look) for scene in (mine, second))
    counted = zip(WEIGHTS, mine, second, strict=True)
    score = sum(weight for weight, here, there in counted if here == there)
    return pair(left, right, f"{score + (LOOK if not look or mine[3] == second[3] else 0):.3f}")


def caption(source: Source, scene: tuple[int, int, int, int], look: bool) -> str:
    slots = impressions.scene_slots(source.draw, scene, look)
    return source.say(source.draw.pick(impressions.SCENE), slots)


def same_question(source: Source, at: int) -> Example:
    """QQP: two questions; 4 in 10 have the same answer."""
    about = source.subject()
    one = source.telling(about, asked=True)
    slot = source.draw.pick(sorted(one.asks))
    if len(one.asks[slot]) < 2:
        raise Unfit
    first, second = source.draw.sample(one.asks[slot], 2)
    left = source.say(first, about.named())
    if at % 10 < 4:
        return pair(left, source.say(second, about.named()), "1")
    if source.draw.chance(0.25):
        return pair(left, source.say(second, source.other(about, one).named()), "0")
    return pair(left, other_question(source, about, one, slot), "0")


def other_question(source: Source, about: Subject, one: Telling, slot: str) -> str:
    slots = [other for other in one.asks if other != slot]
    if slots and source.draw.chance(0.5):
        return source.tell(about, one.asks[source.draw.pick(slots)])
    return source.question(about, source.further(about, one))


def answers(source: Source, at: int) -> Example:
    """QNLI: a question and a sentence, which holds the answer or not; half do."""
    about = source.subject()
    one = source.telling(about, asked=True)
    question = source.question(about, one)
    if at % 2 == 0:
        return pair(question, source.tell(about, one.says), "entailment")
    if source.draw.chance(0.25):
        sentence = source.tell(source.other(about, one), one.says)
    else:
        sentence = source.tell(about, source.further(about, one).says)
    return pair(question, sentence, "not_entailment")


def entailment(source: Source, at: int) -> Example:
    """RTE: a premise of one or two sentences; half of the hypotheses follow."""
    label = ["entailment", "neutral", "entailment", "contradiction"][at % 4]
    texts, _ = inference(source, label, two=True)
    return texts, "entailment" if label == "entailment" else "not_entailment"


def genre_inference(genres: dict[str, str], source: Source, at: int) -> Example:
    """MNLI: a third of each label, on the kinds of things that make up the genres."""
    label = LABELS[at % 3]
    texts, kind = inference(source, label, frozenset(genres))
    return (*texts, genres[kind]), label


def diagnostic(source: Source, at: int) -> Example:
    """AX: pairs from all genres, each also the other way round."""
    texts, _ = inference(source, LABELS[at % 3])
    return texts if at % 2 else texts[::-1], ""


def inference(
    source: Source, label: str, kinds: frozenset[str] | None = None, two: bool = False
) -> tuple[tuple[str, ...], str]:
    """A premise and a hypothesis that follows, contradicts, or does neither; and their kind."""
    draw = source.draw
    about = source.subject(kinds)
    one = source.telling(about)
    if about.key.kind in WITH_TRAITS and draw.chance(0.5):
        premise, same, contrary = source.trait(about)
        hypothesis = contrary if label == "contradiction" else same
        two = False
    elif one.implies and one.denies:
        premise, hypothesis = source.tell(about, one.says), ""
        if label == "entailment":
            hypothesis = source.tell(about, [*one.implies, *one.says])
        elif label == "contradiction":
            hypothesis = contradiction(source, about, one)
    else:
        raise Unfit
    if label == "neutral":
        hypothesis = unrelated(source, about, one)
    if two and draw.chance(0.5) and one.adds:
        premise += " " + source.say(draw.pick(one.adds), about.by_pronoun())
    texts, _ = pair(premise, hypothesis, label)
    return tuple(map(finish, texts)), about.key.kind


def unrelated(source: Source, about: Subject, one: Telling) -> str:
    """What neither follows from the telling nor contradicts it."""
    draw = source.draw
    if draw.chance(0.35):  # the same of someone else
        return source.tell(source.other(about, one), [*one.implies, *one.says])
    further = source.telling(about, besides=one.name)
    wording = draw.pick(further.implies) if further.implies else ""
    if further is one or not wording or slots_of(wording) & slots_of(one.says[0]):
        raise Unfit  # it might follow after all
    return source.say(wording, about.named())


def slots_of(wording: str) -> set[str]:
    return set(re.findall(r"\{(\w{2,})\}", wording)) - {"was", "came", "made", "made_passive"}


def contradiction(source: Source, about: Subject, one: Telling) -> str:
    """What cannot be true beside the telling: a denial, or another value of the same fact."""
    if source.draw.chance(0.5):
        return source.tell(about, one.denies)
    wording = source.draw.pick(one.says)
    if one.name in MANY:
        raise Unfit
    return source.say(wording, source.changed(about, one, wording))


def winograd(source: Source, at: int) -> Example:
    """WNLI: a sentence and the reading of its pronoun; the same sentence comes with both readings.

    As in WNLI, a reading that is right in one split is wrong in another, so that nothing is learnt
    from the words alone.
    """
    draw = source.draw
    if draw.chance(0.5):
        schema = draw.pick(SCHEMAS["things"])
        things = draw.pick(entries(schema["pairs"])).split(" / ")
        first, second = (f"the {thing}" for thing in things)
        slots = dict(zip("ab", things, strict=True))
    else:
        schema = draw.pick(SCHEMAS["people"])
        boys = draw.chance(0.5)
        first, second = draw.sample(names.BOYS if boys else names.GIRLS, 2)
        slots = {"a": first, "b": second, "p": "he" if boys else "she"}
    ending, meant = draw.pick(sorted(schema["meant"].items()))
    right = at % 2 == 0
    chosen = first if (meant == "a") == right else second
    slots["w"] = ending
    premise = source.say(schema["sentence"], slots)
    return (premise, source.say(f"{chosen} {schema['reading']}", slots)), "1" if right else "0"
