"""A dump read in ranges has the pages of the whole, and damage is found wherever it is cut."""

import bz2
import functools
import itertools
import random
import re
from contextlib import suppress

import pytest

from scripts.common.errors import UserError
from scripts.corpus.dump import bzip2
from scripts.corpus.dump.bzip2 import BLOCK, FOOTER, decompress, find_marks
from scripts.corpus.dump.pages import read_pages
from scripts.corpus.dump.ranges import END, PAGE, own_pages
from tests.corpus.dumps import BARE, dump, page

DRAW = random.Random(1)
PAGES = [
    page(n, f"Title {n}", DRAW.randbytes(DRAW.choice([9, 900, 40_000])).hex()) for n in range(40)
]
XML = dump(*PAGES)


@functools.cache
def single(data: bytes) -> bytes:
    """One stream of blocks of 100 kB."""
    return bz2.compress(data, 1)


@functools.cache
def multistream(data: bytes) -> bytes:
    """Streams of some kilobytes, as pbzip2 cuts them, with empty ones between."""
    pieces = [data[at : at + 70_000] for at in range(0, len(data), 70_000)]
    return b"".join(bz2.compress(piece, 9) + bz2.compress(b"") for piece in pieces)


FORMS = {"plain.xml": bytes, "one.xml.bz2": single, "streams.xml.bz2": multistream}


def ids(path, count, threads=1):
    return [
        [(page.id, len(page.text), site.base) for site, page in read_pages(path, threads, n, count)]
        for n in range(count)
    ]


@pytest.fixture(scope="module")
def whole(files):
    """The pages of the dump, which its forms do not differ in."""
    one, *others = (ids(files / name, 1)[0] for name in FORMS)
    assert all(other == one for other in others)
    return one


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """The same dump in each form."""
    folder = tmp_path_factory.mktemp("dumps")
    for name, form in FORMS.items():
        (folder / name).write_bytes(form(XML))
    return folder


@pytest.mark.parametrize("count", [2, 3, 7, 16])
@pytest.mark.parametrize("name", FORMS)
def test_ranges_have_the_pages_of_the_whole_in_order(files, whole, name, count):
    found = ids(files / name, count, threads=2)
    assert list(itertools.chain(*found)) == whole
    assert sum(map(bool, found)) > count // 2


def test_a_range_within_a_page_has_none_and_all_know_the_site(tmp_path):
    path = tmp_path / "d.xml"
    path.write_bytes(dump(page(1, "A", "x" * 5000), page(2, "B", "y")))
    found = ids(path, 8)
    base = "https://en.wikipedia.org/wiki/Main_Page"
    assert [len(own) for own in found].count(0) >= 5
    assert list(itertools.chain(*found)) == [("1", 5000, base), ("2", 1, base)]


@pytest.mark.parametrize("count", [2, 999])
def test_a_dump_that_is_smaller_than_its_ranges(tmp_path, count):
    path = tmp_path / "d.xml"
    path.write_bytes(dump(page(1, "A", "x"), head=BARE))
    assert list(itertools.chain(*ids(path, count))) == [("1", 1, "")]


@pytest.mark.parametrize("cut", range(120))
def test_a_page_belongs_to_where_its_tag_begins(cut):
    data = b"<mediawiki> <page><a/></page>\n<page ><b/></page> <pages/> <page>c</page></mediawiki>"
    cut = min(cut, len(data))
    for size in (1, 3, 50):
        pieces = [(start, data[start : min(start + size, cut)]) for start in range(0, cut, size)]
        rest = [(start, data[start : start + size]) for start in range(cut, len(data), size)]
        one = [(True, piece) for _, piece in pieces] + [(False, piece) for _, piece in rest]
        two = [(True, piece) for _, piece in rest]
        first = b"".join(own_pages(one, whole=True))
        second = b"".join(own_pages(two, whole=False))
        assert first.removesuffix(END) + second == data.removesuffix(END if not second else b"")
        begun = sum(tag.start() < cut for tag in PAGE.finditer(data))
        assert len(PAGE.findall(first)) == begun
        assert len(PAGE.findall(second)) == 3 - begun


@pytest.mark.parametrize("name", FORMS)
@pytest.mark.parametrize("share", [0.1, 0.5, 0.97])
def test_a_truncated_dump_is_an_error_of_one_of_its_ranges(files, tmp_path, name, share):
    data = (files / name).read_bytes()
    path = tmp_path / name
    path.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(UserError, match=name):
        ids(path, 4)


