"""Checkpoints that another training of the same phase, with other settings, has left behind."""

import shlex
from pathlib import Path


def leftovers(checkpoints: Path, phase: str, but: Path | None = None) -> list[str]:
    """A phase's folders of checkpoints but one: the size of each, and the command that removes it."""
    found = []
    for folder in sorted(checkpoints.glob(f"{phase}-{'?' * 16}")):
        size = sum(file.stat().st_size for file in folder.glob("step-*/*"))
        if size and folder != but:
            found.append(f"{folder} ({size / 1e9:.1f} GB; rm -r {shlex.quote(str(folder))})")
    return found
