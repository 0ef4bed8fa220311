"""The user's files by what they hold."""

import os
import shutil

import pytest

from scripts.workflow import content as module
from scripts.workflow.content import content, file_digests, own_files


@pytest.fixture(autouse=True)
def cache(tmp_path):
    module.read_cache.cache_clear()
    return tmp_path / "cache/content.json"


@pytest.fixture
def files(tmp_path):
    paths = [tmp_path / "a.txt", tmp_path / "b.txt"]
    for path in paths:
        path.write_text(path.stem * 3)
        os.utime(path, (1e9, 1e9))
    return paths


def test_a_digest_is_of_the_content_in_order(files, cache, tmp_path):
    first = content(files, cache)
    assert content(files[::-1], cache) != first
    moved = [shutil.copy(path, tmp_path / f"moved-{path.name}") for path in files]
    assert content(moved, cache) == first
    assert content([*files, tmp_path / "none"], cache) != first


def test_an_older_file_copied_over_another_is_noticed(files, cache, tmp_path):
    before = content(files, cache)
    other = tmp_path / "older.txt"
    other.write_text("ccc")
    os.utime(other, (1e8, 1e8))
    shutil.copy2(other, files[0])
    assert content(files, cache) != before


def test_a_link_that_leads_elsewhere_is_noticed(files, cache, tmp_path):
    link = tmp_path / "current"
    for version in ("v1", "v2"):
        (tmp_path / version).mkdir()
        (tmp_path / version / "text.txt").write_text(version)
        os.utime(tmp_path / version / "text.txt", (1e9, 1e9))
    link.symlink_to("v1")
    before = content([link / "text.txt"], cache)
    link.unlink()
    link.symlink_to("v2")
    assert content([link / "text.txt"], cache) != before


def test_what_has_not_changed_is_not_read_again(files, cache, monkeypatch):
    monkeypatch.setattr(module, "SETTLED", -1.0)
    first = file_digests([str(path) for path in files], cache)
    assert cache.is_file()
    module.read_cache.cache_clear()
    monkeypatch.setattr(module, "file_digest", lambda file: pytest.fail(f"{file} was read again"))
    assert file_digests([str(path) for path in files], cache) == first


def test_a_file_that_has_just_changed_is_read_again(files, cache, monkeypatch):
    """Its next change might have the same time."""
    monkeypatch.setattr(module, "SETTLED", 3600.0)
    file_digests([str(path) for path in files], cache)
    module.read_cache.cache_clear()
    assert module.read_cache(cache) == {}


@pytest.mark.parametrize("damage", ["", "[]", "null", '{"a": 1}', "{"])
def test_a_damaged_cache_is_no_cache(files, cache, damage):
    first = content(files, cache)
    cache.parent.mkdir(exist_ok=True)
    cache.write_text(damage)
    module.read_cache.cache_clear()
    assert content(files, cache) == first


def test_own_files_are_those_that_no_rule_makes():
    files = ["results/corpus/dump/a.xml.bz2", "out/results/x", "texts/a.txt", "/data/results/b.txt"]
    assert own_files(files) == ["texts/a.txt", "/data/results/b.txt"]
    assert content([]) == ""
