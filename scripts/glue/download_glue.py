"""Fetch one of the benchmark's files from its server or a mirror of it, and verify it.

    python -m scripts.glue.download_glue CoLA.zip --mirror https://dl.fbaipublicfiles.com -o CoLA.zip

A transfer that was cut off goes on where it ended, in this call or the next.
"""

from pathlib import Path

from scripts.common import cli
from scripts.common.download import download
from scripts.glue.files.official_files import SOURCES


@cli.step
def main() -> None:
    parser = cli.Parser(__doc__)
    parser.add_argument("name", choices=list(SOURCES))
    parser.add_argument("--mirror", required=True)
    parser.add_argument("--sha256", help="of a mirror's file that is not the official one")
    parser.add_argument("-o", "--output", required=True, type=Path)
    args = parser.parse_args()
    source = SOURCES[args.name]
    url = f"{args.mirror.rstrip('/')}/{source.path}"
    size = None if args.sha256 else source.size
    download(url, args.output, args.sha256 or source.sha256, key="glue.mirror", size=size)
