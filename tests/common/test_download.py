"""Downloads from a loopback server with the faults of real ones."""

import email.utils
import errno
import hashlib
import resource
import socket
import time

import pytest

from scripts.common import download as module
from scripts.common.download import Missing, Retries, download, retry_after
from scripts.common.errors import UserError
from tests.corpus.loopback import BASE, DATE, WIKI, content, serving

NAME = f"{WIKI}-{DATE}-pages-articles1.xml-p1p100.bz2"
PATH = f"{BASE}/{NAME}"
DATA = content(NAME, 300_000)
SHA1 = hashlib.sha1(DATA).hexdigest()
SIZE = len(DATA)


@pytest.fixture
def mirror():
    with serving() as mirror:
        mirror.files[PATH] = DATA
        yield mirror


def fetch(url, output, sha1=SHA1, size=SIZE, tries=1, pause=0.01):
    retries = Retries(tries, pause)
    download(url, output, sha1, key="glue.mirror", algorithm="sha1", size=size, retries=retries)


def get(mirror, tmp_path, size=SIZE, tries=4):
    output = tmp_path / "dump" / NAME
    fetch(f"{mirror.url}{PATH}", output, size=size, tries=tries)
    assert output.read_bytes() == DATA
    assert [path.name for path in output.parent.iterdir()] == [NAME]


def ranges(mirror):
    return [headers.get("Range") for _, headers in mirror.requests]


@pytest.mark.parametrize("size", [SIZE, None])
def test_a_whole_file(mirror, tmp_path, size):
    get(mirror, tmp_path, size)
    assert ranges(mirror) == [None]


@pytest.mark.parametrize("size", [SIZE, None])
@pytest.mark.parametrize(
    "faults", [["cut"], ["cut", "cut", "cut", "cut", "cut"], ["cut", "reset", "cut"]]
)
def test_goes_on_where_a_connection_broke(mirror, tmp_path, faults, size):
    mirror.faults[PATH] = list(faults)
    get(mirror, tmp_path, size)
    assert ranges(mirror)[:2] == [None, "bytes=150000-"]
    assert len(mirror.requests) == len(faults) + 1


@pytest.mark.parametrize(
    "faults", [["503"], ["429", "500", "502"], ["reset"], ["short"], ["short", "short"]]
)
def test_passes_over_failures_that_pass(mirror, tmp_path, faults):
    mirror.faults[PATH] = list(faults)
    get(mirror, tmp_path)


def test_a_server_that_ignores_ranges_begins_anew(mirror, tmp_path):
    mirror.faults[PATH] = ["cut", "ignore range"]
    get(mirror, tmp_path)
    assert ranges(mirror) == [None, "bytes=150000-"]


def test_wrong_bytes_are_fetched_anew_once(mirror, tmp_path):
    mirror.faults[PATH] = ["wrong"]
    get(mirror, tmp_path)
    assert ranges(mirror) == [None, None]


def test_bytes_that_stay_wrong_are_an_error_and_get_no_name(mirror, tmp_path):
    mirror.faults[PATH] = ["wrong", "wrong"]
    with pytest.raises(UserError, match=f"but {SHA1} is listed"):
        get(mirror, tmp_path)
    assert not list((tmp_path / "dump").iterdir())


def test_a_wrong_beginning_is_noticed_when_it_is_gone_on_with(mirror, tmp_path):
    mirror.faults[PATH] = ["503", "503"]
    with pytest.raises(UserError, match="2 tries"):
        get(mirror, tmp_path, tries=2)
    partial = tmp_path / "dump" / f".{NAME}.{SHA1[:12]}.part"
    partial.write_bytes(bytes(1000))
    get(mirror, tmp_path)
    assert ranges(mirror)[-2:] == ["bytes=1000-", None]


def test_the_next_run_goes_on_where_the_last_one_gave_up(mirror, tmp_path):
    mirror.faults[PATH] = ["cut", "reset", "reset"]
    with pytest.raises(UserError, match=r"3 tries.*https_proxy\) and glue\.mirror"):
        get(mirror, tmp_path, tries=3)
    mirror.requests.clear()
    get(mirror, tmp_path)
    assert ranges(mirror) == ["bytes=150000-"]


def test_another_dump_does_not_adopt_what_is_left_of_one(mirror, tmp_path):
    mirror.faults[PATH] = ["cut"]
    with pytest.raises(UserError):
        get(mirror, tmp_path, tries=1)
    mirror.requests.clear()
    mirror.files[PATH] = b"new"
    fetch(f"{mirror.url}{PATH}", tmp_path / "dump" / NAME, hashlib.sha1(b"new").hexdigest(), 3)
    assert ranges(mirror) == [None]


@pytest.mark.parametrize("size", [SIZE, None])
def test_a_partial_file_that_is_whole_or_too_long(mirror, tmp_path, size):
    partial = tmp_path / "dump" / f".{NAME}.{SHA1[:12]}.part"
    partial.parent.mkdir()
    for data in (DATA, DATA + b"more"):
        partial.write_bytes(data)
        get(mirror, tmp_path, size)


def test_a_server_that_gives_little_each_time_and_begins_anew_does_not_go_on_for_ever(
    mirror, tmp_path
):
    mirror.faults[PATH] = ["cut", "ignore range", "cut", "cut", "cut"]
    mirror.files[PATH] = DATA[:-1]
    with pytest.raises(UserError):
        get(mirror, tmp_path, tries=3)


