"""Documents in sentence files, which have an empty line behind each of them."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from scripts.common.errors import UserError
from scripts.common.text import read_chunks, read_lines, zstd_writer


@dataclass(frozen=True)
class Documents:
    """Documents as they stand in a sentence file, and their ids, a line each."""

    text: str
    ids: str
    count: int
    sentences: int


def to_documents(documents: Iterable[tuple[str, list[str]]]) -> Documents:
    """Ids with their sentences as documents; those without a sentence are left out."""
    kept = [(identity, sentences) for identity, sentences in documents if sentences]
    return Documents(
        "".join("\n".join(sentences) + "\n\n" for _, sentences in kept),
        "".join(f"{identity}\n" for identity, _ in kept),
        len(kept),
        sum(len(sentences) for _, sentences in kept),
    )


@contextmanager
def document_writer(part: Path) -> Iterator[Callable[[Documents], None]]:
    """Yield a function that adds documents to a sentence file, and to the ids beside it."""
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
    identities = read_lines(ids)
    for document in read_documents(part):
        identity = next(identities, None)
        if identity is None:
            raise UserError(f"{ids}: fewer ids than {part} has documents; delete both, run again")
        yield identity, document
    if next(identities, None) is not None:
        raise UserError(f"{ids}: more ids than {part} has documents; delete both and run again")


def ids_of(part: Path) -> Path:
    """Where the ids of a sentence file's documents lie."""
    return part.with_name(part.name.removesuffix(".txt.zst") + ".ids.zst")
