"""The boundary test set: paragraphs of real articles, divided into sentences by hand."""

from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent / "boundaries"


@dataclass
class Paragraph:
    """A paragraph and the places, counted in characters, at which its sentences begin."""

    text: str
    starts: frozenset[int]


def paragraphs(half: str) -> list[Paragraph]:
    """The paragraphs of a half of the test set, `seen` or `hidden`."""
    found = []
    for block in (FOLDER / f"{half}.txt").read_text(encoding="utf-8").split("\n\n")[1:]:
        text = ""
        starts = set()
        for line in block.splitlines()[1:]:
            starts.add(len(text))
            text += line.removesuffix("\\") if line.endswith("\\") else f"{line} "
        found.append(Paragraph(text.rstrip(), frozenset(starts - {0})))
    return found


def starts(text: str, sentences: list[str]) -> frozenset[int]:
    """Where the sentences, which are pieces of the text, begin; the first one does not count."""
    place = 0
    found = []
    for sentence in filter(None, map(str.strip, sentences)):
        place = text.index(sentence, place)
        found.append(place)
        place += len(sentence)
    return frozenset(found[1:])


@dataclass
class Score:
    """How many boundaries are right, found, and there to be found."""

    right: int = 0
    found: int = 0
    true: int = 0

    def add(self, paragraph: Paragraph, sentences: list[str]) -> None:
        found = starts(paragraph.text, sentences)
        self.right += len(found & paragraph.starts)
        self.found += len(found)
        self.true += len(paragraph.starts)

    @property
    def precision(self) -> float:
        return self.right / max(1, self.found)

    @property
    def recall(self) -> float:
        return self.right / max(1, self.true)

    @property
    def f1(self) -> float:
        return 2 * self.right / max(1, self.found + self.true)
