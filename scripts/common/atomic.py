"""Outputs that are either whole or absent."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from scripts.common.errors import NO_ROOM


@contextmanager
def atomic_path(target: Path | str) -> Iterator[Path]:
    """Yield a temporary path beside `target`; sync it and rename it when the block succeeds.

    The temporary name is the same each time, so that what a killed process left behind is
    overwritten by the next one. On an exception the temporary file or folder is removed and
    `target` keeps its old content. That the disk is full is said of `target`, whoever found it.
    """
    target = Path(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f".{target.name}.tmp")
    remove(temporary)
    with naming(target):
        try:
            yield temporary
            sync(temporary)
            if target.is_dir() and not target.is_symlink():
                shutil.rmtree(target)
            os.replace(temporary, target)
        except BaseException:
            remove(temporary)
            raise
    sync_entry(target.parent)


@contextmanager
def naming(target: Path) -> Iterator[None]:
    """Raise OSError of `target` for an error that says that no more can be written.

    Libraries say it in their own classes, with the system's words.
    """
    try:
        yield
    except BaseException as error:
        for number in NO_ROOM:
            if os.strerror(number) in str(error):
                raise OSError(number, os.strerror(number), str(target)) from error
        raise


def write_text(target: Path | str, text: str) -> None:
    """Write UTF-8 text to `target` atomically."""
    with atomic_path(target) as path:
        path.write_text(text, encoding="utf-8", newline="")


def remove(path: Path) -> None:
    """Remove a file or a folder, if it is there."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def sync(path: Path) -> None:
    """Force a file, or a folder with all that it holds, to the disk."""
    if path.is_dir():
        for child in path.iterdir():
            sync(child)
        sync_entry(path)
    else:
        with open(path, "rb") as file:
            os.fsync(file.fileno())


def sync_entry(folder: Path) -> None:
    """Force a folder's own entries (names and renames) to the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
