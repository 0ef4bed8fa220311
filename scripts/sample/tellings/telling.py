"""What a telling is: one fact in several wordings, with the questions that it answers."""

from typing import NamedTuple


class Telling(NamedTuple):
    """One kind of fact.

    says: wordings that mean the same and name the same slots. asks: per slot, wordings of the
    question that the slot answers. implies: what follows from it but says less. denies: what cannot
    be true beside it. adds: what may be said next. `{S}` `{O}` `{P}` are the subject, as subject,
    object and possessive.
    """

    name: str
    says: tuple[str, ...]
    asks: dict[str, tuple[str, ...]]
    implies: tuple[str, ...]
    denies: tuple[str, ...]
    adds: tuple[str, ...]
    only: str


def telling(
    name: str,
    says: str,
    asks: dict[str, str] | None = None,
    implies: str = "",
    denies: str = "",
    adds: str = "",
    only: str = "",
) -> Telling:
    """A telling from texts with one wording a line; `only`: a kind such as `bridge`, or a slot."""
    return Telling(
        name,
        lines(says),
        {slot: lines(text) for slot, text in (asks or {}).items()},
        lines(implies),
        lines(denies),
        lines(adds),
        only,
    )


def lines(text: str) -> tuple[str, ...]:
    """The lines of a text that say something."""
    return tuple(line.strip() for line in text.splitlines() if line.strip())
