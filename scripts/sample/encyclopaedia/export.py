"""The encyclopaedia as MediaWiki writes it: pages-articles XML, streamed in chunks of pages.

Form: https://www.mediawiki.org/xml/export-0.11.xsd. As in the official multistream dumps, a file is
a row of bz2 streams, which any reader of bz2 takes for one; that lets processes share a file and
still gives the same bytes.
"""

import hashlib
from collections.abc import Iterator
from string import Template
from typing import Any, NamedTuple
from xml.sax.saxutils import escape, quoteattr

import numpy as np

from scripts.common.data import data_yaml
from scripts.common.digest import hash64
from scripts.sample.encyclopaedia.article import write_article
from scripts.sample.encyclopaedia.markup import CATEGORIES, Page
from scripts.sample.tellings.subject import to
from scripts.sample.world.blocks import Key
from scripts.sample.world.draw import Draw
from scripts.sample.world.notation import entries
from scripts.sample.world.world import World

CHUNK = 100  # articles in a bz2 stream
IDS = 10  # page ids set aside for an article and the pages that go with it
DATA = data_yaml(__file__, "export.yaml")
NAMESPACES: dict[int, str] = DATA["namespaces"]
TEMPLATES: dict[str, str] = DATA["templates"]
PAGES: dict[str, dict[str, Any]] = DATA["pages"]
OTHER_TITLES: dict[str, str] = DATA["other_titles"]
PAGE = Template(DATA["page"])
EDITORS, COMMENTS = entries(DATA["editors"]), DATA["comments"]
FOOTER = "</mediawiki>\n"


class Record(NamedTuple):
    """One page: namespace, title, source, and where it points if it is a redirect."""

    namespace: int
    title: str
    text: str
    redirect: str = ""


def header() -> str:
    """The file's head, up to the first page."""
    namespaces = "\n".join(
        f'      <namespace key="{key}" case="first-letter"'
        + (f">{name}</namespace>" if name else " />")
        for key, name in NAMESPACES.items()
    )
    return Template(DATA["head"]).substitute(namespaces=namespaces)


def chunks(start: int, stop: int) -> Iterator[tuple[int, int]]:
    for first in range(start, stop, CHUNK):
        yield first, min(first + CHUNK, stop)


def pages(world: World, number: int) -> Iterator[str]:
    for offset, record in enumerate(records(world, number)):
        yield page_xml(world.seed, IDS * (number + 1) + offset, record)


def records(world: World, number: int) -> Iterator[Record]:
    """An article, and now and then a redirect, a disambiguation or a page of another namespace."""
    key = world.key(number)
    draw = Draw(world.seed, "pages", number)
    facts = world.facts(key)
    title = facts["title"]
    yield Record(0, title, Page(world, write_article(world, key)).text())
    if draw.chance(0.35):
        other = OTHER_TITLES.get(key.kind, "{title} ({kind})")
        text = f"#REDIRECT [[{title}]]\n\n{{{{R from alternative name}}}}"
        yield Record(0, other.format_map(facts | {"kind": key.kind}), text, title)
    if key.kind == "person" and key.number % 4 == 0:
        yield disambiguation(world, key)
    if draw.chance(0.05):
        yield further("talk", title=title, category=CATEGORIES[key.kind])
    if draw.chance(0.03):
        yield further("file", title=title.replace(",", ""))
    if key.kind == "province":
        yield further("topics", title=title, capital=world.title(facts["capital"]))
        for name in list(CATEGORIES.values())[:4]:
            yield further("category", name=name, title=title)
    if number == 0:
        yield further("project")
    if number < len(TEMPLATES):
        name, text = list(TEMPLATES.items())[number]
        yield Record(10, f"Template:{name}", text)


def further(kind: str, **values: str) -> Record:
    """A page of another namespace that goes with an article."""
    page = PAGES[kind]
    title, text = (Template(page[part]).substitute(values) for part in ("title", "text"))
    return Record(page["namespace"], title, text)


def disambiguation(world: World, father: Key) -> Record:
    surname = world.facts(father)["surname"]
    page = Page(world, write_article(world, father))
    rows = []
    for person in (father._replace(number=father.number + member) for member in range(4)):
        facts = world.facts(person)
        born, died = facts["born"], facts["died"]
        years = f"{born}\u2013{died}" if died else f"born {born}"
        rows.append(f"* {page.render(to(world, person), True)} ({years}), {facts['trade']}")
    return further("disambiguation", surname=surname, rows="\n".join(rows))


def page_xml(seed: int, page_id: int, record: Record) -> str:
    draw = Draw(seed, "revision", page_id)
    revision = 1_000_000 + page_id * 7 + draw.below(7)
    month = f"20{draw.between(10, 24)}-{draw.between(1, 12):02}"
    day = f"{draw.between(1, 28):02}T{draw.below(24):02}:{draw.below(60):02}:{draw.below(60):02}Z"
    if draw.chance(0.1):
        contributor = f"<ip>192.0.2.{draw.below(256)}</ip>"
    else:
        name = draw.pick(EDITORS)
        number = hash64(name) % 90000
        contributor = f"<username>{escape(name)}</username>\n        <id>{number}</id>"
    comment = draw.pick(COMMENTS)
    sha1 = hashlib.sha1(record.text.encode(), usedforsecurity=False)
    target = f"\n    <redirect title={quoteattr(record.redirect)} />" if record.redirect else ""
    return PAGE.substitute(
        title=escape(record.title),
        namespace=record.namespace,
        id=page_id,
        redirect=target,
        revision=revision,
        parent=revision - 1,
        time=f"{month}-{day}",
        contributor=contributor,
        comment=f"\n      <comment>{escape(comment)}</comment>" if comment else "",
        size=len(record.text.encode()),
        sha1=np.base_repr(int(sha1.hexdigest(), 16), 36).lower().rjust(31, "0"),
        text=escape(record.text),
    )
