"""An HDF5 file for which there is no room: an error that names it, and never a crash of the library."""

import subprocess
import sys

import pytest

from tests.examples.made import make
from tests.runs import ROOT

PROGRAM = """
import resource, signal, sys
from pathlib import Path
from tests.examples.made import make
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]),) * 2)
try:
    make(Path(sys.argv[1]), 40)
except OSError as error:
    sys.exit(f"{error.filename}: {error.strerror}")
"""


@pytest.mark.parametrize("lacking", [1, 300, 1200])
def test_a_file_without_room_is_an_error_of_its_name(tmp_path, lacking):
    size = make(tmp_path / "whole.h5", 40).stat().st_size
    target = tmp_path / "cut.h5"
    words = [sys.executable, "-c", PROGRAM, str(target), str(size - lacking)]
    ended = subprocess.run(words, cwd=ROOT, capture_output=True, text=True)
    assert (ended.returncode, ended.stderr) == (1, f"{target}: File too large\n")
    assert not target.exists()
