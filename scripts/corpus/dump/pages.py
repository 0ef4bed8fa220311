"""Pages of a MediaWiki XML export, read as a stream."""

import queue
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.parsers import expat

from scripts.common.errors import UserError
from scripts.common.threads import check_threads
from scripts.corpus.dump.ranges import range_chunks


@dataclass
class Site:
    """What a dump says of its wiki; a dump cut out of another may say nothing."""

    base: str = ""
    namespaces: dict[int, str] = field(default_factory=dict)


@dataclass
class Page:
    """A page with the wikitext of its newest revision; `namespace` is None where none is stated."""

    id: str = ""
    title: str = ""
    namespace: int | None = None
    redirect: bool = False
    model: str = "wikitext"
    text: str = ""
    timestamp: str = ""


class PageParser:
    """Collects pages from pieces of XML; a page enters `pages` when its end has been seen."""

    def __init__(self) -> None:
        self.site = Site()
        self.pages: list[Page] = []
        self.page = Page()
        self.revision = Page()
        self.path: list[str] = []
        self.pieces: list[str] = []
        self.attributes: dict[str, str] = {}
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.buffer_size = 1 << 16
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.EntityDeclHandler = self.refuse_entity

    # Of a <content>, a second slot beside the page's own text, nothing is taken.
    WANTED = frozenset(["title", "ns", "id", "timestamp", "model", "text", "base", "namespace"])

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if not self.path and name != "mediawiki":
            raise ValueError(f"not a MediaWiki export: its root element is <{name}>")
        self.path.append(name)
        if name in self.WANTED:
            self.attributes = attributes
            self.pieces = []
            self.parser.CharacterDataHandler = self.pieces.append
        elif name == "page":
            self.page = Page()
        elif name == "redirect":
            self.page.redirect = True
        elif name == "revision":
            self.revision = Page()

    def end(self, name: str) -> None:
        path = self.path
        path.pop()
        if name == "page":
            self.pages.append(self.page)
        elif name == "revision" and self.revision.timestamp >= self.page.timestamp:
            for key in ("timestamp", "model", "text"):
                setattr(self.page, key, getattr(self.revision, key))
        if name not in self.WANTED:
            return
        self.parser.CharacterDataHandler = None
        value = "".join(self.pieces)
        parent = path[-1] if path else ""
        if parent == "page" and name == "ns":
            self.page.namespace = int(value)
        elif parent == "page":
            setattr(self.page, name, value)
        elif parent == "revision" and name != "id":
            setattr(self.revision, name, value)
        elif name == "base":
            self.site.base = value
        elif name == "namespace":
            self.site.namespaces[int(self.attributes.get("key", "0"))] = value

    def refuse_entity(self, *declaration: Any) -> None:
        raise ValueError("it declares entities, which no MediaWiki export does")

    def feed(self, data: bytes, last: bool = False) -> list[Page]:
        self.parser.Parse(data, last)
        pages, self.pages = self.pages, []
        return pages


def read_pages(
    path: Path | str, threads: int = 1, number: int = 0, ranges: int = 1
) -> Iterator[tuple[Site, Page]]:
    """Yield a dump's pages in order, or a range's, each with what it has said of its site so far.

    More than one of `threads` decompress beside the caller. Raises UserError where so many are not
    allowed, and, naming the file, where it is missing, truncated, corrupt, or not a MediaWiki export.
    """
    parser = PageParser()
    last = None
    chunks = range_chunks(Path(path), number, ranges, threads)
    check_threads(threads + 2)  # one finds blocks, one reads ahead
    if threads > 1:
        chunks = read_ahead(chunks)
    try:
        for chunk in chunks:
            for last in parser.feed(chunk):
                yield parser.site, last
        for last in parser.feed(b"", last=True):
            yield parser.site, last
    except (expat.ExpatError, LookupError, ValueError) as error:
        last = parser.pages[-1] if parser.pages else last
        where = f"after page {last.id} ({last.title})" if last else "before the first page"
        raise UserError(
            f"{path}: damaged or not a MediaWiki dump, {where}: {error}; fetch it anew"
        ) from error


def read_ahead(chunks: Iterator[bytes], depth: int = 16) -> Iterator[bytes]:
    """Yield from `chunks`, which a thread reads up to `depth` items ahead."""
    ready: queue.SimpleQueue = queue.SimpleQueue()
    room = threading.Semaphore(depth)
    closed = threading.Event()

    def fill() -> None:
        try:
            for chunk in chunks:
                room.acquire()
                if closed.is_set():
                    return
                ready.put(chunk)
            ready.put(None)
        except BaseException as error:
            ready.put(error)

    thread = threading.Thread(target=fill, daemon=True)
    thread.start()
    try:
        while (item := ready.get()) is not None:
            if isinstance(item, BaseException):
                raise item
            yield item
            room.release()
    finally:
        closed.set()
        room.release()
        thread.join()
