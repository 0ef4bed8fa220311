"""The steps' digests that are kept: those of the code as it is, whatever the file holds."""

import json

import pytest

from scripts.common.code import code_digest, module_digests
from scripts.workflow import step_code
from tests.runs import ROOT

STEP = "scripts/pkg/step.py"


@pytest.fixture
def repo(tmp_path):
    folder = tmp_path / "scripts/pkg"
    folder.mkdir(parents=True)
    (folder / "step.py").write_text("from scripts.pkg import part\nprint(part.ONE)\n")
    (folder / "part.py").write_text("ONE = 1\n")
    return tmp_path


@pytest.fixture
def digest(repo):
    """What a new process would say."""

    def new(known=repo / "made/code.json"):
        step_code.source_digest.cache_clear()
        step_code.read_known.cache_clear()
        for kept in ("closure", "packages", "imports", "module_file", "tree", "module_digest"):
            step_code.code_digest.__globals__[kept].cache_clear()
        return step_code.step_code(repo, STEP, known)

    return new


def test_it_is_the_codes_digests(tmp_path):
    step = "scripts/corpus/shard_corpus.py"
    whole, *modules = step_code.step_code(ROOT, step, tmp_path / "code.json").split()
    assert whole == code_digest(ROOT, step)[:16]
    assert modules == sorted(one[:16] for one in module_digests(ROOT, step).values())


def test_it_is_computed_once_for_a_state_of_the_code(repo, digest, monkeypatch):
    first = digest()
    monkeypatch.setattr(
        step_code, "module_digests", lambda root, step: pytest.fail("computed again")
    )
    assert digest() == first


@pytest.mark.parametrize("name", ["step.py", "part.py", "new.py"])
def test_a_changed_file_is_noticed(repo, digest, name):
    first = digest()
    path = repo / "scripts/pkg" / name
    path.write_text("ONE = 2\n")
    again = digest()
    assert (again == first) == (name == "new.py")
    (repo / "made/code.json").unlink()
    assert digest() == again


@pytest.mark.parametrize("content", ["", "[]", "{}", "null", '{"a', '{"%s": 3}'])
def test_a_damaged_file_is_made_again(repo, digest, content):
    first = digest()
    known = repo / "made/code.json"
    (source,) = json.loads(known.read_text())
    known.write_text(content.replace("%s", source))
    assert digest() == first
    assert json.loads(known.read_text()) == {source: {STEP: first}}


def test_where_nothing_can_be_written_it_is_computed(repo, digest):
    (repo / "file").write_text("")
    assert digest(repo / "file/code.json") == digest()
