import hashlib
import signal
import subprocess
import sys
import time

import pytest

from scripts.common.errors import UserError
from scripts.corpus import download_dump
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


def command(mirror, tmp_path, *flags):
    module = "scripts.corpus.download_dump"
    about = ["--wiki", WIKI, "--date", DATE, "--sha1", SHA1, "--size", str(SIZE)]
    output = ["-o", str(tmp_path / NAME), "--mirror", mirror.url, "--pause", "0.01"]
    return [sys.executable, "-m", module, NAME, *about, *output, *flags]


def run(monkeypatch, mirror, tmp_path, *flags):
    monkeypatch.setattr(sys, "argv", command(mirror, tmp_path, *flags)[2:])
    download_dump.main()


def test_a_file_of_the_dump(mirror, tmp_path, monkeypatch):
    mirror.faults[PATH] = ["cut"]
    run(monkeypatch, mirror, tmp_path)
    assert (tmp_path / NAME).read_bytes() == DATA


def test_an_error_names_the_config_key_of_the_mirror(mirror, tmp_path, monkeypatch):
    mirror.faults[PATH] = ["503"] * 2
    with pytest.raises(UserError, match=r"\(2 tries\); check .* and corpus\.wikipedia\.mirror"):
        run(monkeypatch, mirror, tmp_path, "--tries", "2")
    with pytest.raises(UserError, match="sha1"):
        run(monkeypatch, mirror, tmp_path, "--sha1", "0" * 40)


def test_a_dump_that_is_gone_is_an_error_with_the_nearest_dates(mirror, tmp_path, monkeypatch):
    del mirror.files[PATH]
    mirror.add_dates("20251020")
    with pytest.raises(UserError, match="20251020"):
        run(monkeypatch, mirror, tmp_path)


def test_killed_in_the_middle_it_goes_on_when_run_again(mirror, tmp_path):
    mirror.faults[PATH] = ["cut"] + ["503"] * 50
    process = subprocess.Popen(
        command(mirror, tmp_path, "--tries", "99", "--pause", "0.2"), stderr=subprocess.DEVNULL
    )
    while len(mirror.requests) < 2:
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert not (tmp_path / NAME).exists()
    mirror.faults.clear()
    mirror.requests.clear()
    subprocess.run(command(mirror, tmp_path), check=True)
    assert [headers.get("Range") for _, headers in mirror.requests] == ["bytes=150000-"]
