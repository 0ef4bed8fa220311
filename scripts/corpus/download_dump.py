"""Download one file of a Wikipedia dump and check its SHA-1.

    python -m scripts.corpus.download_dump enwiki-20251101-pages-articles1.xml-p1p41242.bz2 \
        --wiki enwiki --date 20251101 --sha1 … --size … -o enwiki-20251101-pages-articles1.xml.bz2

What has come before a connection breaks stays beside the output, under a hidden name, and the next
try, or the next run, goes on from there. The file gets its name when its sum is right.
"""

import hashlib
import http.client
import logging
import os
import time
from pathlib import Path

from scripts.common import cli
from scripts.common.atomic import sync, sync_entry
from scripts.common.errors import UserError
from scripts.corpus.dump.mirror import (
    Beyond,
    Broken,
    Missing,
    Patience,
    describe,
    no_such_dump,
    open_url,
)

log = logging.getLogger("dump2glue")

CHUNK = 1 << 20
TRIES = 8  # without a byte between them
PAUSE = 2.0  # seconds, doubled each time
LOGGED = 15  # seconds between two lines of progress


def download(url: str, output: Path, sha1: str, size: int | None, tries: int, pause: float) -> None:
    """Download `url` to `output`, whatever it takes.

    Raises Missing where there is no such file, and UserError after `tries` in a row that brought
    nothing new, or when a whole file twice had another sum than `sha1`.
    """
    output.parent.mkdir(parents=True, exist_ok=True)
    partial = output.with_name(f".{output.name}.{sha1[:12]}.part")
    for _ in range(2):
        fetch_whole(url, partial, size, Patience(url, tries, pause))
        found = file_sha1(partial)
        if found == sha1:
            sync(partial)
            os.replace(partial, output)
            sync_entry(output.parent)
            log.info("%s: %s bytes, SHA-1 as listed", output, f"{output.stat().st_size:,}")
            return
        partial.unlink()
        log.warning("%s: its SHA-1 is %s, not %s as listed", url, found, sha1)
    raise UserError(
        f"{url}: its SHA-1 is {found}, but {sha1} is listed; the mirror's copy is bad, "
        "set corpus.wikipedia.mirror to another"
    )


def fetch_whole(url: str, partial: Path, size: int | None, patience: Patience) -> None:
    """Fetch what is missing of a file, in as many tries as bring something new."""
    most = 0
    while True:
        try:
            if fetch_more(url, partial, size):
                return
            raise Broken("the connection ended before the file did")
        except Beyond as error:
            partial.unlink(missing_ok=True)
            patience.spend(Broken(f"the server says that {error} is shorter than what came of it"))
        except Broken as error:
            if partial.exists() and partial.stat().st_size > most:
                most = partial.stat().st_size
                patience.renew()
            patience.spend(error)


def fetch_more(url: str, partial: Path, size: int | None) -> bool:
    """Append to a file what one connection brings; say whether the file is whole."""
    start = partial.stat().st_size if partial.exists() else 0
    if size is not None and start >= size:
        return True
    body = open_url(url, start)
    expected = body.total if size is None else size
    with body.response, open(partial, "ab") as file:
        file.truncate(body.begin)
        got = body.begin
        started = spoken = time.monotonic()
        while expected is None or got < expected:
            try:
                chunk = body.response.read(CHUNK)
            except (OSError, http.client.HTTPException) as error:
                file.write(getattr(error, "partial", b""))
                raise Broken(describe(error)) from error
            if not chunk:
                break
            file.write(chunk)
            got += len(chunk)
            now = time.monotonic()
            if now - spoken > LOGGED:
                spoken = now
                speed = (got - body.begin) / (now - started) / 1e6
                log.info("%s: %.0f MB, %.1f MB/s", partial.name, got / 1e6, speed)
    return expected is None or got >= expected


def file_sha1(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha1").hexdigest()


def main() -> None:
    parser = cli.Parser(__doc__)
    parser.add_argument("name", help="the file's name on the mirror")
    parser.add_argument("--wiki", required=True)
    parser.add_argument("--date", required=True)
    parser.add_argument("--mirror", default="https://dumps.wikimedia.org")
    parser.add_argument("--sha1", required=True)
    parser.add_argument("--size", type=int, help="bytes, where the mirror states it")
    parser.add_argument("-o", "--output", type=Path, required=True)
    parser.add_argument("--tries", type=int, default=TRIES, help="in a row that bring nothing")
    parser.add_argument("--pause", type=float, default=PAUSE, help="seconds before the second try")
    args = parser.parse_args()
    url = f"{args.mirror.rstrip('/')}/{args.wiki}/{args.date}/{args.name}"
    try:
        download(url, args.output, args.sha1, args.size, args.tries, args.pause)
    except Missing as error:
        raise no_such_dump(args.mirror, args.wiki, args.date, args.tries, args.pause) from error


if __name__ == "__main__":
    cli.run(main)
