import pytest

from scripts.common.errors import UserError
from scripts.common.text import read_lines, zstd_writer
from scripts.corpus.files.documents import (
    document_writer,
    ids_of,
    read_documents,
    read_named_documents,
    to_documents,
)

WRITTEN = to_documents([("1", ["One.", "Two."]), ("2", []), ("3", ["Three."])])


def test_documents_as_they_stand_in_their_files():
    assert WRITTEN.text == "One.\nTwo.\n\nThree.\n\n"
    assert WRITTEN.ids == "1\n3\n"
    assert (WRITTEN.count, WRITTEN.sentences) == (2, 3)


def test_the_ids_lie_beside_the_sentences(tmp_path):
    part = tmp_path / "a.txt.zst"
    assert ids_of(part) == tmp_path / "a.ids.zst"
    with document_writer(part) as write:
        write(WRITTEN)
        write(to_documents([("4", ["Four."])]))
    assert list(read_lines(ids_of(part))) == ["1", "3", "4"]
    assert list(read_documents(part)) == [b"One.\nTwo.", b"Three.", b"Four."]
    assert list(read_named_documents(part))[1:] == [("3", b"Three."), ("4", b"Four.")]


def test_what_fails_leaves_neither_file(tmp_path):
    with pytest.raises(AttributeError), document_writer(tmp_path / "a.txt.zst") as write:
        write(None)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_documents_are_the_same_however_a_file_is_read(tmp_path, monkeypatch, size):
    text = b"One.\nTwo.\n\n\n\nThree.\n\n"
    pieces = [text[place : place + size] for place in range(0, len(text), size)]
    monkeypatch.setattr("scripts.corpus.files.documents.read_chunks", lambda part: iter(pieces))
    assert list(read_documents(tmp_path / "a.txt.zst")) == [b"One.\nTwo.", b"", b"Three."]


@pytest.mark.parametrize(
    ("text", "ids", "message"),
    [
        ("One.\n\nTwo.\n", "1\n2\n", "no empty line behind its last document"),
        ("One.\n\n", "", r"a\.ids\.zst: fewer ids than .*a\.txt\.zst has"),
        ("One.\n\n", "1\n2\n", r"a\.ids\.zst: more ids than"),
    ],
)
def test_damaged_files_are_refused(tmp_path, text, ids, message):
    for name, content in (("a.txt.zst", text), ("a.ids.zst", ids)):
        with zstd_writer(tmp_path / name) as file:
            file.write(content)
    with pytest.raises(UserError, match=message):
        list(read_named_documents(tmp_path / "a.txt.zst"))
