"""Documents in sentence files, which have an empty line behind each of them."""

from collections.abc import Iterator
from pathlib import Path

from scripts.common.errors import UserError
from scripts.common.text import read_chunks, read_lines


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
