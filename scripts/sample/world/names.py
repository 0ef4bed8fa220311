"""Names without end and without repetition: each is a one-to-one function of its number.

The first names of a kind combine two lists; when the lists are used up, a second word made of
two-letter syllables is added, which can be read back, so that no two numbers share a name.
"""

import math

from scripts.common.data import data_yaml
from scripts.common.digest import hash64
from scripts.sample.world.notation import entries

PARTS = data_yaml(__file__, "names.yaml")
BOYS, GIRLS = entries(PARTS["boys"]), entries(PARTS["girls"])
STARTS_AND_ENDS = {
    kind: (entries(PARTS[kind]["starts"]), entries(PARTS[kind]["ends"]))
    for kind in ("town", "family", "province", "river")
}
SORTS: dict[str, dict[str, str]] = PARTS["sorts"]
TOLD: dict[str, dict[str, str]] = PARTS["told"]
CONSONANTS = "bdfgklmnprstvz"
VOWELS = "aeiou"


def further_word(number: int) -> str:
    """A made-up word for each number from 1, of two-letter syllables, hence readable back."""
    base = len(CONSONANTS) * len(VOWELS)
    syllables = []
    number += base  # two syllables at least
    while number:
        number, digit = divmod(number, base)
        syllables.append(CONSONANTS[digit // len(VOWELS)] + VOWELS[digit % len(VOWELS)])
    return "".join(reversed(syllables)).capitalize()


def combination(seed: int, name: str, index: int, *lists: list[str]) -> tuple[list[str], str]:
    """A word of each list, combined as for no other index; and, where these are used up, a further word.

    The last list's words change fastest.
    """
    size = math.prod(map(len, lists))
    step = hash64(seed, name, "step") % size
    while math.gcd(step, size) != 1:  # else two numbers of a round would share a place
        step += 1
    place, tier = (index * step + hash64(seed, name, "start")) % size, index // size
    chosen = []
    for words in reversed(lists):
        place, at = divmod(place, len(words))
        chosen.append(words[at])
    return chosen[::-1], further_word(tier) if tier else ""


def name_of(kind: str, seed: int, index: int) -> str:
    """The name of the town, family, province or river with this number."""
    (start, end), further = combination(seed, kind, index, *STARTS_AND_ENDS[kind])
    further = f"{' ' if kind == 'town' else '-'}{further}" if further else ""
    return f"{start}{end}{further}"
