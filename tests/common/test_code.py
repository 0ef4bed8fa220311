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
        "scripts/pkg/other.py": "LIMIT = 10\nNAME = 'ten'\n",
        "scripts/pkg/stranger.py": "X = 1\n",
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


def digest(repo: Path) -> str:
    forget()
    return code.code_digest(repo, "scripts/pkg/step.py")


def forget() -> None:
    for function in vars(code).values():
        if hasattr(function, "cache_clear"):
            function.cache_clear()


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
        ("other.py", "'ten'", "u'ten'"),
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
        ("other.py", "'ten'", "None"),
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
    assert list(code.module_digests(repo, "scripts/pkg/step.py")) == [
        "scripts/pkg/deep.py",
        "scripts/pkg/helper.py",
        "scripts/pkg/other.py",
        "scripts/pkg/step.py",
    ]


def digests(repo: Path) -> set[str]:
    """All that a rule holds of the step's code."""
    whole = digest(repo)
    return {whole, *code.module_digests(repo, "scripts/pkg/step.py").values()}


def move(repo: Path, old: str, new: str) -> None:
    target = repo / "scripts" / new
    target.parent.mkdir(exist_ok=True)
    (target.parent / "__init__.py").write_text('"""Another package."""\n')
    (repo / "scripts" / old).rename(target)


def test_where_a_module_lies_does_not_count(repo):
    before = digests(repo)
    move(repo, "pkg/other.py", "away/limits.py")
    edit(repo, "step.py", "from scripts.pkg.other import LIMIT\n", "")
    edit(repo, "step.py", "import os\n", "import os\nfrom scripts.away.limits import LIMIT\n")
    assert digests(repo) == before
    move(repo, "pkg/helper.py", "away/maths.py")
    edit(repo, "step.py", "from scripts.pkg import helper", "import scripts.away.maths as helper")
    path = repo / "scripts/away/maths.py"
    path.write_text(path.read_text().replace("from . import", "from scripts.pkg import"))
    assert digests(repo) == before
    edit(repo, "step.py", "import scripts.away.maths as helper", "from scripts.away import maths")
    edit(repo, "step.py", "helper.", "maths.")
    assert digests(repo) != before


def test_what_a_name_is_imported_from_counts(repo):
    """Another module of the step that defines the same name, in one and the other branch."""
    (repo / "scripts/pkg/deep.py").write_text("TWO = 2\nLIMIT = 11\n")
    before = digests(repo)
    edit(repo, "step.py", "scripts.pkg.other import LIMIT", "scripts.pkg.deep import LIMIT")
    edit(repo, "helper.py", "from . import deep\n", "from . import deep, other\n")
    edit(repo, "helper.py", "from . import deep, other\n", "from . import deep, other as LIMIT\n")
    assert digests(repo) != before
    branch = "if {0}:\n    from scripts.pkg.{1} import LIMIT\nelse:\n    from scripts.pkg.{2} import LIMIT\n"
    path = repo / "scripts/pkg/step.py"
    path.write_text(branch.format("X", "other", "deep"))
    before = digests(repo)
    path.write_text(branch.format("X", "deep", "other"))
    after = digests(repo)
    assert after != before
    assert len(after & before) == len(after) - 1  # the modules' own digests do not tell


def test_a_relative_import_reaches_as_far_as_its_dots(repo):
    move(repo, "pkg/stranger.py", "top.py")
    (repo / "scripts/pkg/inner").mkdir()
    (repo / "scripts/pkg/inner/__init__.py").touch()
    move(repo, "pkg/deep.py", "pkg/inner/deep.py")
    edit(repo, "helper.py", "from . import deep", "from .inner import deep")
    edit(
        repo, "inner/deep.py", "TWO = 2", "from ...top import X\nfrom ..other import LIMIT\nTWO = 2"
    )
    digest(repo)
    assert [
        name.removeprefix("scripts/")
        for name in code.module_digests(repo, "scripts/pkg/inner/deep.py")
    ] == ["pkg/inner/deep.py", "pkg/other.py", "top.py"]


def test_a_package_that_does_something_counts(repo):
    before = digest(repo)
    (repo / "scripts/__init__.py").write_text('"""Words."""\n')
    assert digest(repo) == before
    (repo / "scripts/__init__.py").write_text("import os\n")
    assert digest(repo) != before


def test_modules_that_import_each_other_have_a_digest(repo):
    edit(repo, "deep.py", "TWO = 2", "from scripts.pkg import helper\nTWO = 2")
    before = digest(repo)
    assert digest(repo) == before
    edit(repo, "deep.py", "TWO = 2", "TWO = 3")
    assert digest(repo) != before


def test_a_data_file_counts_where_a_literal_names_it(repo):
    edit(
        repo,
        "deep.py",
        "TWO = 2",
        'TWO = data_text(__file__, "two.txt")\nONE = f(__file__), f(x, "three.txt"), f("three.txt", "three.txt")',
    )
    (repo / "scripts/pkg/two.txt").write_text("2")
    (repo / "scripts/pkg/three.txt").write_text("3")
    before = digest(repo)
    (repo / "scripts/pkg/three.txt").write_text("4")
    assert digest(repo) == before
    (repo / "scripts/pkg/two.txt").write_text("2\n")
    after = digest(repo)
    assert after != before
    move(repo, "pkg/two.txt", "away/two.txt")
    move(repo, "pkg/deep.py", "away/deep.py")
    edit(repo, "helper.py", "from . import deep", "from scripts.away import deep")
    assert digest(repo) == after


def test_a_data_file_without_a_literal_name_is_refused(repo):
    edit(repo, "deep.py", "TWO = 2", "\nTWO = data_text(__file__, name)")
    with pytest.raises(ValueError, match=r"deep.py:2: name the data file by a literal"):
        digest(repo)


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


def test_a_line_of_the_log_does_not_count(repo):
    edit(repo, "step.py", "    total", "    log.info('begun with %s', x)\n    total")
    before = digest(repo)
    edit(repo, "step.py", "log.info('begun with %s', x)", "log.warning(\n        'at %d', x + 1)")
    assert digest(repo) == before
    edit(repo, "step.py", "log.warning(", "total = log.warning(")
    assert digest(repo) != before


def test_what_only_tells_of_a_step_does_not_count_with_all_that_it_imports(repo):
    folder = repo / "scripts/pkg/telling"
    folder.mkdir()
    (folder / "__init__.py").write_text("READY = 1\n")
    (folder / "journal.py").write_text("from scripts.pkg import stranger\n\nROWS = 1\n")
    edit(
        repo,
        "helper.py",
        "from . import deep\n",
        "from . import deep\nfrom .telling import journal\n",
    )
    followed = digest(repo)
    assert "scripts/pkg/telling/journal.py" in code.module_digests(repo, "scripts/pkg/step.py")
    edit(repo, "step.py", "import os\n", "import os\nTELLING = ('scripts/pkg/telling',)\n")
    before = digest(repo)
    assert before != followed
    assert not [name for name in code.module_digests(repo, "scripts/pkg/step.py") if "tell" in name]
    for name in ("telling/__init__.py", "telling/journal.py", "stranger.py"):
        edit(repo, name, "1", "2")
        assert digest(repo) == before
    edit(repo, "deep.py", "2", "3")
    assert digest(repo) != before
