import os
import subprocess
import sys

import pytest

from scripts.common.code import module_digest
from scripts.workflow.internals import Reason
from scripts.workflow.why import answer, changes, code_changes
from tests.runs import ROOT

MODULE = module_digest(ROOT, ROOT / "scripts/common/errors.py")[:16]
SNAKEFILE = (
    f"""MODULE = {MODULE!r}"""
    + """
seed = config.get("seed", 1)
rule all:
    input: "b"
rule first:
    input: "in.txt"
    output: "a"
    message: "Make a"
    params:
        code=f"code a{seed} x {MODULE if seed == 2 else 'y'} numpy@{seed}",
        flags=f"--seed {seed} --model '{{\\"a; B\\": {seed}}}'",
    shell: "cat {input} > {output}"
rule second:
    input: "a"
    output: "b"
    shell: "cat {input} > {output}"
"""
)


def ask(folder, *args):
    ended = subprocess.run(
        [sys.executable, "-m", "scripts.workflow.why", *args],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    return ended.stdout.splitlines()


@pytest.mark.slow
def test_names_the_setting_the_module_and_the_file(tmp_path):
    (tmp_path / "Snakefile").write_text(SNAKEFILE)
    (tmp_path / "in.txt").write_text("1")
    assert ask(tmp_path)[0] == "first: not there yet: a"
    subprocess.run(
        [sys.executable, "-m", "snakemake", "-c1", "-q", "all"], cwd=tmp_path, check=True
    )
    assert ask(tmp_path) == ["Nothing would run: every output is up to date."]
    assert ask(tmp_path, "--config", "seed=2") == [
        "first: setting model.a; B: 1 -> 2; setting seed: 1 -> 2; "
        "code: scripts/common/errors.py changed; package numpy: 1 -> 2",
        "second: its input is made anew",
    ]
    (tmp_path / "in.txt").write_text("2")
    assert ask(tmp_path)[0] == "first: changed input: in.txt"
    (tmp_path / "b").unlink()
    (tmp_path / "in.txt").write_text("1")
    assert ask(tmp_path) == ["second: not there yet: b"]


def test_jobs_of_one_rule_and_reason_share_a_line():
    found = [Reason("one", f"k={number}", "Updated input files: x") for number in (1, 2)]
    assert answer(found) == ["one (2 jobs): changed input: x"]
    assert answer(found[:1]) == ["one (k=1): changed input: x"]


def test_a_setting_may_come_and_go():
    assert changes("before: '--a 1 --b' now: '--c 2'") == [
        "setting a: 1 -> not set",
        "setting b: on -> not set",
        "setting c: not set -> 2",
    ]


@pytest.mark.parametrize(
    ("before", "now", "said"),
    [
        ("a x", "a x", []),
        ("a x", "b", ["code: 1 of its modules no longer used"]),
        ("a", f"b {MODULE}", ["code: scripts/common/errors.py is new"]),
        ("a x", f"b {MODULE}", ["code: scripts/common/errors.py changed"]),
        (
            "a x y",
            f"b {MODULE}",
            ["code: scripts/common/errors.py changed", "code: 1 of its modules no longer used"],
        ),
        (
            "a x",
            f"b {MODULE} unknown",
            [
                "code: scripts/common/errors.py changed or is new",
                "code: unknown changed or is new",
            ],
        ),
        ("a x y", "b x y", ["code: a name is imported from another module"]),
    ],
)
def test_modules_are_named_by_what_is_there_now(before, now, said):
    assert code_changes(before.split(), now.split()) == said


def test_a_switch_that_is_turned_off_is_the_same_setting():
    assert changes("before: '--lower-case' now: '--no-lower-case'") == [
        "setting lower_case: on -> off"
    ]


def test_what_cannot_be_read_is_shown_as_it_is():
    assert changes("something else") == ["something else"]
    assert changes("before: f( now: g(") == ["setting f(:  -> not set", "setting g(: not set -> "]
