from pathlib import Path

import pytest

from scripts.common import code

STEP = '''"""Doc."""
import os
from scripts.pkg import helper
from scripts.pkg.other import LIMIT


def main(x):
    """Doc."""
    total = helper.double(x)  # why
    return f"{total!r:>{LIMIT}}" + os.sep
'''


@pytest.fixture
def repo(tmp_path):
    files = {
        "scripts/__init__.py": "",
        "scripts/pkg/__init__.py": "",
        "scripts/pkg/step.py": STEP,
        "scripts/pkg/helper.py": "from . import deep\n\ndef double(x):\n    return deep.TWO * x\n",
        "scripts/pkg/deep.py": "TWO = 2\n",
        "scripts/pkg/other.py": "LIMIT = 10\n",
        "scripts/pkg/stranger.py": "X = 1\n",
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


def digest(repo: Path) -> str:
    for function in (code.closure, code.imports, code.names, code.tree, code.module_digest):
        function.cache_clear()
    return code.code_digest(repo, "scripts/pkg/step.py")


def edit(repo: Path, name: str, old: str, new: str) -> None:
    path = repo / "scripts/pkg" / name
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("step.py", "  # why", ""),
        ("step.py", '"""Doc."""', '"""Other words."""'),
        ("step.py", '"""Doc."""\nimport os', "import os"),
        ("step.py", "helper.double(x)", "(\n        helper.double( x )\n    )"),
        ("step.py", '"{total!r:>{LIMIT}}"', "'{total!r:>{LIMIT}}'"),
        ("helper.py", "\n\ndef", "\n\n\n# note\ndef"),
        ("stranger.py", "1", "2"),
    ],
)
def test_what_means_the_same_has_the_same_digest(repo, name, old, new):
    before = digest(repo)
    edit(repo, name, old, new)
    assert digest(repo) == before


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("step.py", "total", "renamed"),
        ("step.py", "os.sep", '""'),
        ("step.py", "!r", "!s"),
        ("helper.py", "deep.TWO * x", "x * deep.TWO"),
        ("deep.py", "2", "2.0"),
        ("deep.py", "2", "True"),
        ("other.py", "10", "11"),
    ],
)
def test_what_may_mean_another_thing_has_another_digest(repo, name, old, new):
    before = digest(repo)
    edit(repo, name, old, new)
    assert digest(repo) != before


def test_the_place_of_the_repository_does_not_count(repo, tmp_path_factory):
    copy = tmp_path_factory.mktemp("elsewhere") / "clone"
    copy.mkdir()
    (repo / "scripts").rename(copy / "scripts")
    after = digest(copy)
    (copy / "scripts").rename(repo / "scripts")
    assert after == digest(repo)


def test_a_new_module_in_an_imported_package_does_not_count(repo):
    before = digest(repo)
    (repo / "scripts/pkg/new.py").write_text("Y = 2\n")
    assert digest(repo) == before


def test_names_the_modules_that_a_step_is_made_of(repo):
    digest(repo)
    assert list(code.code_versions(repo, "scripts/pkg/step.py")) == [
        "scripts/__init__.py",
        "scripts/pkg/__init__.py",
        "scripts/pkg/deep.py",
        "scripts/pkg/helper.py",
        "scripts/pkg/other.py",
        "scripts/pkg/step.py",
    ]


def test_a_tracked_package_counts_where_it_is_imported(repo):
    edit(repo, "deep.py", "TWO", "import yaml\nTWO")
    digest(repo)
    assert list(code.package_versions(repo, "scripts/pkg/step.py", ["PyYAML", "h5py"])) == [
        "PyYAML"
    ]
    with pytest.raises(KeyError, match="nonesuch"):
        code.package_versions(repo, "scripts/pkg/step.py", ["nonesuch"])


def test_another_version_of_a_tracked_package_counts(repo, tmp_path, monkeypatch):
    edit(repo, "deep.py", "TWO", "import yaml\nTWO")
    digest(repo)
    before = code.package_versions(repo, "scripts/pkg/step.py", ["PyYAML"])
    newer = tmp_path / "site/PyYAML-99.0.dist-info"
    newer.mkdir(parents=True)
    (newer / "METADATA").write_text("Name: PyYAML\nVersion: 99.0\n")
    monkeypatch.syspath_prepend(newer.parent)
    after = code.package_versions(repo, "scripts/pkg/step.py", ["PyYAML"])
    assert before != after == {"PyYAML": "99.0"}
