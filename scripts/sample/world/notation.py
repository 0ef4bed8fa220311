"""How the data files write lists: commas part entries, slashes groups of them, lines wordings."""

import re

GOES_ON = re.compile(r"\n +")


def entries(text: str) -> list[str]:
    """The entries of a text that commas part. Raises ValueError where one is empty."""
    found = [entry.strip() for entry in text.split(",")]
    if not all(found):
        raise ValueError(f"an empty entry: {text}")
    return found


def groups(text: str) -> list[list[str]]:
    """The groups of a text that slashes part, each as its entries."""
    return [entries(group) for group in text.split(" / ")]


def wordings(text: str) -> tuple[str, ...]:
    """The lines of a text; a line that is indented goes on with the one before."""
    return tuple(line for line in GOES_ON.sub(" ", text).splitlines() if line)
