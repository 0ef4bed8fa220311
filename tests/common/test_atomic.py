import errno
import os
import signal
import subprocess
import sys

import pytest

from scripts.common.atomic import atomic_path, write_text


def fail_after_writing(target, error):
    with atomic_path(target) as path:
        path.write_text("half")
        raise error


def test_writes_whole_or_nothing(tmp_path):
    target = tmp_path / "new" / "out.txt"
    with pytest.raises(RuntimeError):
        fail_after_writing(target, RuntimeError())
    assert list(target.parent.iterdir()) == []
    write_text(target, "whole\n")
    assert target.read_bytes() == b"whole\n"
    assert [p.name for p in target.parent.iterdir()] == ["out.txt"]


def test_a_failure_keeps_the_old_content(tmp_path):
    target = tmp_path / "out.txt"
    target.write_text("old")
    with pytest.raises(OSError, match="full"):
        fail_after_writing(target, OSError(errno.ENOSPC, "full"))
    assert target.read_text() == "old"


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, "No space left on device"),
        OSError(errno.EFBIG, "File too large", "elsewhere"),
        RuntimeError("Error while serializing: I/O error: No space left on device (os error 28)"),
        OSError("Can't write data (errno = 122, error message = 'Disk quota exceeded')"),
    ],
)
def test_a_full_disk_is_said_of_the_target(tmp_path, error):
    target = tmp_path / "out.txt"
    with pytest.raises(OSError, match=r"\[Errno \d+\]") as caught:
        fail_after_writing(target, error)
    assert caught.value.filename == str(target)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_replaces_a_folder(tmp_path):
    target = tmp_path / "model"
    for content in ("one", "two"):
        with atomic_path(target) as path:
            path.mkdir()
            (path / content).write_text(content)
    assert [p.name for p in target.iterdir()] == ["two"]


def test_a_killed_writer_leaves_no_final_name(tmp_path):
    target = tmp_path / "out.txt"
    program = (
        "import os, sys, signal\n"
        "from scripts.common.atomic import atomic_path\n"
        "with atomic_path(sys.argv[1]) as path:\n"
        "    path.write_text('half')\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program, target], env=os.environ | {"PYTHONPATH": "."}
    )
    assert ended.returncode == -signal.SIGKILL
    assert not target.exists()
    write_text(target, "whole")
    assert [p.name for p in tmp_path.iterdir()] == ["out.txt"]
