"""A range of a dump in one file: the pages that begin in it, read without those before.

In MediaWiki's exports `<page>` stands in no text, where `<` is escaped. In a comment or a CDATA
section, of which they have none, it could; the range that then ends too early is refused by the parser.
"""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from scripts.common.errors import UserError
from scripts.common.text import damaged, read_chunks
from scripts.corpus.dump.bzip2 import read_blocks

PAGE = re.compile(rb"<page[\s>]")
LONGEST = len(b"<page>")
END = b"</mediawiki>"
CHUNK = 1 << 18
WHOLE = (".gz", ".zst")  # endings of files that can be read from their beginning only


def range_chunks(path: Path, number: int, ranges: int, threads: int) -> Iterator[bytes]:
    """Yield, in pieces, a dump that has the file's head and the pages that begin in a range of it.

    The range is that of this `number`, from 0, of so many of equal size. Between two ranges nothing is
    left out: the one before reads on to the next one's first page, so that damage there is an error of
    its own. Raises UserError, naming the file and the place, where it is missing or damaged.
    """
    if (number, ranges) == (0, 1) and path.suffix != ".bz2":  # it may be a pipe
        yield from read_chunks(path, CHUNK)
        return
    if not path.exists():
        raise UserError(f"{path}: no such file")
    if not 0 <= number < ranges or path.suffix in WHOLE:
        raise UserError(f"{path}: has no range {number} of {ranges}")
    size = path.stat().st_size
    start, end = (size * n // ranges for n in (number, number + 1))
    pieces = blocks(path, start, end, threads) if path.suffix == ".bz2" else plain(path, start, end)
    chunks = own_pages(pieces, whole=not start)
    if start:
        first = next(chunks, b"")
        yield from [*head(path), first] if first else [b"<mediawiki>", END]
    yield from chunks


def blocks(path: Path, start: int, end: int, threads: int) -> Iterator[tuple[bool, bytes]]:
    """Yield whether a block of bz2 begins before byte `end`, and its text, from byte `start` on."""
    at = 8 * start
    try:
        for at, text in read_blocks(path, start, threads):
            yield at < 8 * end, text
    except ValueError as error:
        raise damaged(path, error, f"{at // 8:,} bytes") from error


def plain(path: Path, start: int, end: int) -> Iterator[tuple[bool, bytes]]:
    """Yield whether a stretch of plain XML lies before byte `end`, and its bytes, from `start` on."""
    with open(path, "rb") as file:
        file.seek(start)
        while data := file.read(min(CHUNK, end - start) if start < end else CHUNK):
            yield start < end, data
            start += len(data)


def own_pages(pieces: Iterable[tuple[bool, bytes]], whole: bool) -> Iterator[bytes]:
    """Yield the bytes from the first page that begins in pieces of one's own to the first behind them.

    Nothing where none begins there; all from the first byte on with `whole`, as of a file's first range.
    """
    begun, data = whole, b""
    own = 0  # bytes of `data` in which a page of one's own may begin
    for mine, piece in pieces:
        data += piece
        own = len(data) if mine else own
        if not begun and (found := PAGE.search(data)) and found.start() < own:
            begun, data, own = True, data[found.start() :], own - found.start()
        if not begun and len(data) - own >= LONGEST:
            return
        if not mine and (found := PAGE.search(data, own)):
            yield data[: found.start()]
            yield END
            return
        done = max(0, len(data) - LONGEST + 1)  # a tag may go on in the next piece
        if begun and done:
            yield data[:done]
        data, own = data[done:], max(0, own - done)
    if begun:
        yield data


def head(path: Path) -> Iterator[bytes]:
    """Yield what a dump says before its first page."""
    data = b""
    for chunk in read_chunks(path, CHUNK):
        data += chunk
        if found := PAGE.search(data):
            yield data[: found.start()]
            return
