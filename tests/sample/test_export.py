"""The dumps: valid, complete in their markup, the same pages whatever the world's size."""

import bz2
import hashlib
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from scripts.sample.encyclopaedia import export
from scripts.sample.world.world import World
from tests.sample.small_world import ARTICLES

EXPORT = "{http://www.mediawiki.org/xml/export-0.11/}"


def parsed(file: Path) -> ET.Element:
    return ET.fromstring(bz2.decompress(file.read_bytes()))


@pytest.fixture(scope="module")
def pages(dumps) -> list[ET.Element]:
    return [page for file in dumps for page in parsed(file).iter(f"{EXPORT}page")]


def value(page: ET.Element, path: str) -> str:
    return page.findtext("/".join(EXPORT + step for step in path.split("/"))) or ""


def articles(pages: list[ET.Element]) -> list[ET.Element]:
    return [
        page
        for page in pages
        if value(page, "ns") == "0"
        and page.find(f"{EXPORT}redirect") is None
        and "(disambiguation)" not in value(page, "title")
    ]


def test_each_part_is_a_whole_dump_and_has_its_share(dumps):
    for file in dumps:
        root = parsed(file)
        assert root.tag == f"{EXPORT}mediawiki"
        assert root[0].tag == f"{EXPORT}siteinfo"
        names = {each.get("key"): each.text for each in root[0].iter(f"{EXPORT}namespace")}
        assert names["0"] is None
        assert names["10"] == "Template"
        assert len(articles(list(root.iter(f"{EXPORT}page")))) == ARTICLES // 2


def test_pages_have_what_the_export_form_asks_for(pages):
    ids = [int(value(page, "id")) for page in pages]
    assert ids == sorted(set(ids))
    for page in pages:
        text = value(page, "revision/text")
        attributes = page.find(f"{EXPORT}revision/{EXPORT}text").attrib
        assert int(attributes["bytes"]) == len(text.encode())
        sha1 = value(page, "revision/sha1")
        assert attributes["sha1"] == sha1
        assert len(sha1) == 31
        assert int(sha1, 36) == int(hashlib.sha1(text.encode()).hexdigest(), 16)
        assert value(page, "revision/model") == "wikitext"
        assert value(page, "revision/timestamp").endswith("Z")
        assert value(page, "revision/contributor/username") or value(
            page, "revision/contributor/ip"
        )


def test_titles_are_unique_and_redirects_lead_to_articles(pages):
    titles = [value(page, "title") for page in pages]
    assert len(titles) == len(set(titles))
    targets = [page.find(f"{EXPORT}redirect") for page in pages]
    targets = [each.get("title") for each in targets if each is not None]
    assert len(targets) > ARTICLES / 5
    assert set(targets) <= set(titles)


def test_other_namespaces_carry_their_prefix(pages):
    seen = {value(page, "ns") for page in pages}
    assert seen >= {"0", "1", "4", "10", "14"}
    for page in pages:
        name = export.NAMESPACES[int(value(page, "ns"))]
        assert value(page, "title").startswith(f"{name}:" if name else "")


@pytest.mark.parametrize(
    "construct",
    [
        "#REDIRECT [[", "{{disambiguation", '{| class="wikitable', "{{Infobox person", "{{convert|", "{{nowrap|",
        "{{abbr|", "{{lang|la|", "{{cite book|", "{{circa|", "{{spaced ndash}}", "{{IPAc-en|", "{{quote|", "{{reflist}}",
        "<ref>", '<ref name="', '" />', "<math>", "<gallery>", "<!--", "&nbsp;", "&amp;", "[[File:", "[[Category:",
        "[https://", "\n* ", "\n# ", "\n; ", "\n: ", "\n:<math>", "== ", "=== ", "'''", "''", "{{DEFAULTSORT:", "-stub}}",
        "{{citation needed", "{{Short description|", "<includeonly>",
    ],
)  # fmt: skip
def test_every_construct_occurs(pages, construct):
    assert any(construct in value(page, "revision/text") for page in pages)


def test_markup_is_balanced(pages):
    for page in pages:
        text = value(page, "revision/text")
        for opening, closing in (
            ("{{", "}}"),
            ("[[", "]]"),
            ("<math>", "</math>"),
            ("<!--", "-->"),
        ):
            assert text.count(opening) == text.count(closing), value(page, "title")
        assert text.count("<ref") == text.count("</ref>") + text.count('" />'), value(page, "title")
        assert not set(text) & set("\x02\x03\x1f")


def test_a_page_links_a_thing_once_in_its_running_text(pages):
    for page in articles(pages):
        text = value(page, "revision/text")
        running = [part for part in text.split("\n") if part[:1].isalpha() or part[:3] == "'''"]
        links = [link.split("]]")[0].split("|")[0] for link in "\n".join(running).split("[[")[1:]]
        assert len(links) == len(set(links)), value(page, "title")


def test_a_larger_world_begins_with_the_smaller():
    """What scale adds is more pages: those of a small world stay as they are."""
    small, large = World(3), World(3)
    for _ in export.pages(large, 5000):
        pass
    assert list(export.pages(small, 11)) == list(export.pages(large, 11))


def test_another_seed_is_another_world():
    mine, other = (
        {world.title(world.key(number)) for number in range(ARTICLES)}
        for world in (World(7), World(8))
    )
    assert len(mine & other) < 20


def test_chunks_cover_the_articles_in_order():
    assert list(export.chunks(150, 360)) == [(150, 250), (250, 350), (350, 360)]
