"""The digests of the steps' code, computed once for as long as no file of scripts/ changes.

To parse all modules takes longer than all else that Snakemake does before a small run.
"""

import contextlib
import functools
import hashlib
import json
from pathlib import Path
from typing import Any

from scripts.common.atomic import write_text
from scripts.common.code import code_digest, digest_of, module_digests

CACHE = Path(".snakemake/dump2glue/code.json")


def step_digests(root: Path, step: str, cache: Path = CACHE) -> list[str]:
    """The digest of a step, such as `scripts/corpus/split_sentences.py`, then its modules', sorted."""
    steps = known(root, cache)["steps"]
    if step not in steps:
        modules = sorted(digest[:16] for digest in module_digests(root, step).values())
        steps[step] = [code_digest(root, step)[:16], *modules]
    return steps[step]


@functools.cache
def known(root: Path, cache: Path) -> dict[str, Any]:
    """What `cache` has of the files as they are; no step where one changed, or where it is damaged."""
    files = [file for file in sorted(root.glob("scripts/**/*")) if file.is_file()]
    content = {
        str(file.relative_to(root)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in files
        if "__pycache__" not in file.parts
    }
    found = {"files": digest_of(sorted(content.items())), "steps": {}}
    with contextlib.suppress(OSError, ValueError, AttributeError):
        kept = json.loads(cache.read_text())
        if kept.get("files") == found["files"]:
            return kept
    return found


def save(root: Path, cache: Path = CACHE) -> None:
    """Keep what is known for the next time, where the folder can be written to."""
    text = json.dumps(known(root, cache), sort_keys=True)
    with contextlib.suppress(OSError):
        if not (cache.is_file() and cache.read_text() == text):
            write_text(cache, text)
