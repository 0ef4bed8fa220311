"""What the tests of the sample look at."""

from scripts.sample.tellings.phrase import replace_spans
from scripts.sample.world.blocks import Key

ARTICLES = 260  # three streams of the usual size, the last one not full
PEOPLE = [Key("person", block, number) for block in range(4) for number in range(20)]


def plain(text: str) -> str:
    """The text as a reader sees it, without spans."""
    return replace_spans(text, lambda kind, target, reading: reading)
