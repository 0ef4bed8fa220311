"""Every command that the documents, `--help` and docstrings show is one that its program takes."""

import importlib.util
import re
import subprocess
import sys
from argparse import Action, ArgumentParser
from collections import defaultdict
from contextlib import contextmanager
from pathlib import Path

import pytest
from snakemake.cli import parse_args

from tests.docs.shown import STEP, Command, commands, docstring, of_lines
from tests.runs import ROOT

ROOTS = ("scripts", "tests", "config", "docs", "rules", "profiles")
OF_SNAKEMAKE = ("scripts.workflow.plan", "scripts.workflow.why")  # they take what it takes
WITHOUT_PARSER = ("tests.clusters.slurm.lab", "tests.pretrain.test_golden")
PLACEHOLDER = re.compile(r"…|\.\.\.|[A-Z]+|PLACEHOLDER")


def by_module() -> dict[str, list[Command]]:
    """The shown commands of each of the repository's modules."""
    found = defaultdict(list)
    for command in commands():
        if (
            command.module.startswith(("scripts.", "tests."))
            and "PLACEHOLDER" not in command.module
        ):
            found[command.module].append(command)
    return dict(sorted(found.items()))


def file_of(module: str) -> Path:
    return ROOT / f"{module.replace('.', '/')}.py"


def of_program(name: str) -> list[Command]:
    """The shown commands of a program, `snakemake` or `make`, or of what passes its words on."""
    passed_on = OF_SNAKEMAKE if name == "snakemake" else ()
    return [
        command for command in commands() if command.words[0] == name or command.module in passed_on
    ]


def benchmark(module: str):
    """A module as a test's argument; what measures imports all that it measures."""
    slow = [pytest.mark.slow] if module.startswith("tests.benchmarks") else []
    return pytest.param(module, marks=slow)


class Caught(BaseException):
    """A parser that was about to parse; no step catches it."""

    def __init__(self, parser: ArgumentParser):
        self.parser = parser


class Refused(Exception):
    """What a parser has against a command."""


@contextmanager
def caught_parsers():
    """Have every parser be raised instead of used."""

    def stop(parser, *_, **__):
        raise Caught(parser)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ArgumentParser, "parse_args", stop)
        yield patch


def parser_of(module: str) -> ArgumentParser:
    """The parser that a step's `main` makes."""
    step = importlib.import_module(module)
    with caught_parsers() as patch:
        patch.setattr(sys, "argv", [module])
        with pytest.raises(Caught) as caught:
            step.main()
    return caught.value.parser


def tolerant(action: Action, rest_left_out: bool) -> None:
    """Have an argument take placeholders, and where a command ends in `…`, be left out."""
    kind = action.type
    if kind:
        action.type = lambda word: word if PLACEHOLDER.fullmatch(word) else kind(word)
    if rest_left_out:
        action.required = False


def parse(parser: ArgumentParser, words: list[str]) -> None:
    """Parse the words of a command. Raises Refused with the parser's own message."""

    def refuse(message: str):
        raise Refused(message)

    parser.error = refuse  # type: ignore[method-assign]
    rest_left_out = words[-1:] == ["…"]
    if rest_left_out and not "".join(words[-2:-1]).startswith("-"):
        words = words[:-1]
    for action in parser._actions:
        tolerant(action, rest_left_out)
    ArgumentParser.parse_args(parser, words)


@pytest.mark.parametrize(
    "module", [benchmark(name) for name in by_module() if name not in OF_SNAKEMAKE]
)
def test_a_step_takes_the_commands_that_are_shown(module, monkeypatch):
    monkeypatch.chdir(ROOT)
    for command in by_module()[module]:
        words = command.arguments
        if module in WITHOUT_PARSER:
            assert importlib.util.find_spec(module), command
            continue
        try:
            if module == "scripts.pretrain.launch":
                place = words.index("--")
                parse(parser_of("scripts.pretrain.pretrain"), words[place + 1 :])
                words = words[:place]
            parser = parser_of(module)
            assert docstring(file_of(module)).splitlines()[0] in str(parser.description)
            if words != ["--help"]:
                parse(parser, words)
        except Refused as refused:
            pytest.fail(f"{command}\n{refused}")


