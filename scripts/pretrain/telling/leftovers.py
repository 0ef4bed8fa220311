"""Checkpoints that another training of the same phase, with other settings, has left behind."""

import shlex
from pathlib import Path


def leftovers(checkpoints: Path, phase: str, but: Path | None = None) -> list[str]:
    """A phase's folders of checkpoints but one: the size of each, and the command that removes it."""
    return [
        f"{folder} ({size_of(folder) / 1e9:.1f} GB; rm -r {shlex.quote(str(folder))})"
        for folder in sorted(checkpoints.glob(f"{phase}-{'?' * 16}"))
        if folder != but and any(folder.glob("step-*"))
    ]


def size_of(folder: Path) -> int:
    """The bytes of the files in a folder."""
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
