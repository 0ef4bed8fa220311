import subprocess
import sys

import pytest

STEP = """
import sys
from scripts.common import cli
from scripts.common.errors import UserError
def main():
    args = cli.Parser("A step.").parse_args()
    cli.log.info("working")
    {action}
cli.run(main)
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
