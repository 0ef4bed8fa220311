"""The dumps: valid, complete in their markup, the same bytes each time, streamed."""

import bz2
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from scripts.common.errors import UserError
from scripts.sample import make_sample as step
from scripts.sample.encyclopaedia import export
from scripts.sample.make_sample import make_sample
from scripts.sample.world.world import World

EXPORT = "{http://www.mediawiki.org/xml/export-0.11/}"
ARTICLES = 260  # three streams of the usual size, the last one not full


@pytest.fixture(scope="module")
def dumps(tmp_path_factory) -> list[Path]:
    folder = tmp_path_factory.mktemp("dumps")
    files = [folder / "one.xml.bz2", folder / "two.xml.bz2"]
    make_sample(7, ARTICLES, files, None, processes=1)
    return files


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
        assert attributes["sha1"] == value(page, "revision/sha1") == export.sha1_base36(text)
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


def test_the_same_bytes_on_any_number_of_processes(dumps, tmp_path):
    files = [tmp_path / "one.xml.bz2", tmp_path / "two.xml.bz2"]
    make_sample(7, ARTICLES, files, None, processes=3)
    assert [file.read_bytes() for file in files] == [file.read_bytes() for file in dumps]


def test_another_seed_is_another_world(pages, tmp_path):
    make_sample(8, 100, [tmp_path / "a.xml.bz2"], None, processes=1)
    other = parsed(tmp_path / "a.xml.bz2").iter(f"{EXPORT}page")
    titles = {value(page, "title") for page in articles(pages)}
    assert len(titles & {value(page, "title") for page in articles(list(other))}) < 20


def test_a_larger_world_begins_with_the_smaller():
    """What scale adds is more pages: those of a small world stay as they are."""
    small, large = World(3), World(3)
    for _ in export.pages(large, 5000):
        pass
    assert list(export.pages(small, 11)) == list(export.pages(large, 11))


def test_few_streams_wait_whatever_the_size():
    """The pool is asked for streams only as they are written, so memory does not grow."""
    asked, written = 0, 0

    class Pool:
        def submit(self, function, seed, start, stop):
            nonlocal asked
            asked += 1
            return self

        def result(self):
            return b""

    for _ in step.in_order(Pool(), 1, export.chunks(0, 1_000_000), ahead=4):
        assert asked - written <= 5
        written += 1
    assert written == 1_000_000 // export.CHUNK


def test_facts_kept_by_a_world_are_bounded():
    world = World(1)
    assert world.facts.cache_info().maxsize is not None


def test_too_small_a_world_is_refused(tmp_path):
    with pytest.raises(UserError, match="--articles 10"):
        make_sample(1, 10, [tmp_path / "a.xml.bz2"], None, processes=1)
    assert not list(tmp_path.iterdir())


def test_a_failure_leaves_nothing_under_the_final_name(tmp_path, monkeypatch):
    monkeypatch.setattr(step, "FOOTER", None)
    with pytest.raises(AttributeError):
        make_sample(1, 100, [tmp_path / "a.xml.bz2"], None, processes=1)
    assert not list(tmp_path.iterdir())


def test_the_command_line(tmp_path):
    def call(*arguments):
        return subprocess.run(
            [sys.executable, "-m", "scripts.sample.make_sample", *arguments],
            capture_output=True,
            text=True,
        )

    done = call("--seed", "1", "--articles", "100", "--dump", str(tmp_path / "d" / "a.xml.bz2"))
    assert done.returncode == 0, done.stderr
    assert bz2.decompress((tmp_path / "d" / "a.xml.bz2").read_bytes())[:10] == b"<mediawiki"
    refused = call("--seed", "1", "--articles", "99", "--glue", str(tmp_path / "g"))
    assert refused.returncode == 1
    assert refused.stderr.strip().count("\n") == 0
    assert not (tmp_path / "g").exists()
