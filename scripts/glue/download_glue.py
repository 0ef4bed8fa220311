"""Fetch one of the benchmark's files from its server or a mirror of it, and verify it.

    python -m scripts.glue.download_glue CoLA.zip --mirror https://dl.fbaipublicfiles.com -o CoLA.zip

A transfer that was cut off goes on where it ended, in this call or the next.
"""

from pathlib import Path

from scripts.common import cli
from scripts.common.download import download
from scripts.common.errors import UserError
from scripts.glue.files.official_files import SOURCES


def download_glue(name: str, /, mirror: str, output: Path, sha256: str | None = None) -> None:
    """Fetch a file; `sha256` is that of a mirror's file which is not the official one."""
    if not (source := SOURCES.get(name)):
        raise UserError(f"{name}: no such file; known here: {', '.join(SOURCES)}")
    url = f"{mirror.rstrip('/')}/{source.path}"
    size = None if sha256 else source.size
    download(url, output, sha256 or source.sha256, key="glue.mirror", size=size)


main = cli.step(download_glue, sha256="of a mirror's file that is not the official one")
