"""The digests of the steps' code as a run compares them, computed once for each state of the code."""

import contextlib
import functools
import hashlib
import json
import os
import sys
from pathlib import Path

from scripts.common.code import code_digest, module_digests

KNOWN = Path(".snakemake/dump2glue/code.json")


def step_code(root: Path, step: str, known: Path = KNOWN) -> str:
    """A step's digest and, sorted, those of its modules; from `known` where no file has changed."""
    source = source_digest(root)
    steps = read_known(known, source)
    if step not in steps:
        modules = sorted(digest[:16] for digest in module_digests(root, step).values())
        steps[step] = " ".join([code_digest(root, step)[:16], *modules])
        with contextlib.suppress(OSError):  # where the folder cannot be written to
            known.parent.mkdir(parents=True, exist_ok=True)
            temporary = known.with_name(f"{known.name}.{os.getpid()}")
            temporary.write_text(json.dumps({source: steps}))
            temporary.replace(known)
    return steps[step]


@functools.cache
def source_digest(root: Path) -> str:
    """One digest of this Python's version and of all files below scripts/, the digests' own code too."""
    digest = hashlib.sha256(sys.version.encode())
    for path in sorted((root / "scripts").rglob("*")):
        if path.is_file() and path.suffix != ".pyc":
            content = path.read_bytes()
            digest.update(f"\0{path.relative_to(root)}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()


@functools.cache
def read_known(known: Path, source: str) -> dict[str, str]:
    try:
        return dict(json.loads(known.read_text())[source])
    except (OSError, ValueError, LookupError, TypeError):
        return {}