@pytest.mark.parametrize("text", ["<!-- <page> -->", "<![CDATA[<page>]]>"])
def test_a_tag_that_is_none_is_refused_where_it_ends_a_range(tmp_path, text):
    path = tmp_path / "d.xml"
    around = [page(1, "A", "x" * 900), text, page(2, "B", "y" * 900)]
    path.write_bytes(dump(*around, head=BARE))
    assert [own[0] for own in ids(path, 1)[0]] == ["1", "2"]
    refused = 0
    for count in range(2, 30):
        try:
            assert list(itertools.chain(*ids(path, count))) == ids(path, 1)[0]
        except UserError as error:
            refused += "after page 1" in str(error)
    assert refused


@pytest.mark.parametrize("form", [single, multistream])
@pytest.mark.parametrize("seed", range(12))
def test_a_damaged_bit_is_found_or_changes_nothing(tmp_path, whole, form, seed):
    """Any bit, with the places where ranges and blocks begin more often than others."""
    draw = random.Random(seed)
    data = bytearray(form(XML))
    path = tmp_path / "d.xml.bz2"
    path.write_bytes(data)
    with open(path, "rb") as file:
        marks = list(find_marks(file, 0))
    bit = draw.choice(
        [*(mark + draw.randrange(100) for mark in marks[-30:]), draw.randrange(8 * len(data))]
    )
    data[bit // 8 % len(data)] ^= 0x80 >> bit % 8
    path.write_bytes(data)
    with suppress(UserError):
        assert list(itertools.chain(*ids(path, 5))) == whole


@pytest.mark.parametrize("count", [2, 5])
def test_a_block_that_is_gone_is_missed(tmp_path, count):
    """Every block of a stream whose beginning is read, and what lies between two blocks anywhere."""
    data = multistream(XML)
    streams = [match.start() for match in re.finditer(b"BZh91AY&SY", data)]
    path = tmp_path / "d.xml.bz2"
    for start, end in itertools.pairwise(streams):
        path.write_bytes(data[: start + 4] + data[end - 20 : end] + data[end:])
        with pytest.raises(UserError, match=r"d\.xml\.bz2: "):
            ids(path, count)


@pytest.mark.parametrize("seed", range(5))
def test_marks_that_stand_in_a_block_by_chance_change_nothing(files, whole, monkeypatch, seed):
    path = files / "one.xml.bz2"
    draw = random.Random(seed)
    added = sorted(draw.randrange(400, 8 * path.stat().st_size - 400) for _ in range(6))
    true = bzip2.find_marks

    def with_others(file, start):
        yield from sorted([*true(file, start), *(bit for bit in added if bit >= 8 * start)])

    monkeypatch.setattr(bzip2, "find_marks", with_others)
    assert list(itertools.chain(*ids(path, 6))) == whole


@pytest.mark.parametrize("shift", range(8))
@pytest.mark.parametrize("mark", [BLOCK, FOOTER])
def test_marks_are_found_at_any_bit_and_across_windows(tmp_path, monkeypatch, mark, shift):
    monkeypatch.setattr(bzip2, "WINDOW", 64)
    path = tmp_path / "bits"
    bits = [8 * byte + shift for byte in (0, 57, 58, 61, 64, 130, 300)]
    found = []
    for bit in bits:
        path.write_bytes((mark << (8 * 320 - 48 - bit)).to_bytes(320))
        with open(path, "rb") as file:
            found += find_marks(file, 0)
    assert found == bits
    path.write_bytes(path.read_bytes()[:307])
    with open(path, "rb") as file:
        assert list(find_marks(file, 300)) == [bits[-1]]


def test_what_is_more_or_less_than_a_block_is_none(tmp_path):
    path = tmp_path / "d.bz2"
    path.write_bytes(bz2.compress(b"some text") + b"more")
    with open(path, "rb") as file:
        first, footer = find_marks(file, 0)
        assert decompress(file, first, footer) == b"some text"
        for last in (footer - 300, footer - 1, footer + 1, footer + 80, first + 80, 1 << 40):
            assert decompress(file, first, last) is None


def test_what_follows_the_last_stream_is_refused(tmp_path):
    path = tmp_path / "d.xml.bz2"
    for more in (b"garbage", b"\0", b"BZh9"):
        path.write_bytes(single(XML) + more)
        with pytest.raises(UserError, match=r"not bz2|in the middle of a stream"):
            ids(path, 3)


def test_what_has_no_ranges_is_refused(tmp_path):
    for name in ("d.xml.gz", "d.xml.zst"):
        (tmp_path / name).write_bytes(b"x")
        with pytest.raises(UserError, match="has no range 1 of 2"):
            list(read_pages(tmp_path / name, 1, 1, 2))
    with pytest.raises(UserError, match="no such file"):
        list(read_pages(tmp_path / "none.xml", 1, 0, 2))
