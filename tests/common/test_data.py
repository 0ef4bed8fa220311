import pytest

from scripts.common import data
from scripts.common.code import data_files
from tests.runs import ROOT


@pytest.fixture
def beside(tmp_path):
    """Write a file beside a module and give the module's name."""

    def write(name: str, text: str) -> str:
        (tmp_path / name).write_text(text, encoding="utf-8")
        return str(tmp_path / "module.py")

    return write


def test_text_is_read_as_it_is(beside):
    assert data.data_text(beside("a.txt", " é\n"), "a.txt") == " é\n"


def test_lines_and_words_without_comments(beside):
    module = beside("a.txt", "# all\n\n  one two \nthree # four\n")
    assert data.data_lines(module, "a.txt") == ["one two", "three # four"]
    assert data.data_words(module, "a.txt") == ["one", "two", "three", "#", "four"]


def test_values_of_yaml(beside):
    assert data.data_yaml(beside("a.yaml", "a: [1]"), "a.yaml") == {"a": [1]}


def test_each_data_file_is_counted_by_a_modules_digest():
    modules = [path for path in ROOT.glob("scripts/**/*.py") if "__file__" in path.read_text()]
    named = {file for module in modules for file in data_files(module)}
    apart = {".py", ".pyc", ".sh"}  # environment.sh says of itself what it changes
    there = {path for path in ROOT.glob("scripts/**/*.*") if path.suffix not in apart}
    assert there == named
