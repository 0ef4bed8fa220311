import hashlib

import pytest

from scripts.common.errors import UserError
from scripts.common.text import zstd_writer
from scripts.corpus.files.documents import (
    document_writer,
    ids_of,
    read_documents,
    read_named_documents,
    read_notes,
    to_documents,
)

NOTES = "1\t5\t1\t4\n2\t6\t1\t4\n"
WRITTEN = to_documents([("1", ["One.", "Two."]), ("2", []), ("3", ["Three."])])


def digest(text):
    return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "little")


def test_an_id_may_hold_what_divides_notes(tmp_path):
    with document_writer(tmp_path / "a.txt.zst") as write:
        write(to_documents([("a\tb", ["One."])]))
    assert [note.id for note in read_notes(tmp_path / "a.ids.zst")] == ["a\tb"]


def test_documents_as_they_stand_in_their_files():
    assert WRITTEN.text == "One.\nTwo.\n\nThree.\n\n"
    first, second = digest(b"One.\nTwo."), digest(b"Three.")
    assert WRITTEN.ids == f"1\t{first}\t2\t9\n3\t{second}\t1\t6\n"
    assert (WRITTEN.count, WRITTEN.sentences) == (2, 3)


def test_the_ids_lie_beside_the_sentences(tmp_path):
    part = tmp_path / "a.txt.zst"
    assert ids_of(part) == tmp_path / "a.ids.zst"
    with document_writer(part) as write:
        write(WRITTEN)
        write(to_documents([("4", ["Four."])]))
    assert [note.id for note in read_notes(ids_of(part))] == ["1", "3", "4"]
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
        ("One.\n\nTwo.\n", NOTES, "no empty line behind its last document"),
        ("One.\n\n", "", r"a\.ids\.zst: fewer ids than .*a\.txt\.zst has"),
        ("One.\n\n", "1\n", r"a\.ids\.zst: line 1 is no note on a document"),
        ("One.\n\n", NOTES, r"a\.ids\.zst: more ids than"),
    ],
)
def test_damaged_files_are_refused(tmp_path, text, ids, message):
    for name, content in (("a.txt.zst", text), ("a.ids.zst", ids)):
        with zstd_writer(tmp_path / name) as file:
            file.write(content)
    with pytest.raises(UserError, match=message):
        list(read_named_documents(tmp_path / "a.txt.zst"))
