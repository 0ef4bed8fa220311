"""Dumps that benchmarks make: the same pages in one file and in parts, no two of them the same."""

import bz2
import re
from pathlib import Path

from tests.benchmarks import dumps
from tests.benchmarks.dumps import PAGE, write_dumps

PAGES = "".join(
    f"  <page>\n    <title>T{n}</title>\n    <id>{n}</id>\n    <revision>\n      <id>{n}5</id>\n"
    f"      <text bytes='9'>{text}</text>\n    </revision>\n  </page>\n"
    for n, text in enumerate(["Some words. " * 200, "#REDIRECT [[T0]]", "More words. " * 200])
)


def test_parts_have_the_pages_of_the_whole(tmp_path: Path, monkeypatch):
    source = tmp_path / "small.xml.bz2"
    source.write_bytes(bz2.compress(f"<mediawiki>\n{PAGES}</mediawiki>\n".encode()))
    one, parts = tmp_path / "one.xml.bz2", [tmp_path / f"{n}.xml.bz2" for n in range(4)]
    monkeypatch.setattr(dumps, "STREAM", 200)
    size = write_dumps(source, 0.1, one, parts)
    whole = bz2.decompress(one.read_bytes()).decode()
    assert size * 1e6 == sum(len(page) for page in PAGE.findall(whole)) >= 0.1e6
    read = [bz2.decompress(part.read_bytes()).decode() for part in parts]
    assert all(text.startswith("<mediawiki>\n") for text in [whole, *read])
    assert all(text.endswith("</mediawiki>\n") for text in [whole, *read])
    pages = [PAGE.findall(text) for text in read]
    assert [page for part in pages for page in part] == PAGE.findall(whole)
    assert all(abs(len("".join(part)) - 25_000) < 4000 for part in pages)


def test_no_two_pages_are_the_same(tmp_path: Path):
    source, one = tmp_path / "small.xml.bz2", tmp_path / "one.xml.bz2"
    source.write_bytes(bz2.compress(f"<mediawiki>\n{PAGES}</mediawiki>\n".encode()))
    write_dumps(source, 0.02, one, processes=1)
    pages = PAGE.findall(bz2.decompress(one.read_bytes()).decode())
    ids = [int(re.search(r"<id>(\d+)</id>", page)[1]) for page in pages]
    assert ids == list(range(1, len(pages) + 1))
    for part in ("title", "text"):
        found = [re.search(rf"<{part}[^>]*>(.*?)</{part}>", page, re.DOTALL)[1] for page in pages]
        found = [text for text in found if not text.startswith("#REDIRECT")]
        assert len(set(found)) == len(found) > 3
