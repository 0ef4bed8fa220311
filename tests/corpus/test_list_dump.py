import hashlib
import json
import subprocess
import sys

import pytest

from scripts.common.download import Retries
from scripts.common.errors import UserError
from scripts.corpus.dump.mirror import Dump
from scripts.corpus.list_dump import from_status, from_sums, list_dump, listed, page_order
from tests.corpus.loopback import BASE, DATE, WIKI, content, names, serving

RETRIES = Retries(2, 0.01)


@pytest.fixture
def mirror():
    with serving() as mirror:
        yield mirror


def listing(mirror, date=DATE):
    return list_dump(Dump(WIKI, date, mirror.url), RETRIES)


def test_the_files_of_the_articles_job_in_the_order_of_their_pages(mirror):
    files = mirror.add_job(count=12)
    mirror.add_job("articlesmultistreamdump")
    found = listing(mirror)
    assert (found["wiki"], found["date"], found["job"]) == (WIKI, DATE, "articlesdump")
    assert [file["name"] for file in found["files"]] == names("articlesdump", 12)
    assert found["files"][0]["size"] == 200_000
    assert all(file["sha1"] == files[file["name"]]["sha1"] for file in found["files"])


@pytest.mark.parametrize(
    ("jobs", "chosen"),
    [
        (["articlesmultistreamdump", "articlesdumprecombine"], "articlesmultistreamdump"),
        (["articlesdumprecombine"], "articlesdumprecombine"),
        (["articlesmultistreamdumprecombine"], "articlesmultistreamdumprecombine"),
    ],
)
def test_another_job_where_there_is_no_articles_job(mirror, jobs, chosen):
    for job in jobs:
        mirror.add_job(job)
    found = listing(mirror)
    assert found["job"] == chosen
    assert [file["name"] for file in found["files"]] == names(chosen, 3)


def test_a_job_that_is_not_done_is_passed_over(mirror):
    mirror.add_job("articlesdump", status="in-progress")
    mirror.add_job("articlesmultistreamdump")
    assert listing(mirror)["job"] == "articlesmultistreamdump"


@pytest.mark.parametrize("job", ["articlesdump", "articlesdumprecombine"])
def test_a_mirror_without_a_status_gives_its_list_of_sums(mirror, job):
    lines = [f"{hashlib.sha1(b'x').hexdigest()}  {WIKI}-{DATE}-stub-articles.xml.gz"]
    for name in [*names(job, 3), *names("articlesmultistreamdumprecombine", 1)]:
        lines.append(f"{hashlib.sha1(content(name, 50)).hexdigest()}  {name}")
    mirror.files[f"{BASE}/{WIKI}-{DATE}-sha1sums.txt"] = "\n".join(lines).encode()
    found = listing(mirror)
    assert found["job"] == job
    assert [file["name"] for file in found["files"]] == names(job, 3)
    assert {file["size"] for file in found["files"]} == {None}


def test_a_date_that_the_mirror_lacks_is_an_error_with_the_nearest_it_has(mirror):
    mirror.add_dates("20240601", "20250801", "20250820", "20250901", "20251120")
    with pytest.raises(UserError, match="of 20250820, 20250901, 20251120: set corpus") as caught:
        listing(mirror)
    assert str(caught.value).startswith("corpus.wikipedia: ")


def test_a_dump_that_is_not_finished_is_an_error(mirror):
    mirror.add_job(status="in-progress")
    mirror.add_dates("20251020", DATE)
    with pytest.raises(UserError, match="no finished pages-articles dump"):
        listing(mirror)


def test_a_wiki_that_the_mirror_lacks_is_an_error(mirror):
    with pytest.raises(UserError, match=r"no dump of xxwiki; check corpus\.wikipedia\.wiki"):
        listing(mirror)


@pytest.mark.parametrize("status", [b"<html>", b"[]", b"{}", b'{"jobs": {"articlesdump": 3}}'])
def test_a_status_that_is_none_is_an_error(mirror, status):
    mirror.files[f"{BASE}/dumpstatus.json"] = status
    with pytest.raises(UserError, match=r"dumpstatus\.json: not a dump's status"):
        listing(mirror)


