"""Small dumps in MediaWiki's export format, made by hand."""

import bz2
import gzip
from collections.abc import Iterator
from pathlib import Path
from xml.sax.saxutils import escape

import zstandard

from scripts.common.text import read_lines
from scripts.corpus.files.articles import Article, from_line

HEAD = """<mediawiki xmlns="http://www.mediawiki.org/xml/export-0.11/" version="0.11" xml:lang="en">
  <siteinfo>
    <sitename>Wikipedia</sitename>
    <base>https://en.wikipedia.org/wiki/Main_Page</base>
    <namespaces>
      <namespace key="-1" case="first-letter">Special</namespace>
      <namespace key="0" case="first-letter" />
      <namespace key="6" case="first-letter">File</namespace>
      <namespace key="10" case="first-letter">Template</namespace>
      <namespace key="12" case="first-letter">Help</namespace>
      <namespace key="14" case="first-letter">Category</namespace>
    </namespaces>
  </siteinfo>
"""
BARE = '<mediawiki xmlns="http://www.mediawiki.org/xml/export-0.11/" version="0.11">\n'

COMPRESS = {
    ".xml": lambda data: data,
    ".xml.bz2": bz2.compress,
    ".xml.gz": gzip.compress,
    ".xml.zst": zstandard.ZstdCompressor().compress,
}

# An article of some length, of which the number makes each one different.
ARTICLE = """'''Place {0}''' is a [[town]] in the north.<ref>Somebody, ''Book''.</ref> It has {{{{convert|{0}|km2|sqmi}}}} of land.

== History ==
The town was founded in {0}. Its first mayor was [[John Doe|Doe]], who came from the south.

== References ==
{{{{reflist}}}}
"""


def page(number: int, title: str, text: str, extra: str = "", namespace: int | None = 0) -> str:
    """One page as XML; `extra` goes before its revision."""
    stated = "" if namespace is None else f"<ns>{namespace}</ns>"
    return (
        f"  <page>\n    <title>{escape(title)}</title>\n    {stated}<id>{number}</id>\n    {extra}"
        f"<revision><id>{number + 1000}</id><contributor><id>7</id></contributor>\n"
        f'      <model>wikitext</model><text xml:space="preserve">{escape(text)}</text>\n'
        "    </revision>\n  </page>\n"
    )


def dump(*pages: str, head: str = HEAD) -> bytes:
    """A dump of these pages."""
    return f"{head}{''.join(pages)}</mediawiki>\n".encode()


def articles(*texts: str) -> bytes:
    """A dump of articles with these texts, called "Title 1" and so on."""
    return dump(*(page(number, f"Title {number}", text) for number, text in enumerate(texts, 1)))


def many(count: int) -> bytes:
    """A dump of so many different articles."""
    return articles(*(ARTICLE.format(number) for number in range(1, count + 1)))


def write(path: Path, data: bytes) -> Path:
    """Write a dump, compressed as its name says."""
    ending = next(
        ending
        for ending in (".xml.bz2", ".xml.gz", ".xml.zst", ".xml")
        if path.name.endswith(ending)
    )
    path.write_bytes(COMPRESS[ending](data))
    return path


def read_articles(path: Path) -> Iterator[Article]:
    """The articles of a file, as split_sentences reads them."""
    for number, line in enumerate(read_lines(path), 1):
        if line.strip():
            yield from_line(line, path, number)
