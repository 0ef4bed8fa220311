import shlex
import subprocess
import sys
from inspect import signature
from pathlib import Path
from typing import Literal

import pytest

from scripts.common import cli

STEP = """
import sys
from pathlib import Path
from scripts.common import cli
from scripts.common.errors import UserError
@cli.step
def main():
    args = cli.Parser("A step.").parse_args()
    cli.log.info("working")
    {action}
"""


def run(action: str, *args):
    return subprocess.run(
        [sys.executable, "-c", STEP.format(action=action), *map(str, args)],
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize(
    ("action", "line"),
    [
        (
            "raise UserError('x.tsv: line 3: no label; add one')",
            "error: x.tsv: line 3: no label; add one",
        ),
        ("open('/nowhere/x')", "error: /nowhere/x: No such file or directory"),
        ("raise OSError(28, 'cannot write\\n x.h5')", "error: cannot write x.h5"),
        (
            "raise RuntimeError('I/O error: No space left on device')",
            "error: I/O error: No space left on device",
        ),
    ],
)
def test_what_a_user_can_mend_is_one_line(tmp_path, action, line):
    log = tmp_path / "logs" / "step.log"
    ended = run(action, "--log", log)
    assert ended.returncode == 1
    assert ended.stderr == log.read_text()
    assert ended.stderr.splitlines()[-1].endswith(line)
    assert "Traceback" not in ended.stderr


def test_a_defect_keeps_its_traceback_in_the_log(tmp_path):
    ended = run("1 / 0", "--log", tmp_path / "log")
    assert ended.returncode == 1
    assert "ZeroDivisionError" in (tmp_path / "log").read_text()


def test_a_step_whose_parent_is_another_process_ends(tmp_path):
    parent = "import os; os.environ['D2G_PARENT'] = str(os.getppid() {}); "
    for other, status in (("", 0), ("+ 1", 1)):
        code = parent.format(other) + STEP.format(action="")
        ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
        assert ended.returncode == status
        assert ("error: ended with the run that started it" in ended.stderr) == bool(status)


def test_a_log_is_begun_anew_and_not_passed_on(tmp_path, capsys):
    for words in ("first", "second"):
        cli.start_logging(tmp_path / "logs/a.log")
        cli.log.info(words)
    assert (tmp_path / "logs/a.log").read_text().endswith(" second\n")
    assert len(cli.log.handlers) == 2
    assert capsys.readouterr().err.count("second") == 1
    cli.start_logging()
    assert len(cli.log.handlers) == 1


def test_a_step_that_is_imported_is_not_run(capsys):
    module = {"__name__": "scripts.other"}
    exec(STEP.format(action="print('done')"), module)
    assert callable(module["main"])
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("action", "said"),
    [
        ("raise MemoryError", "out of memory; give the step more (mem_mb)"),
        ("raise RuntimeError('std::bad_alloc')", "out of memory; give the step more (mem_mb)"),
        ("raise OSError(12, 'Cannot allocate memory')", "out of memory"),
        ('raise RuntimeError("can\'t start new thread")', "allow more (ulimit -u)"),
        ("raise BlockingIOError(11, 'Resource temporarily unavailable')", "allow more (ulimit -u)"),
        ("raise OSError(24, 'Too many open files')", "allow more (ulimit -n)"),
    ],
)
def test_what_ran_out_is_said_in_a_line(action, said):
    ended = run(action)
    assert ended.returncode == 1
    assert said in ended.stderr.splitlines()[-1]
    assert "Traceback" not in ended.stderr


IMPORTING = """
import sys
from pathlib import Path
sys.argv = ["-m"]  # as python has it while it looks for a step
import scripts
raise {error}
"""


@pytest.mark.parametrize(
    "error",
    ["ImportError('numpy:\\n libx.so: failed to map segment from shared object')", "MemoryError"],
)
def test_a_library_for_which_there_is_no_memory_is_a_line(error):
    program = IMPORTING.format(error=error)
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert ended.returncode == 1
    assert ended.stderr == "error: out of memory; give the step more (mem_mb), or fewer threads\n"


def test_another_error_of_an_import_keeps_its_traceback():
    program = IMPORTING.format(error="ImportError('no such name')")
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert "Traceback" in ended.stderr


