"""WNLI over the invented world: which of two things does a pronoun mean."""

from scripts.sample.tasks.wordings import Source
from scripts.sample.world import names

# Sentence with {a} and {b}; then pairs of (ending, which it means, the hypothesis' predicate).
THINGS = [
    ("The {a} does not fit into the {b} because it is too {w}.", {"large": "a", "small": "b"}, "is too {w}.",
     [("trunk", "cart"), ("piano", "boat"), ("statue", "crate"), ("sword", "box"), ("barrel", "shed"), ("clock", "niche")]),
    ("The {a} broke the {b} because it was made of {w}.", {"iron": "a", "glass": "b"}, "was made of {w}.",
     [("ball", "window"), ("hammer", "jar"), ("hook", "lamp"), ("bell", "mirror"), ("anchor", "bottle")]),
    ("They moved the {a} away from the {b} because it was {w}.", {"in danger": "a", "burning": "b"}, "was {w}.",
     [("horse", "barn"), ("cart", "haystack"), ("boat", "pier"), ("desk", "curtain"), ("tent", "bonfire")]),
    ("The {a} passed the {b} because it was going so {w}.", {"fast": "a", "slowly": "b"}, "was going so {w}.",
     [("coach", "wagon"), ("ship", "barge"), ("rider", "cart"), ("train", "tram")]),
    ("We could not see the {a} behind the {b} because it was so {w}.", {"low": "a", "tall": "b"}, "was so {w}.",
     [("chapel", "tower"), ("cottage", "hedge"), ("well", "barn"), ("stage", "pillar")]),
]  # fmt: skip
PEOPLE = [
    (
        "{a} thanked {b} because {p} had {w}.",
        {"been given help": "a", "given help": "b"},
        "had {w}.",
    ),
    (
        "{a} could not hear {b} because {p} {w}.",
        {"was a little deaf": "a", "spoke so softly": "b"},
        "{w}.",
    ),
    ("{a} lent {b} a coat because {p} {w}.", {"had two of them": "a", "was cold": "b"}, "{w}."),
    (
        "{a} beat {b} at chess because {p} {w}.",
        {"had practised": "a", "made mistakes": "b"},
        "{w}.",
    ),
    ("{a} visited the grave of {b}, whom {p} had {w}.", {"admired": "a"}, "had {w} someone."),
    (
        "{a} asked {b} a question, but {p} {w}.",
        {"got no answer": "a", "did not answer": "b"},
        "{w}.",
    ),
    (
        "{a} paid {b} after {p} had {w}.",
        {"received the goods": "a", "delivered the goods": "b"},
        "had {w}.",
    ),
    ("{a} punished {b} because {p} {w}.", {"was angry": "a", "had told a lie": "b"}, "{w}."),
]


def winograd(source: Source, at: int) -> tuple[tuple[str, ...], str] | None:
    """A sentence and the reading of its pronoun; the same sentence comes with both readings.

    As in WNLI, a reading that is right in one split is wrong in another, so that nothing is learnt
    from the words alone.
    """
    draw = source.draw
    if draw.chance(0.5):
        text, endings, predicate, pairs = draw.pick(THINGS)
        first, second = (f"the {thing}" for thing in draw.pick(pairs))
        slots = {"a": first[4:], "b": second[4:]}
    else:
        text, endings, predicate = draw.pick(PEOPLE)
        boys = draw.chance(0.5)
        first, second = draw.sample(names.BOYS if boys else names.GIRLS, 2)
        slots = {"a": first, "b": second, "p": "he" if boys else "she"}
    ending, meant = draw.pick(sorted(endings.items()))
    right = at % 2 == 0
    chosen = first if (meant == "a") == right else second
    slots["w"] = ending
    premise = source.say(text, slots)
    return (premise, source.say(f"{chosen} {predicate}", slots)), "1" if right else "0"
