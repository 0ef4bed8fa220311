"""Downloads from a loopback server with the faults of real ones."""

import hashlib

import pytest

from scripts.common import download as module
from scripts.common.download import download
from scripts.common.errors import UserError
from tests.mirrors import Mirror, serve

BODY = bytes(range(256)) * 400
DIGEST = hashlib.sha256(BODY).hexdigest()


@pytest.fixture
def mirror():
    with serve(Mirror({"file": BODY})) as found:
        yield found


def fetch(mirror, target, **options):
    download(f"{mirror.url}/file", target, options.pop("digest", DIGEST), wait=0, **options)


def test_fetches_and_leaves_nothing_else(mirror, tmp_path):
    fetch(mirror, tmp_path / "new" / "file", size=len(BODY))
    assert (tmp_path / "new" / "file").read_bytes() == BODY
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["file"]


def test_resumes_where_the_connection_ended(mirror, tmp_path):
    mirror.cut = [1000, 5000]
    fetch(mirror, tmp_path / "file")
    assert (tmp_path / "file").read_bytes() == BODY
    assert mirror.asked == [("/file", None), ("/file", "bytes=1000-"), ("/file", "bytes=6000-")]


def test_resumes_in_the_next_call(mirror, tmp_path):
    mirror.cut = [1000]
    with pytest.raises(UserError, match="gave up after 1 attempts"):
        fetch(mirror, tmp_path / "file", attempts=1)
    assert not (tmp_path / "file").exists()
    fetch(mirror, tmp_path / "file")
    assert mirror.asked[-1] == ("/file", "bytes=1000-")
    assert (tmp_path / "file").read_bytes() == BODY


def test_starts_anew_where_the_server_cannot_resume(mirror, tmp_path):
    mirror.cut, mirror.ranges = [1000], False
    fetch(mirror, tmp_path / "file")
    assert (tmp_path / "file").read_bytes() == BODY


def test_a_part_that_does_not_fit_is_thrown_away(mirror, tmp_path):
    (tmp_path / f".file.{DIGEST[:16]}.part").write_bytes(b"of another file")
    fetch(mirror, tmp_path / "file")
    assert (tmp_path / "file").read_bytes() == BODY


def test_a_part_that_is_whole_or_too_long(mirror, tmp_path):
    part = tmp_path / f".file.{DIGEST[:16]}.part"
    part.write_bytes(BODY)
    fetch(mirror, tmp_path / "file")
    part.write_bytes(BODY + b"more")
    fetch(mirror, tmp_path / "file")
    assert (tmp_path / "file").read_bytes() == BODY


def test_another_file_is_refused_and_removed(mirror, tmp_path):
    with pytest.raises(UserError, match=r"/file: not the file that was expected.*sha256"):
        fetch(mirror, tmp_path / "file", digest="0" * 64)
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_does_not_end_is_refused(mirror, tmp_path):
    with pytest.raises(UserError, match="longer than the 1000 bytes"):
        fetch(mirror, tmp_path / "file", size=1000)
    assert not (tmp_path / "file").exists()


def test_a_short_answer_without_length_is_noticed(mirror, tmp_path):
    mirror.lengths, mirror.cut = False, [1000]
    fetch(mirror, tmp_path / "file", size=len(BODY))
    assert (tmp_path / "file").read_bytes() == BODY


def test_waits_for_a_server_that_is_busy(mirror, tmp_path):
    mirror.statuses = [503, 429, 500]
    fetch(mirror, tmp_path / "file")
    assert len(mirror.asked) == 4


@pytest.mark.parametrize("status", [403, 404])
def test_does_not_ask_again_where_the_answer_is_no(mirror, tmp_path, status):
    mirror.statuses = [status]
    with pytest.raises(UserError, match=f"the server answers {status}"):
        fetch(mirror, tmp_path / "file")
    assert len(mirror.asked) == 1


def test_nobody_listens(tmp_path):
    with serve(Mirror()) as mirror:
        url = mirror.url
    with pytest.raises(UserError, match="gave up after 2 attempts"):
        download(f"{url}/file", tmp_path / "file", DIGEST, attempts=2, wait=0)


def test_a_server_that_falls_silent(monkeypatch, tmp_path):
    import socket

    monkeypatch.setattr(module, "TIMEOUT", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/file"
        with pytest.raises(UserError, match="timed out"):
            download(url, tmp_path / "file", DIGEST, attempts=1)


def test_other_digests_and_local_files(tmp_path):
    source = tmp_path / "source"
    source.write_bytes(BODY)
    sha1 = hashlib.sha1(BODY).hexdigest()
    download(source.as_uri(), tmp_path / "file", sha1.upper(), algorithm="sha1")
    assert (tmp_path / "file").read_bytes() == BODY
    with pytest.raises(UserError, match="no such file"):
        download((tmp_path / "none").as_uri(), tmp_path / "file", DIGEST)
