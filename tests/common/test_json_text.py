"""Other people's JSON."""

import pytest

from scripts.common.errors import MOST, UserError
from scripts.common.json_text import parse_json


def test_a_value_is_read():
    assert parse_json('{"a": ["\\ud83d\\ude00", 1.5]}', "a.json") == {"a": ["😀", 1.5]}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"a": }', "a.json: line 3 is not JSON (Expecting value at character 7)"),
        ("", "a.json: line 3 is not JSON"),
        ("[" * 100_000, "a.json: line 3 cannot be read (maximum recursion"),
        ("9" * 5000, "a.json: line 3 cannot be read (Exceeds the limit"),
        ('{"a": "\\ud800"}', "a.json: line 3 holds half a character"),
        ('{"\\udc00": 1}', "a.json: line 3 holds half a character"),
    ],
)
def test_what_cannot_be_read_is_one_line(text, said):
    with pytest.raises(UserError) as caught:
        parse_json(text, "a.json: line 3")
    assert str(caught.value).startswith(said)


def test_a_message_is_one_line_of_bounded_length():
    error = UserError("file.tsv: no column\n\n'x'; there are " + "y" * 5000 + "; name one of them")
    assert str(error).startswith("file.tsv: no column 'x'; there are yyy")
    assert str(error).endswith("yyy; name one of them")
    assert len(str(error)) <= MOST + 3
