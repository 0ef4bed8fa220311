"""What a telling is: one fact in several wordings, with the questions that it answers.

Marks in wordings: `{year}` is a slot, `[built|put up]` a choice, `<famous>` any of its synonyms.
`{S}` `{O}` `{P}` are the subject, as subject, object and possessive.
"""

from typing import Any, NamedTuple

from scripts.common.data import data_yaml
from scripts.sample.world.notation import entries, wordings

NOTHING: dict[str, Any] = {"asks": {}, "only": ""}


class Telling(NamedTuple):
    """One kind of fact.

    says: wordings that mean the same and name the same slots. asks: per slot, wordings of the
    question that the slot answers. implies: what follows from it but says less. denies: what cannot
    be true beside it. adds: what may be said next. only: kinds of things, or slots, for one of which
    alone it is told.
    """

    name: str
    says: tuple[str, ...]
    asks: dict[str, tuple[str, ...]]
    implies: tuple[str, ...] = ()
    denies: tuple[str, ...] = ()
    adds: tuple[str, ...] = ()
    only: tuple[str, ...] = ()


def telling(name: str, says: str, asks: dict[str, str], only: str, **others: str) -> Telling:
    """A telling from its texts in a data file, with one wording a line."""
    return Telling(
        name,
        wordings(says),
        {slot: wordings(text) for slot, text in asks.items()},
        only=tuple(entries(only)) if only else (),
        **{field: wordings(text) for field, text in others.items()},
    )


def tellings(kinds: dict[str, dict[str, Any]]) -> dict[str, list[Telling]]:
    """A data file's tellings by kind of thing. Raises ValueError for one that is not understood."""
    found: dict[str, list[Telling]] = {}
    for kind, told in kinds.items():
        for name, texts in told.items():
            unknown = set(texts) - set(Telling._fields)
            if unknown or "says" not in texts:
                raise ValueError(f"{kind}, {name}: {sorted(unknown) or 'says nothing'}")
        found[kind] = [telling(name, **NOTHING | texts) for name, texts in told.items()]
    return found


TELLINGS = {
    **tellings(data_yaml(__file__, "people.yaml")),
    **tellings(data_yaml(__file__, "places.yaml")),
    **tellings(data_yaml(__file__, "things.yaml")),
    **tellings(data_yaml(__file__, "works.yaml")),
}
