from pathlib import Path

import pytest
import snakemake.cli

from scripts.common.code import digest_of
from scripts.workflow import why
from scripts.workflow.internals import Reason, dry_run
from scripts.workflow.why import answer, changes, code_changes

SNAKEFILE = """
seed = config.get("seed", 1)
rule all:
    input: "b"
rule first:
    input: "in.txt"
    output: "a"
    message: "Make a"
    params:
        code=f"code a{seed} x {config.get('module', 'y')} numpy@{seed}",
        flags=f"--seed {seed} --model '{{\\"a; B\\": {seed}}}'",
    shell: "cat {input} > {output}"
rule second:
    input: "a"
    output: "b"
    shell: "cat {input} > {output}"
"""


NEW = digest_of((("Module", ("body", (("Pass",),))), []))[:16]  # of a module that holds `pass`


@pytest.fixture(autouse=True)
def repository(tmp_path_factory, monkeypatch) -> None:
    """A repository of one module, which the params call NEW."""
    root = tmp_path_factory.mktemp("repository")
    (root / "scripts").mkdir()
    (root / "scripts/new.py").write_text("pass\n")
    monkeypatch.setattr(why, "ROOT", root)


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "Snakefile").write_text(SNAKEFILE)
    (tmp_path / "in.txt").write_text("1")
    return tmp_path


def ask(*words: str) -> list[str]:
    return answer(dry_run(list(words)).jobs)


def test_names_the_setting_the_module_and_the_file(folder):
    assert ask()[0] == "first: not there yet: a"
    with pytest.raises(SystemExit, match="0"):
        snakemake.cli.main(["--cores", "1", "--quiet", "all"])
    assert ask() == ["Nothing would run: every output is up to date."]
    assert ask("--config", "seed=2", f"module={NEW}") == [
        "first: setting model.a; B: 1 -> 2; setting seed: 1 -> 2; "
        "code: scripts/new.py changed; package numpy: 1 -> 2",
        "second: its input is made anew",
    ]
    (folder / "in.txt").write_text("2")
    assert ask()[0] == "first: changed input: in.txt"
    (folder / "b").unlink()
    (folder / "in.txt").write_text("1")
    assert ask() == ["second: not there yet: b"]


def test_jobs_of_one_rule_and_reason_share_a_line():
    found = [Reason("one", f"k={number}", "Updated input files: x") for number in (1, 2)]
    assert answer(found) == ["one (2 jobs): changed input: x"]
    assert answer(found[:1]) == ["one (k=1): changed input: x"]


def test_a_result_that_was_edited_is_called_one():
    (line,) = answer([Reason("plot_glue", "", "Updated input files: mine.tsv, glue_results.tsv")])
    assert line.startswith("plot_glue: changed input: mine.tsv; results that changed since, made a")
    assert "edited by hand (delete one to undo an edit): glue_results.tsv" in line


def test_unfinished_progress_is_named(folder):
    for name in (
        "seq128-0123456789abcdef/step-000000005",
        "seq512-0123456789abcdef/step-000000005",
    ):
        (folder / "results/checkpoints" / name).mkdir(parents=True)
        (folder / "results/checkpoints" / name / "state.json").write_text("{}")
    _, line = answer([Reason("pretrain", "phase=seq128", "Missing output files: x")])
    kept = "results/checkpoints/seq128-0123456789abcdef"
    assert line.startswith("unfinished progress, left behind unless settings, data and code are as")
    assert line.endswith(f": {kept} (0.0 GB; rm -r {kept})")
    assert len(answer([Reason("describe_model", "phase=seq128", "Missing output files: x")])) == 1


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
        ("a", f"b {NEW}", ["code: scripts/new.py is new"]),
        ("a x", f"b {NEW}", ["code: scripts/new.py changed"]),
        (
            "a x y",
            f"b {NEW}",
            ["code: scripts/new.py changed", "code: 1 of its modules no longer used"],
        ),
        (
            "a x",
            f"b {NEW} unknown",
            [
                "code: scripts/new.py changed or is new",
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


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("Missing output files: a, b, c, d", ["not there yet: a, b and 2 more"]),
        ("Missing output files: a, b", ["not there yet: a, b"]),
        (
            "Set of input files has changed since last execution",
            ["its list of input files changed"],
        ),
        ("Code has changed since last execution", ["the rule's command changed"]),
        ("Forced execution", ["Forced execution"]),
        (
            "Updated input files: x; Input files updated by another job: y",
            ["changed input: x", "its input is made anew"],
        ),
        (
            "Params have changed since last execution: before: '--a 1' now: '--a 2'; Code has changed",
            ["setting a: 1 -> 2", "the rule's command changed"],
        ),
    ],
)
def test_reasons_in_words(reason, said):
    assert why.explain(reason) == said


def test_of_two_objects_only_the_keys_that_differ_are_shown():
    before = """'--model \\'{"a": {"b": 1, "c": 2}, "d": 3}\\' --size {broken'"""
    now = """'--model \\'{"a": {"b": 1, "c": 4}}\\' --size 5'"""
    assert changes(f"before: {before} now: {now}") == [
        "setting model.a.c: 2 -> 4",
        "setting model.d: 3 -> not set",
        "setting size: {broken -> 5",
    ]


def test_an_object_in_place_of_another_kind_of_value_is_shown_whole():
    before = """'--model \\'{"a": 1}\\''"""
    assert changes(f"before: {before} now: '--model x'") == ["setting model: {'a': 1} -> x"]


def test_a_package_comes_goes_or_has_another_version():
    before, now = "'code a numpy@1 torch@2'", "'code a numpy@2 spacy@3'"
    assert changes(f"before: {before} now: {now}") == [
        "package numpy: 1 -> 2",
        "package spacy: not tracked -> 3",
        "package torch: 2 -> not tracked",
    ]
