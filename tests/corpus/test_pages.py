import bz2
import threading

import pytest

from scripts.common.errors import UserError
from scripts.corpus.dump.pages import read_ahead, read_pages
from tests.corpus.dumps import BARE, COMPRESS, dump, many, page, write


def titles(path, threads=1):
    return [page.title for _, page in read_pages(path, threads)]


@pytest.mark.parametrize("threads", [1, 3])
@pytest.mark.parametrize("ending", COMPRESS)
def test_reads_every_compression(tmp_path, ending, threads):
    path = write(tmp_path / f"d{ending}", many(50))
    assert titles(path, threads) == [f"Title {number}" for number in range(1, 51)]


@pytest.mark.parametrize("threads", [1, 3])
def test_reads_the_streams_of_a_multistream_file(tmp_path, threads):
    head, *rest = many(40).decode().split("  <page>")
    streams = [head, *(f"  <page>{text}" for text in rest)]
    path = tmp_path / "d.xml.bz2"
    path.write_bytes(b"".join(bz2.compress(stream.encode()) for stream in streams))
    assert len(titles(path, threads)) == 40


def test_reads_what_a_page_and_its_site_say(tmp_path):
    text = "A & B\n<ref>x</ref>"
    extra = '<redirect title="Elsewhere" />'
    data = dump(page(5, "T & U", text), page(6, "R", "x", extra), page(7, "C", "y", namespace=14))
    (site, first), (_, second), (_, third) = read_pages(write(tmp_path / "d.xml", data))
    assert (first.id, first.title, first.namespace, first.text) == ("5", "T & U", 0, text)
    assert (first.model, first.redirect, second.redirect) == ("wikitext", False, True)
    assert third.namespace == 14
    assert site.base == "https://en.wikipedia.org/wiki/Main_Page"
    assert site.namespaces[6] == "File"


def test_reads_an_export_that_says_nothing_of_its_site(tmp_path):
    path = write(tmp_path / "d.xml", dump(page(1, "A", "x", namespace=None), head=BARE))
    ((site, first),) = read_pages(path)
    assert (site.base, site.namespaces, first.namespace) == ("", {}, None)


def test_takes_the_last_of_several_revisions(tmp_path):
    data = dump(page(1, "A", "old")).decode()
    revision = data[data.index("<revision>") : data.index("</revision>") + len("</revision>")]
    data = data.replace(revision, revision + revision.replace("old", "new"))
    ((_, first),) = read_pages(write(tmp_path / "d.xml", data.encode()))
    assert (first.id, first.text) == ("1", "new")


def test_takes_the_newest_of_several_revisions_by_its_time(tmp_path):
    data = dump(page(1, "A", "new")).decode()
    revision = data[data.index("<revision>") : data.index("</revision>") + len("</revision>")]
    new, old = (
        revision.replace(
            "<contributor>", f"<timestamp>{year}-01-31T00:00:00Z</timestamp><contributor>"
        )
        for year in (2012, 2009)
    )
    data = data.replace(revision, new + old.replace("new", "old").replace("wikitext", "json"))
    ((_, first),) = read_pages(write(tmp_path / "d.xml", data.encode()))
    assert (first.id, first.model, first.text) == ("1", "wikitext", "new")


def test_a_second_slot_is_not_the_page(tmp_path):
    slot = "<content><role>mediainfo</role><model>json</model><text>{}</text></content></revision>"
    data = dump(page(1, "A", "x")).replace(b"</revision>", slot.encode())
    ((_, first),) = read_pages(write(tmp_path / "d.xml", data))
    assert (first.model, first.text) == ("wikitext", "x")


def test_a_deleted_text_is_empty_and_not_the_one_before(tmp_path):
    data = dump(page(1, "A", "x"), page(2, "B", "y")).decode()
    data = data.replace('<text xml:space="preserve">y</text>', '<text bytes="0" />')
    assert [page.text for _, page in read_pages(write(tmp_path / "d.xml", data.encode()))] == [
        "x",
        "",
    ]


@pytest.mark.parametrize("threads", [1, 3])
@pytest.mark.parametrize("share", [0.05, 0.5, 0.99])
@pytest.mark.parametrize("ending", COMPRESS)
def test_a_truncated_dump_is_an_error_that_names_it(tmp_path, ending, share, threads):
    path = write(tmp_path / f"d{ending}", many(300))
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(UserError, match=rf"d{ending}: "):
        titles(path, threads)


@pytest.mark.parametrize("threads", [1, 3])
@pytest.mark.parametrize("ending", [".xml.bz2", ".xml.gz", ".xml.zst"])
def test_a_corrupt_dump_is_an_error_that_names_it(tmp_path, ending, threads):
    path = write(tmp_path / f"d{ending}", many(300))
    data = bytearray(path.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 8] = b"\xff" * 8
    path.write_bytes(data)
    with pytest.raises(UserError, match=rf"d{ending}: "):
        titles(path, threads)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (many(3).replace(b"</text>", b"", 1), "mismatched tag"),
        (b"", "before the first page"),
        (b"hello", "before the first page"),
        (b"<html><page/></html>", "root element is <html>"),
        (many(3) + many(3), "after page 3"),
        (many(3).replace(b"<ns>0</ns>", b"<ns>main</ns>"), "main"),
        (many(3).replace(b"town", b"to\x00wn"), "not well-formed"),
        (many(3).replace(b"town", b"to\xffwn"), "not well-formed"),
        (b'<!DOCTYPE m [<!ENTITY a "b">]>' + many(1), "entities"),
        (b'<?xml version="1.0" encoding="none"?>' + many(1), "unknown encoding: none"),
    ],
)
def test_malformed_xml_is_an_error_that_names_the_file(tmp_path, data, message):
    path = tmp_path / "d.xml"
    path.write_bytes(data)
    with pytest.raises(UserError, match=message) as caught:
        titles(path)
    assert str(caught.value).startswith(f"{path}: ")


def test_a_missing_dump_is_an_error(tmp_path):
    with pytest.raises(UserError, match="no such file"):
        titles(tmp_path / "none.xml")


def test_reading_ahead_stops_with_its_reader():
    taken = []

    def chunks():
        for number in range(1000):
            taken.append(number)
            yield number

    reader = read_ahead(chunks(), depth=4)
    assert next(reader) == 0
    reader.close()
    assert len(taken) < 20


def test_a_bz2_file_that_several_threads_find_cut_ends_too_early(tmp_path):
    path = write(tmp_path / "d.xml.bz2", many(300))
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(UserError, match=r"d\.xml\.bz2: .*it ends in the middle of"):
        titles(path, 3)


@pytest.mark.parametrize("message", ["can't start new thread", "Cannot allocate memory"])
def test_threads_that_are_not_allowed_are_said(tmp_path, monkeypatch, message):
    def refuse(thread):
        raise RuntimeError(message)

    monkeypatch.setattr(threading.Thread, "start", refuse)
    with pytest.raises(UserError, match=r"give the step more|allow more") as caught:
        titles(write(tmp_path / "d.xml.bz2", many(3)), 3)
    assert "d.xml" not in str(caught.value)
