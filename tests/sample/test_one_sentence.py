import pytest

from scripts.sample.tasks import one_sentence
from scripts.sample.world.draw import Draw


class First(Draw):
    """Draws the first of everything."""

    def __init__(self):
        self.random = lambda: 0.0


@pytest.mark.parametrize(
    ("fault", "sentence", "broken"),
    [
        ("number", "It was old", "It were old"),
        ("number", "It was what they are", None),
        ("order", "He saw the old man of war", "He saw old the man of war"),
        ("order", "Nobody came", None),
        ("form", "It was built there", "It was build there"),
        ("form", "They built it", None),
        ("lack", "A town of old", "A town old"),
        ("lack", "Nobody came in", None),
        ("sense", "Ann Orby studied here", "The height studied here"),
        ("sense", "In May Ann studied here", None),
        ("reflexive", "He saw himself there", "He saw herself there"),
        ("reflexive", "She saw herself there", "She saw himself there"),
        ("reflexive", "He saw it", None),
    ],
)
def test_faults(fault, sentence, broken):
    found = one_sentence.FAULTS[fault](First(), sentence.split())
    assert found == (broken and broken.split())


def test_a_broken_sentence_keeps_its_end_and_begins_with_a_capital():
    assert one_sentence.break_sentence(First(), "It was late.", "fact") == "It were late."
    assert one_sentence.break_sentence(First(), "Of one it is.", "fact") == "Of one it are."


def test_phrases_are_tokenized_as_in_sst_2():
    assert one_sentence.tokenized("A dull, Long film.") == "a dull , long film . "