def test_less_memory_than_libraries_are_read_in_is_refused():
    program = (
        f"import resource as r; r.setrlimit(r.RLIMIT_AS, ({400 << 20},) * 2); import os, sys; "
    )
    step = 'os.execv(sys.executable, ["python", "-m", "scripts.report.show_table", "--help"])'
    ended = subprocess.run([sys.executable, "-c", program + step], capture_output=True, text=True)
    assert ended.returncode == 1
    assert ended.stderr.startswith("error: 400 MB of memory are allowed (ulimit -v)")


def test_a_process_that_is_no_step_is_left_as_it_is():
    """Such as snakemake, which another workflow may have in common with this one."""
    program = (
        "import os, sys; before = dict(os.environ); import scripts; "
        "assert os.environ == before; assert sys.excepthook is sys.__excepthook__"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


ARGUMENTS = """
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from scripts.common import cli
from scripts.common.settings import setting

@dataclass(frozen=True)
class Settings:
    seed: int = setting(42, minimum=0)

def work(part: Path, more: list[Path], /, settings: Settings, output: Path, clean: Path | None = None,
         others: Sequence[Path] = (), fast: bool = False, threads: int = 1) -> int:
    "Prints what it gets."
    print(part, more, settings, output, clean, others, fast, threads)
    return 3

main = cli.step(work, part="a sentence file")
"""


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            "a b c -o d",
            "a [PosixPath('b'), PosixPath('c')] Settings(seed=42) d None () False 1",
        ),
        (
            "a b --output d --clean e --others f --fast --threads 2 --seed 7",
            "a [PosixPath('b')] Settings(seed=7) d e [PosixPath('f')] True 2",
        ),
        ("a b --others --no-fast -o d", "a [PosixPath('b')] Settings(seed=42) d None [] False 1"),
        ("a b", "the following arguments are required: -o/--output"),
        ("a -o d", "the following arguments are required: more"),
        ("a b -o d --seed -1", "error: --seed -1: must be at least 0"),
        ("a b -o d --threads x", "argument --threads: invalid int value: 'x'"),
        ("--help", "a sentence file"),
    ],
)
def test_a_step_gets_what_its_parameters_say(words, said):
    command = [sys.executable, "-c", ARGUMENTS, *words.split()]
    ended = subprocess.run(command, capture_output=True, text=True)
    assert said in ended.stdout + ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_literals_values_are_a_flags_choices():
    def measure(unit: Literal["m", "km"] = "m") -> None: ...

    parser = cli.Parser("A step.")
    cli.add_argument(parser, signature(measure).parameters["unit"], Literal["m", "km"], None)
    assert [parser.parse_args(words).unit for words in ([], ["--unit", "km"])] == ["m", "km"]
    with pytest.raises(SystemExit):
        parser.parse_args(["--unit", "cm"])


def test_words_may_come_from_a_file(tmp_path):
    """A command line has at most 128 kB."""
    names = [f"a file's {number}.txt" for number in range(20_000)]
    (tmp_path / "words").write_text(shlex.join([*names, "--signatures", "x y"]))
    parser = cli.Parser("A step.")
    parser.add_argument("names", nargs="+")
    parser.add_argument("--signatures", nargs="+")
    parser.add_argument("--size", type=int)
    found = parser.parse_args(["--arguments", str(tmp_path / "words"), "--size", "3"])
    assert (found.names, found.signatures, found.size) == (names, ["x y"], 3)


def test_a_full_disk_under_the_log_alone_leaves_the_step_its_way():
    ended = run("print('done')", "--log", "/dev/full")
    assert ended.returncode == 0
    assert "Traceback" not in ended.stderr
    assert ended.stderr.endswith(" working\n")


def test_a_step_leaves_no_bytecode_that_a_full_disk_could_have_cut(tmp_path):
    (tmp_path / "scripts").mkdir()
    (tmp_path / "scripts/__init__.py").write_text(Path("scripts/__init__.py").read_text())
    (tmp_path / "scripts/part.py").touch()
    (tmp_path / "scripts/step.py").write_text("import scripts.part")
    words = ["prlimit", "--fsize=10", sys.executable, "-m", "scripts.step"]
    for _ in range(2):
        subprocess.run(words, cwd=tmp_path, check=True)
    assert not list(tmp_path.rglob("part.*.pyc*"))
    subprocess.run(words[2:], cwd=tmp_path, check=True)
