import subprocess
import sys

import pytest

from scripts.common import cli

STEP = """
import sys
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