def test_every_step_shows_how_it_is_called():
    """In its docstring, so that what is tested here holds for its `--help`."""
    steps = {
        f"scripts.{file.parent.name}.{file.stem}"
        for file in ROOT.glob("scripts/*/*.py")
        if STEP.search(text := file.read_text("utf-8")) or '__name__ == "__main__"' in text
    }
    shown = {command.module for command in commands() if command.where.startswith("scripts/")}
    assert steps - shown == set()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("make env && snakemake -n | less", [["make", "env"], ["snakemake", "-n"]]),
        ("A=1 python -m a.b \\\n    --x 'y z'  # why", [["python", "-m", "a.b", "--x", "y z"]]),
        ("make plan; make test", [["make", "plan"], ["make", "test"]]),
        (
            "snakemake [--cores 2] <target> [what you like]",
            [["snakemake", "--cores", "2", "PLACEHOLDER"]],
        ),
        ("pip install snakemake\nmakes nothing", []),
    ],
)
def test_commands_are_split_as_a_shell_would(text, found):
    assert [list(command.words) for command in of_lines("here", text)] == found


def test_flags_on_a_line_of_their_own_are_no_part_of_a_command():
    with pytest.raises(ValueError, match="no backslash"):
        list(of_lines("here", "make plan\n  --x"))


@pytest.mark.parametrize(
    "words", [["a", "--nonesuch"], ["a", "--size", "x"], ["a"], ["--size", "1"]]
)
def test_what_a_parser_refuses_is_seen(words):
    parser = ArgumentParser()
    parser.add_argument("file")
    parser.add_argument("--size", type=int, required=True)
    with pytest.raises(Refused):
        parse(parser, words)


@pytest.mark.parametrize("words", [["a", "--size", "N"], ["…"], ["a", "…"], ["--size", "…"]])
def test_placeholders_stand_for_any_value_or_for_the_rest(words):
    parser = ArgumentParser()
    parser.add_argument("file")
    parser.add_argument("--size", type=int, required=True)
    parse(parser, words)


def test_snakemake_takes_the_commands_that_are_shown(monkeypatch, capsys):
    monkeypatch.chdir(ROOT)
    for command in of_program("snakemake"):
        if "--help" in command.words:
            continue
        try:
            parse_args(command.arguments)
        except SystemExit:
            pytest.fail(f"{command}\n{capsys.readouterr().err}")


@pytest.mark.slow
def test_snakemake_knows_the_targets_that_are_shown(tmp_path):
    targets, rules = set(), set()
    for command in of_program("snakemake"):
        if "--help" not in command.words:
            arguments = parse_args(command.arguments)[1]
            targets |= set(arguments.targets)
            rules |= set(arguments.until or ())
    assert "glue_submission.zip" in targets
    known = snakemake(tmp_path, "--list-rules")
    assert rules <= set(known.split())
    snakemake(tmp_path, "--quiet", "-n", *sorted(targets))


def snakemake(folder: Path, *words: str) -> str:
    """What snakemake prints, of the sample's workflow in an empty folder."""
    command = [sys.executable, "-m", "snakemake", "--snakefile", str(ROOT / "Snakefile"), *words]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_make_has_the_targets_that_are_shown():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    known = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    for command in of_program("make"):
        targets = {word for word in command.arguments if "=" not in word}
        assert targets <= known, command


def test_files_of_the_repository_that_commands_name_exist():
    for command in commands():
        for word in command.arguments:
            if word.partition("/")[0] in ROOTS and not PLACEHOLDER.search(word):
                assert (ROOT / word).exists(), command
