"""Download one file of a Wikipedia dump and check its SHA-1.

    python -m scripts.corpus.download_dump enwiki-20251101-pages-articles1.xml-p1p41242.bz2 \
        --wiki enwiki --date 20251101 --sha1 … --size … -o enwiki-20251101-pages-articles1.xml.bz2

What has come before a connection breaks stays beside the output, under a hidden name, and the next
try, or the next run, goes on from there. The file gets its name when its sum is right.
"""

from pathlib import Path

from scripts.common import cli
from scripts.common.download import Missing, Retries, download
from scripts.corpus.dump.mirror import KEY, Dump, no_such_dump


@cli.step
def main(
    name: str, /, dump: Dump, sha1: str, output: Path, retries: Retries, size: int | None = None
) -> None:
    url = dump.url(dump.date, name)
    try:
        download(url, output, sha1, key=KEY, algorithm="sha1", size=size, retries=retries)
    except Missing as error:
        raise no_such_dump(dump, retries) from error
