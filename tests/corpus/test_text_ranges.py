"""Ranges of a text have its documents, each once, wherever it is cut."""

import itertools
import json
import random

import pytest

from scripts.common.errors import UserError
from scripts.corpus.collect_text import Settings, collect_text
from scripts.corpus.files.text_ranges import begin, range_lines
from scripts.corpus.split_sentences import Settings as Splitting
from scripts.corpus.split_sentences import split_sentences
from tests.corpus.dumps import read_articles

DRAW = random.Random(3)
WORDS = ["a", "größe", "", " ", "\u00a0", "two words", "x" * 90, "\r", "日本"]
TEXT = "".join(DRAW.choice(WORDS) + "\n" for _ in range(300))


def lines_of(path, count, gaps=False):
    return [list(range_lines(path, number, count, gaps)[1]) for number in range(count)]


@pytest.mark.parametrize("gaps", [False, True])
@pytest.mark.parametrize("count", [2, 7, 60, 400])
@pytest.mark.parametrize("end", ["", "\n", "no line break"])
def test_ranges_have_the_lines_of_the_whole_in_order(tmp_path, gaps, count, end):
    path = tmp_path / "t.txt"
    path.write_bytes((TEXT + end).encode())
    found = lines_of(path, count, gaps)
    (whole,) = lines_of(path, 1)
    assert list(itertools.chain(*found)) == whole
    assert sum(map(bool, found)) > min(count, 30) // 2


@pytest.mark.parametrize("at", range(1, 17))
def test_a_range_begins_with_a_line_or_behind_a_gap(tmp_path, at):
    path = tmp_path / "t.txt"
    path.write_bytes(data := b"ab\ncd\n \t\nef\n\ngh\n")
    first = begin(path, at, False)
    assert first >= at
    assert first == len(data) or data[first - 1 : first] == b"\n"
    assert b"\n" not in data[at - 1 : first - 1]
    assert begin(path, at, True) == (9 if at <= 6 else 13 if at <= 12 else len(data))


@pytest.mark.parametrize("documents", ["blank_line", "line"])
@pytest.mark.parametrize("count", [2, 9, 50])
def test_the_documents_of_ranges_are_those_of_the_file(tmp_path, documents, count):
    path = tmp_path / "t.txt"
    path.write_bytes(TEXT.encode())

    def collect(number, ranges):
        output = tmp_path / f"{number}-{ranges}.jsonl.zst"
        collect_text([path], output, Settings(documents), number=number, ranges=ranges)
        return list(read_articles(output))

    found = [collect(number, count) for number in range(count)]
    assert [one.text for part in found for one in part] == [one.text for one in collect(0, 1)]
    ids = [one.id for part in found for one in part]
    assert len(set(ids)) == len(ids)
    assert [one.id for one in found[1]] == [f"t.txt:1.{n}" for n in range(1, len(found[1]) + 1)]


def test_the_sentences_of_ranges_of_articles_are_those_of_the_file(tmp_path):
    path = tmp_path / "a.jsonl"
    rows = [
        {"id": f"n{n}", "text": f"Sentence {n} is here. " * DRAW.randint(1, 9)} for n in range(40)
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))

    def split(number, ranges):
        output = tmp_path / f"{number}-{ranges}.txt.zst"
        return split_sentences(
            [path], output, Splitting(), may_be_empty=True, number=number, ranges=ranges
        )

    parts = [split(number, 6) for number in range(6)]
    assert tuple(map(sum, zip(*parts, strict=True))) == split(0, 1)
    assert all(documents for documents, _ in parts)


def test_errors_name_the_range(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'{"id": 1, "text": "a"}\n' * 9 + b'{"id": 2}\n')
    with pytest.raises(UserError, match=r"a\.jsonl from byte 207 on: line 1 has no `text`"):
        split_sentences([path], tmp_path / "o.txt.zst", Splitting(), number=9, ranges=10)
    path.write_bytes(b"abc\n" * 9 + b"\xff\n")
    with pytest.raises(UserError, match=r"a\.jsonl from byte 20 on: line 5 is not UTF-8"):
        list(range_lines(path, 1, 2)[1])


@pytest.mark.parametrize(("name", "number"), [("a.txt.gz", 0), ("a.txt", 2), ("a.txt", -1)])
def test_ranges_that_a_file_does_not_have(tmp_path, name, number):
    (tmp_path / name).write_bytes(b"abc\n")
    with pytest.raises(UserError, match=f"{name}: has no range {number} of 2"):
        range_lines(tmp_path / name, number, 2)
    with pytest.raises(UserError, match=f"{name}: has no range 3 of 1"):
        range_lines(tmp_path / name, 3, 1)
    with pytest.raises(UserError, match=r"b\.txt: no such file"):
        range_lines(tmp_path / "b.txt", 0, 2)