def test_failures_that_pass_are_passed_over(mirror):
    mirror.add_job()
    mirror.faults[f"{BASE}/dumpstatus.json"] = ["503"]
    assert listing(mirror)["files"]
    mirror.faults[f"{BASE}/dumpstatus.json"] = ["cut"]
    assert listing(mirror)["files"]


def test_no_network_is_one_error_that_says_what_to_do():
    with serving() as mirror:
        url = mirror.url
    with pytest.raises(UserError, match=r"refused.*corpus\.wikipedia\.mirror"):
        list_dump(Dump(WIKI, DATE, url), RETRIES)


def test_says_who_asks(mirror):
    mirror.add_job()
    listing(mirror)
    assert all(headers["User-Agent"].startswith("dump2glue/") for _, headers in mirror.requests)


def test_files_are_taken_by_their_names_in_the_order_of_their_pages():
    known = {"size": "5", "sha1": "a" * 40}
    listed = ["x-pages-articles10.xml-p5p9.bz2", "x-pages-articles2.xml-p1p4.bz2"]
    other = ["x-pages-articles.xml.7z", "x-pages-meta1.xml.bz2", "x-pages-articles1.xml-rss.xml"]
    files = dict.fromkeys([*listed, *other], known)
    files["x-pages-articles3.xml.bz2"] = {"size": 5}
    files["x-pages-articles4.xml.bz2"] = {"sha1": "a" * 40}
    job, found = from_status({"jobs": {"articlesdump": {"status": "done", "files": files}}})
    assert (job, found[0]) == ("articlesdump", {"name": listed[0], "size": 5, "sha1": "a" * 40})
    assert [file["name"] for file in sorted(found, key=page_order)] == listed[::-1]
    assert from_status({"jobs": {}}) == ("", [])


def test_sums_of_other_files_are_passed_over():
    lines = ["a" * 40 + " *x-pages-articles.xml.bz2", "b" * 39 + "  x-pages-articles1.xml.bz2"]
    lines += ["c" * 40 + "  x-pages-articles-multistream-index.txt.bz2"]
    job, found = from_sums("\n".join(lines))
    assert job == "articlesdumprecombine"
    assert found == [{"name": "x-pages-articles.xml.bz2", "size": None, "sha1": "a" * 40}]
    assert from_sums("") == ("", [])


def test_a_listing_is_made_once_and_must_be_one(mirror, tmp_path):
    mirror.add_job()
    path = tmp_path / "l.json"
    dump = Dump(WIKI, DATE, mirror.url)
    assert len(listed(path, dump)) == 3
    asked = len(mirror.requests)
    assert listed(path, dump) == list_dump(dump)["files"]
    assert len(mirror.requests) == asked + 1
    for text in ("[]", "{", "{}"):
        path.write_text(text)
        with pytest.raises(UserError, match=r"l\.json: not the listing of a dump"):
            listed(path, dump)


def test_a_folder_is_a_mirror(tmp_path):
    with serving() as mirror:
        mirror.add_job()
        files = mirror.files
    for path, data in files.items():
        target = tmp_path / path.lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    assert len(list_dump(Dump(WIKI, DATE, f"file://{tmp_path}"), RETRIES)["files"]) == 3
    with pytest.raises(UserError, match=r"nearest that it has are of 20251101"):
        list_dump(Dump(WIKI, "20250101", f"file://{tmp_path}"), RETRIES)
    with pytest.raises(UserError, match="no dump of yywiki"):
        list_dump(Dump("yywiki", DATE, f"file://{tmp_path}"), RETRIES)


def test_the_command_line(mirror, tmp_path):
    mirror.add_job()
    output = tmp_path / "l.json"
    command = [sys.executable, "-m", "scripts.corpus.list_dump", "--wiki", WIKI, "--date", DATE]
    subprocess.run([*command, "--mirror", mirror.url, "-o", str(output)], check=True)
    assert len(json.loads(output.read_text())["files"]) == 3