def test_waits_as_long_as_the_server_asks(mirror, tmp_path, monkeypatch):
    waits = []
    monkeypatch.setattr(time, "sleep", waits.append)
    mirror.faults[PATH] = ["429", "503"]
    mirror.retry_after = "7"
    get(mirror, tmp_path)
    assert waits == [7, 7]


def test_waits_twice_as_long_each_time(mirror, tmp_path, monkeypatch):
    waits = []
    monkeypatch.setattr(time, "sleep", waits.append)
    mirror.faults[PATH] = ["500"] * 4
    fetch(f"{mirror.url}{PATH}", tmp_path / NAME, tries=6, pause=2)
    assert waits == [2, 4, 8, 16]


def test_a_date_to_wait_for():
    soon = email.utils.formatdate(time.time() + 100, usegmt=True)
    assert 90 < retry_after(soon) < 101
    assert retry_after(email.utils.formatdate(time.time() - 100)) == 0
    assert retry_after("5") == 5
    assert retry_after("soon") is None
    assert retry_after(None) is None


def test_a_file_that_is_gone(mirror, tmp_path):
    del mirror.files[PATH]
    with pytest.raises(Missing):
        get(mirror, tmp_path)
    assert len(mirror.requests) == 1


def test_a_refusal_is_not_repeated(mirror, tmp_path):
    mirror.faults[PATH] = ["403"]
    with pytest.raises(UserError, match="the server says 403"):
        get(mirror, tmp_path)
    assert len(mirror.requests) == 1


def test_a_folder_as_mirror(tmp_path):
    source = tmp_path / "source.bz2"
    source.write_bytes(DATA)
    output = tmp_path / "dump" / NAME
    output.parent.mkdir()
    (output.parent / f".{NAME}.{SHA1[:12]}.part").write_bytes(DATA[:1000])
    fetch(f"file://{source}", output, SHA1.upper(), None)
    assert output.read_bytes() == DATA
    with pytest.raises(Missing, match=r"none\.bz2: no such file"):
        fetch(f"file://{tmp_path}/none.bz2", output)


def test_through_a_proxy(mirror, tmp_path, monkeypatch):
    monkeypatch.setenv("http_proxy", mirror.url)
    monkeypatch.delenv("no_proxy", raising=False)
    output = tmp_path / NAME
    fetch(f"http://dumps.example{PATH}", output)
    assert output.read_bytes() == DATA


def test_nobody_listens(tmp_path):
    with serving() as mirror:
        url = mirror.url
    with pytest.raises(UserError, match=r"refused.*2 tries"):
        fetch(f"{url}{PATH}", tmp_path / NAME, tries=2)


def test_a_server_that_falls_silent(monkeypatch, tmp_path):
    monkeypatch.setattr(module, "SILENCE", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/file"
        with pytest.raises(UserError, match="timed out"):
            fetch(url, tmp_path / NAME)


def test_a_server_that_sends_next_to_nothing_is_given_up(mirror, monkeypatch, tmp_path):
    monkeypatch.setattr(module, "WINDOW", 0.2)
    mirror.faults[PATH] = ["drip"] * 5
    with pytest.raises(UserError, match=r"less than 1000 bytes a second \(3 tries\)"):
        get(mirror, tmp_path, tries=3)
    with pytest.raises(UserError, match=r"less than 1000 bytes a second \(2 tries\)"):
        module.fetch(f"{mirror.url}{PATH}", "glue.mirror", Retries(2, 0.01))
    get(mirror, tmp_path)


def test_a_server_whose_headers_drip_is_given_up(mirror, monkeypatch, tmp_path):
    monkeypatch.setattr(module, "WINDOW", 0.3)
    mirror.faults[PATH] = ["drip headers"] * 2
    with pytest.raises(UserError, match=r"less than 1000 bytes a second \(2 tries\)"):
        get(mirror, tmp_path, tries=2)


@pytest.mark.parametrize("fault", ["cut", "reset"])
def test_a_small_file_that_breaks_off_is_asked_for_again(mirror, fault):
    mirror.faults[PATH] = [fault]
    assert module.fetch(f"{mirror.url}{PATH}", "glue.mirror", Retries(2, 0.01)) == DATA


def test_what_is_lacking_here_is_not_blamed_on_the_network(mirror, monkeypatch, tmp_path):
    def refuse(*args):
        raise OSError(errno.EMFILE, "Too many open files")

    monkeypatch.setattr(socket, "create_connection", refuse)
    with pytest.raises(UserError, match=rf"{PATH}: too many open files; allow more"):
        get(mirror, tmp_path, tries=9)


def test_a_full_disk_is_said_of_the_file(mirror, tmp_path):
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, hard))
    try:
        with pytest.raises(OSError, match=rf"File too large: '.*{NAME}"):
            get(mirror, tmp_path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_redirects_that_go_round_end_in_a_line(mirror, tmp_path):
    mirror.faults[PATH] = ["302"] * 20
    with pytest.raises(UserError, match=rf"{PATH}: the server says 302 .*infinite loop"):
        get(mirror, tmp_path)


def test_a_longer_file_than_listed_is_refused(mirror, tmp_path):
    with pytest.raises(UserError, match=r"but 0{40} is listed; .* set glue\.mirror to another"):
        fetch(f"{mirror.url}{PATH}", tmp_path / NAME, "0" * 40, size=1000)
    assert list(tmp_path.iterdir()) == []
