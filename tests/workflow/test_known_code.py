"""Digests of the steps' code, kept for as long as nothing of it changes."""

import pytest

from scripts.common.code import code_digest, module_digests
from scripts.workflow import known_code
from tests.runs import ROOT

STEP = "scripts/pkg/step.py"


@pytest.fixture
def repo(tmp_path):
    folder = tmp_path / "repo/scripts/pkg"
    folder.mkdir(parents=True)
    (folder / "step.py").write_text("from scripts.pkg.part import x\n\nprint(x)\n")
    (folder / "part.py").write_text("x = 1\n")
    (folder / "words.txt").write_text("one two\n")
    return tmp_path / "repo"


@pytest.fixture
def cache(tmp_path):
    return tmp_path / "kept/code.json"


def ask(repo, cache) -> tuple[list[str], list[str]]:
    """The digests, and for which steps they were computed, by a Snakemake that has just begun."""
    known_code.known.cache_clear()
    before = list(known_code.known(repo, cache)["steps"])
    found = known_code.step_digests(repo, STEP, cache)
    known_code.save(repo, cache)
    return found, [step for step in known_code.known(repo, cache)["steps"] if step not in before]


def test_they_are_those_of_the_code():
    step = "scripts/glue/check_submission.py"
    whole, *modules = known_code.step_digests(ROOT, step)
    assert whole == code_digest(ROOT, step)[:16]
    assert modules == sorted(digest[:16] for digest in module_digests(ROOT, step).values())
    assert len(modules) > 5


def test_they_are_computed_once(repo, cache):
    first, computed = ask(repo, cache)
    assert computed == [STEP]
    again, computed = ask(repo, cache)
    assert (again, computed) == (first, [])


@pytest.mark.parametrize("name", ["part.py", "words.txt", "new.py"])
def test_they_are_computed_anew_after_any_change_of_a_file(repo, cache, name):
    ask(repo, cache)
    with open(repo / "scripts/pkg" / name, "a") as file:
        file.write("y = 2\n")
    assert ask(repo, cache)[1] == [STEP]


def test_a_cache_that_is_damaged_or_cannot_be_written_does_no_harm(repo, cache):
    expected, _ = ask(repo, cache)
    for text in ("", "[]", "{", '{"files": "other"}'):
        cache.write_text(text)
        assert ask(repo, cache) == (expected, [STEP])
    assert ask(repo, repo / "scripts/pkg/part.py/code.json") == (expected, [STEP])
