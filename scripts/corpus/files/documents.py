"""Documents in sentence files, which have an empty line behind each of them, and notes on them."""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from scripts.common.errors import UserError
from scripts.common.text import read_chunks, read_lines, zstd_writer


@dataclass(frozen=True)
class Documents:
    """Documents as they stand in a sentence file, and the notes on them, a line each."""

    text: str
    ids: str
    count: int
    sentences: int


class Note(NamedTuple):
    """What later steps know of a document without its text: a line of tab-separated values."""

    id: str
    digest: int  # of its text, 64 bits
    sentences: int
    bytes: int  # of its text


def to_documents(documents: Iterable[tuple[str, list[str]]]) -> Documents:
    """Ids with their sentences as documents; those without a sentence are left out."""
    filled = [document for document in documents if document[1]]
    kept = [(identity, "\n".join(lines), len(lines)) for identity, lines in filled]
    return Documents(
        "".join(f"{text}\n\n" for _, text, _ in kept),
        "".join("\t".join(map(str, note(*document))) + "\n" for document in kept),
        len(kept),
        sum(sentences for *_, sentences in kept),
    )


def note(identity: str, text: str, sentences: int) -> Note:
    data = text.encode()
    digest = hashlib.blake2b(data, digest_size=8).digest()
    return Note(identity, int.from_bytes(digest, "little"), sentences, len(data))


@contextmanager
def document_writer(part: Path) -> Iterator[Callable[[Documents], None]]:
    """Yield a function that adds documents to a sentence file, and to the notes beside it."""
    with zstd_writer(part) as text, zstd_writer(ids_of(part)) as ids:

        def write(documents: Documents) -> None:
            text.write(documents.text)
            ids.write(documents.ids)

        yield write


def read_documents(part: Path) -> Iterator[bytes]:
    """Yield a sentence file's documents: sentences divided by line feeds, none behind the last."""
    rest = b""
    for chunk in read_chunks(part):
        *whole, rest = (rest + chunk).split(b"\n\n")
        yield from whole
    if rest.strip():
        raise UserError(f"{part}: no empty line behind its last document; delete it and run again")


def read_named_documents(part: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the ids and the texts of a sentence file's documents; the ids lie beside it."""
    ids = ids_of(part)
    notes = read_notes(ids)
    for document in read_documents(part):
        known = next(notes, None)
        if known is None:
            raise UserError(f"{ids}: fewer ids than {part} has documents; delete both, run again")
        yield known.id, document
    if next(notes, None) is not None:
        raise UserError(f"{ids}: more ids than {part} has documents; delete both and run again")


def read_notes(ids: Path) -> Iterator[Note]:
    """Yield the notes on a part's documents, in their order."""
    for number, line in enumerate(read_lines(ids), 1):
        try:
            identity, digest, sentences, size = line.rsplit("\t", 3)
            yield Note(identity, int(digest), int(sentences), int(size))
        except ValueError:
            raise UserError(
                f"{ids}: line {number} is no note on a document; delete it and run again"
            ) from None


def ids_of(part: Path) -> Path:
    return part.with_name(part.name.removesuffix(".txt.zst") + ".ids.zst")
