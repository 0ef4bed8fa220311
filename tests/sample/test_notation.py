import pytest

from scripts.sample.world.notation import entries, groups, wordings


def test_entries_are_parted_by_commas_over_lines():
    assert entries("an eel, mutton,\n  herring") == ["an eel", "mutton", "herring"]


@pytest.mark.parametrize("text", ["", "a,, b", "a, b,"])
def test_an_empty_entry_is_refused(text):
    with pytest.raises(ValueError, match="an empty entry"):
        entries(text)


def test_groups_are_parted_by_slashes():
    assert groups("old, aged / young / well-known/famous") == [
        ["old", "aged"],
        ["young"],
        ["well-known/famous"],
    ]


def test_an_indented_line_goes_on():
    assert wordings("{S} is a\n  town.\nIt is [a|\n    b].\n\n") == (
        "{S} is a town.",
        "It is [a| b].",
    )
