"""The step: the same bytes on any number of processes, streamed, and nothing half-written."""

import bz2
import sys

import pytest

from scripts.common.errors import UserError
from scripts.sample import make_sample as step
from scripts.sample.make_sample import Settings, make_sample
from tests.sample.small_world import ARTICLES


def test_the_same_bytes_on_any_number_of_processes(dumps, tmp_path):
    files = [tmp_path / "one.xml.bz2", tmp_path / "two.xml.bz2"]
    make_sample(Settings(ARTICLES, seed=7), files, None, processes=3)
    assert [file.read_bytes() for file in files] == [file.read_bytes() for file in dumps]


def test_more_dumps_than_articles_are_refused(tmp_path):
    files = [tmp_path / f"{number}.xml.bz2" for number in range(101)]
    with pytest.raises(UserError, match="101 files for 100 articles"):
        make_sample(Settings(100), files, None, processes=1)
    assert not list(tmp_path.iterdir())


def test_a_failure_leaves_nothing_under_the_final_name(tmp_path, monkeypatch):
    monkeypatch.setattr(step, "FOOTER", None)
    with pytest.raises(AttributeError):
        make_sample(Settings(100), [tmp_path / "a.xml.bz2"], None, processes=1)
    assert not list(tmp_path.iterdir())


def test_the_command_line(tmp_path, monkeypatch):
    def call(*arguments):
        monkeypatch.setattr(sys, "argv", ["make_sample", *map(str, arguments)])
        step.main()

    call("--seed", 7, "--articles", 100, "--dump", tmp_path / "d" / "a.xml.bz2")
    assert bz2.decompress((tmp_path / "d" / "a.xml.bz2").read_bytes())[:10] == b"<mediawiki"
    with pytest.raises(UserError, match="--articles 99: must be at least 100"):
        call("--articles", 99, "--glue", tmp_path / "g")
    assert not (tmp_path / "g").exists()
