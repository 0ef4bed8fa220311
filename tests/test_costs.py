"""Whom the limit of a test without a mark falls on, and what it does not count."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.runs import ROOT

PROGRAM = """
import sys, time, types, pytest

def burn():
    end = time.process_time() + 1.2
    while time.process_time() < end:
        pass

def load():
    sys.modules.update({f"library{n}": types.ModuleType("m") for n in range(400)})

@pytest.fixture(scope="module")
def costly():
    burn()

@pytest.fixture(scope="module")
def library():
    load()
    burn()

def test_cheap(): pass
def test_costs(): burn()
def test_first_of_a_fixture(costly): pass
def test_second_of_a_fixture(costly): pass
@pytest.mark.slow
def test_marked(costly): burn()
def test_first_use_of_a_library(library): pass
def test_costs_with_a_library_there(library): burn()
"""


@pytest.mark.slow
def test_the_limit_is_on_what_a_test_and_its_fixtures_cost(tmp_path: Path) -> None:
    (tmp_path / "test_some.py").write_text(PROGRAM)
    words = ["-p", "tests.costs", "-p", "no:xdist", "-p", "no:cacheprovider", "-q", "-rA"]
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            *words,
            "-c",
            "/dev/null",
            "--rootdir",
            ".",
            "test_some.py",
        ],
        cwd=tmp_path,
        env=os.environ | {"D2G_TIME_LIMIT": "0.6", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    found = dict(line.split(" - ")[0].split()[:2][::-1] for line in done.stdout.splitlines()
                 if line.startswith(("PASSED ", "FAILED ")))  # fmt: skip
    assert {name.partition("::test_")[2]: how for name, how in found.items()} == {
        "cheap": "PASSED",
        "costs": "FAILED",
        "first_of_a_fixture": "FAILED",
        "second_of_a_fixture": "FAILED",
        "marked": "PASSED",
        "first_use_of_a_library": "PASSED",
        "costs_with_a_library_there": "FAILED",
    }, done.stdout
    assert "over the limit of 0.6 s" in done.stdout
