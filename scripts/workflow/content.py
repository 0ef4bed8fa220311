"""What the user's own files hold, known by more than their times.

Snakemake looks at a file again where its time is later than an output's. A file that was copied over it
with its old time, or a link that now leads elsewhere, goes unnoticed. So a rule that reads the user's
files has their digest as a param. A digest is computed once, and again when the file's inode, size or
times have changed.
"""

import contextlib
import functools
import hashlib
import json
import os
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from snakemake.logging import logger

from scripts.common.atomic import write_text
from scripts.common.digest import file_digest

CACHE = Path(".snakemake/dump2glue/content.json")
SETTLED = 2.0  # seconds after which a changed file has a time of its own on every file system
LARGE = 1 << 30  # bytes to be read of which the user is told

Known = dict[str, tuple[list[int], str]]


def content(files: Iterable[str | Path], cache: Path = CACHE) -> str:
    """One digest of what these files hold, in their order, whatever their names; empty for none.

    Files that are not there, since they are to be downloaded or lie elsewhere, count as absent.
    """
    digests = file_digests(list(map(str, files)), cache)
    return hashlib.sha256("\n".join(digests).encode()).hexdigest()[:16] if digests else ""


def own_files(files: Iterable[str]) -> list[str]:
    """Those of a rule's inputs that are the user's: all but what the workflow makes, below results/."""
    return [file for file in files if os.path.isabs(file) or "results" not in Path(file).parts]


def file_digests(files: list[str], cache: Path = CACHE) -> list[str]:
    """Each file's digest, from `cache` where the file is what it was; `absent` for one that is not there."""
    known = read_cache(cache)
    states = {file: state(file) for file in files}
    stale = [file for file, now in states.items() if now and known.get(file, ([], ""))[0] != now]
    if stale:
        if (size := sum(os.path.getsize(file) for file in stale)) > LARGE:
            logger.info(f"Reading {size / 1e9:,.0f} GB of your files, once, to know what they hold")
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            digests = pool.map(file_digest, stale)
        for file, digest in zip(stale, digests, strict=True):
            known[file] = (states[file] or [], digest)
        with contextlib.suppress(OSError):  # where the folder cannot be written to
            past = time.time_ns() - SETTLED * 1e9
            settled = {file: one for file, one in known.items() if max(one[0][2:]) < past}
            write_text(cache, json.dumps(settled))
    return [known[file][1] if states[file] else "absent" for file in files]


def state(file: str) -> list[int] | None:
    """What changes when a file does, links followed: inode, size, and both times in nanoseconds."""
    try:
        found = os.stat(file)
    except OSError:
        return None
    return [found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns]


@functools.cache
def read_cache(cache: Path) -> Known:
    """The digests that are known; none where the cache is absent or damaged."""
    try:
        return {file: (entry[0], entry[1]) for file, entry in json.loads(cache.read_text()).items()}
    except (OSError, ValueError, AttributeError, LookupError, TypeError):
        return {}
