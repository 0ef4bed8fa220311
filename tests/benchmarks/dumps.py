"""Dumps of any size, as one file and as parts that hold the same pages in the same order.

The pages of a small dump are repeated, each with an id, a title and a first sentence of its own, in bz2 streams
of a megabyte of XML, as Wikimedia's multistream dumps have them. Each stream is compressed once, by one
of several processes, and written into both.
"""

import bz2
import re
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from scripts.common.pool import ordered_map
from scripts.common.text import read_chunks

PAGE = re.compile(r"  <page>.*?</page>\n", re.DOTALL)
ID = re.compile(r"<id>\d+</id>")
TEXT = re.compile(r"(<text[^>]*>)(?!\s*#)")  # not of a redirect
STREAM = 1 << 20  # characters of XML
LEVEL = 9  # of compression, as real dumps have it; 1 is a tenth faster
END = "</mediawiki>\n"


@dataclass
class Pages:
    """The head of a dump, and its pages in groups that become a stream each."""

    head: str
    groups: list[list[str]]


def read_dump(source: Path) -> Pages:
    """A dump's pages."""
    text = b"".join(read_chunks(source)).decode()
    groups: list[list[str]] = [[]]
    for page in PAGE.findall(text):
        if sum(map(len, groups[-1])) + len(page) > STREAM and groups[-1]:
            groups.append([])
        groups[-1].append(page)
    return Pages(text[: text.index("  <page>")], groups)


def write_dumps(
    source: Path, megabytes: float, one: Path, parts: Sequence[Path] = (), processes: int = 2
) -> float:
    """Write a dump of about so many MB of XML as one file and as parts; return how many MB it has."""
    pages = read_dump(source)
    size, number = 0, 0
    with ExitStack() as stack:
        whole = stack.enter_context(open(one, "wb"))
        files = [stack.enter_context(open(part, "wb")) for part in parts]
        for file in (whole, *files):
            file.write(bz2.compress(pages.head.encode()))
        work = needed(pages, megabytes * 1e6)
        for data, length in ordered_map(partial(stream, pages), work, processes):
            while number + 1 < len(files) and size >= (number + 1) / len(files) * megabytes * 1e6:
                number += 1
            for file in (whole, *files[number : number + 1]):
                file.write(data)
            size += length
        for file in (whole, *files):
            file.write(bz2.compress(END.encode()))
    return size / 1e6


def needed(pages: Pages, size: float) -> Iterator[tuple[int, int]]:
    """Copies and groups of pages, by their numbers, until they have about so many bytes."""
    copy = 0
    while True:
        for number, group in enumerate(pages.groups):
            if size <= 0:
                return
            yield copy, number
            size -= sum(len(page) for page in group)
        copy += 1


def stream(pages: Pages, which: tuple[int, int]) -> tuple[bytes, int]:
    """A copy of a group of pages, compressed, and its length before that."""
    copy, number = which
    before = copy * sum(map(len, pages.groups)) + sum(map(len, pages.groups[:number]))
    group = enumerate(pages.groups[number], before + 1)
    data = "".join(renumbered(page, own, copy) for own, page in group).encode()
    return bz2.compress(data, LEVEL), len(data)


def renumbered(page: str, number: int, copy: int) -> str:
    """A page as one of its own: with an id, a title and a text that no other has."""
    page = page.replace("</title>", f" {copy}</title>", 1)
    page = ID.sub(f"<id>{number}</id>", page, count=1)
    return TEXT.sub(rf"\1This is copy {copy} of the article.\n\n", page, count=1)
