import pytest

from scripts.common.download import Retries
from scripts.corpus.dump.mirror import Dump, available_dates, day, nearest, no_such_dump
from tests.corpus.loopback import WIKI, serving

ONCE = Retries(1, 0)


def test_addresses():
    dump = Dump("xxwiki", "20251101", "http://mirror/dumps/")
    assert dump.url("20251101", "a.bz2") == "http://mirror/dumps/xxwiki/20251101/a.bz2"
    assert dump.url("") == "http://mirror/dumps/xxwiki/"


def test_nearest_dates():
    available = ["20240101", "20250101", "20250201", "20251201", "20260101"]
    assert nearest("20250110", available) == ["20250101", "20250201", "20251201"]
    assert nearest("20250110", available, 2) == ["20250101", "20250201"]
    # The last of a month is nearer to the first of the next one than to the twentieth.
    assert nearest("20250131", ["20250120", "20250201"], 1) == ["20250201"]
    assert nearest("20251231", ["20251201", "20260101"], 1) == ["20260101"]


def test_days_are_numbered_in_the_dates_order():
    assert day("00010203") == 372 + 2 * 31 + 3
    dates = [f"{year}{month:02}{d:02}" for year in (2024, 2025) for month in (1, 2, 12) for d in (1, 31)]  # fmt: skip
    assert [day(date) for date in dates] == sorted({day(date) for date in dates})


def test_dates_of_a_server_and_of_a_folder(tmp_path):
    with serving() as mirror:
        dump = Dump(WIKI, "20251101", mirror.url)
        assert available_dates(dump, ONCE) == []
        mirror.add_dates("20251101", "20240101", "20240101")
        assert available_dates(dump, ONCE) == ["20240101", "20251101"]
    assert available_dates(dump, ONCE) == []
    for name in ("20240101", "latest", "2024"):
        (tmp_path / "a b" / WIKI / name).mkdir(parents=True)
    local = Dump(WIKI, "20251101", (tmp_path / "a b").as_uri())
    assert available_dates(local, ONCE) == ["20240101"]


@pytest.mark.parametrize(
    ("dates", "message"),
    [
        ([], "has no dump of xxwiki; check corpus.wikipedia.wiki and corpus.wikipedia.mirror"),
        (["20251101", "20240101"], "no finished pages-articles dump in it; set corpus.wikipedia.date to another of 20240101, 20251101"),
        (["20240101", "20251001"], "of 20251101; the nearest that it has are of 20240101, 20251001: set corpus.wikipedia.date to one of them"),
    ],
)  # fmt: skip
def test_what_is_said_of_a_dump_that_is_not_there(tmp_path, dates, message):
    for date in dates:
        (tmp_path / WIKI / date).mkdir(parents=True)
    error = str(no_such_dump(Dump(WIKI, "20251101", tmp_path.as_uri()), ONCE))
    assert error.startswith(f"corpus.wikipedia: {tmp_path.as_uri()} has ")
    assert error.endswith(message)
