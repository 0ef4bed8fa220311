"""Two thousand damaged files: each is read, or refused in one line that names it; nothing else happens."""

import os
import random
import shutil
import traceback
from pathlib import Path
from typing import Any

import pytest

from scripts.common.errors import UserError
from tests.faults.damage import damaged
from tests.faults.readers import READERS, Reader

CASES = int(os.environ.get("D2G_FUZZ", 2000))
SEED = int(os.environ.get("D2G_SEED", 1))


SUMMED = (".bz2", ".gz", ".zst")  # formats with a sum, of which no other content may be taken


def verdict(
    reader: Reader, whole: bytes, value: Any, folder: Path, path: Path, seed: str
) -> str | None:
    """What is wrong with how a damaged file was read; None where nothing is. `value`: of the whole one."""
    path.write_bytes(damaged(whole, random.Random(seed)))
    before = sorted(folder.rglob("*"))
    try:
        found = reader.read(path)
        if path.suffix in SUMMED and found != value:
            return f"{seed}: damaged, but taken for whole"
    except UserError as error:
        said = str(error)
        if "\n" in said or len(said) > 600:
            return f"{seed}: not one line: {said[:300]!r}"
        if path.name not in said and path.parent.name not in said:
            return f"{seed}: the file is not named: {said}"
        left = [
            str(file) for file in sorted(folder.rglob("*")) if file not in before and file.is_file()
        ]
        return f"{seed}: left behind: {left}" if left else None
    except Exception as error:
        last = traceback.extract_tb(error.__traceback__)[-1]
        return f"{seed}: {type(error).__name__}: {str(error)[:150]} ({last.filename}:{last.lineno})"
    return None


@pytest.mark.slow
@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.name)
def test_damage_is_read_or_refused_in_a_line(reader, tmp_path):
    path = reader.write(tmp_path)
    whole = path.read_bytes()
    value = reader.read(path)
    shutil.rmtree(tmp_path / "out", ignore_errors=True)

    wrong = []
    for number in range(CASES // len(READERS) + 1):
        seed = f"{SEED} {reader.name} {number}"
        wrong.append(verdict(reader, whole, value, tmp_path, path, seed))
        shutil.rmtree(tmp_path / "out", ignore_errors=True)
    assert not (found := list(filter(None, wrong))), "\n".join(found[:20])
