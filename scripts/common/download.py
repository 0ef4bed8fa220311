"""Files from a server or a folder (file://): resumed, retried, and never accepted without their digest."""

import concurrent.futures
import contextlib
import hashlib
import http.client
import logging
import os
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

from scripts.common.atomic import naming, sync, sync_entry
from scripts.common.errors import UserError, ran_out
from scripts.common.settings import setting

log = logging.getLogger("dump2glue")

Response = TypeVar("Response")
AGENT = "dump2glue/0.1 (a workflow that trains BERT on Wikipedia; two connections at most)"
CHUNK = 1 << 20
LOGGED = 15  # seconds between two lines of progress
SILENCE = 30  # seconds without a byte after which a connection counts as broken
WINDOW = 60  # seconds in which SLOWEST bytes a second must come
SLOWEST = 1000
TOO_SLOW = f"it sends less than {SLOWEST} bytes a second"
ENDED = "the connection ended before the file did"
LONGEST = 120  # seconds between two tries at most, unless the server asks for more
PATIENCE = 3600  # seconds that a server may ask for at most


class Missing(UserError):
    """The server does not have a file."""


class Broken(Exception):
    """A request failed in a way that may pass; `wait` is how long the server asks to wait."""

    def __init__(self, reason: str | Exception, wait: float | None = None):
        super().__init__(str(reason) or type(reason).__name__)
        self.wait = wait


class Beyond(Broken):
    """What was asked for begins behind the file's end."""


class Slow(Broken):
    """A server that sends next to nothing; to go on with it would take for ever."""


@dataclass(frozen=True)
class Retries:
    """How often what may pass is tried again; the pause is doubled after each try that failed."""

    tries: int = setting(8, "in a row that bring nothing", minimum=1)
    pause: float = setting(2.0, "seconds before the second try", minimum=0)


def download(
    url: str,
    target: Path,
    digest: str,
    *,
    key: str,
    algorithm: str = "sha256",
    size: int | None = None,
    retries: Retries = Retries(),
) -> None:
    """Fetch `url` to `target`, which appears once its digest (hexadecimal) is right.

    What has come before a connection breaks stays beside it under a hidden name that holds the
    digest, so that the next try, or the next call, asks for the rest only. `size` is the file's, in
    bytes, where it is known, and `key` the config's key of the server. Raises Missing where there is
    no such file, and UserError where the server refuses, where so many tries in a row brought
    nothing new, and where a whole file twice had another digest.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f".{target.name}.{digest[:12]}.part")
    for _ in range(2):
        fetch_whole(url, partial, size, key, retries)
        with open(partial, "rb") as file:
            found = hashlib.file_digest(file, algorithm).hexdigest()
        if found == digest.lower():
            sync(partial)
            os.replace(partial, target)
            sync_entry(target.parent)
            log.info("%s: %s bytes, %s as listed", target, f"{target.stat().st_size:,}", algorithm)
            return
        partial.unlink()
        log.warning("%s: its %s is %s, not %s as listed", url, algorithm, found, digest)
    raise UserError(
        f"{url}: its {algorithm} is {found}, but {digest} is listed; the mirror's copy is bad, "
        f"set {key} to another"
    )


def fetch(url: str, key: str, retries: Retries) -> bytes:
    """A small file's bytes. Raises Missing, or UserError when the server cannot be reached."""
    with tempfile.TemporaryDirectory(prefix="dump2glue-") as folder:
        file = Path(folder, "fetched")
        fetch_whole(url, file, None, key, retries)
        return file.read_bytes()


def fetch_whole(url: str, partial: Path, size: int | None, key: str, retries: Retries) -> None:
    """Fetch what is missing of a file, in as many tries as bring something new."""
    most = failures = 0
    while True:
        try:
            if fetch_more(url, partial, size):
                return
            raise Broken(ENDED)
        except Broken as error:
            if isinstance(error, Beyond):
                partial.unlink(missing_ok=True)
            grown = partial.exists() and partial.stat().st_size > most
            if grown and not isinstance(error, Slow):
                most = partial.stat().st_size
                failures = 0
            if lacking := ran_out(error):
                raise UserError(f"{url}: {lacking}") from error
            failures += 1
            if failures >= retries.tries:
                raise UserError(
                    f"{url}: {error} ({failures} tries); check the network, a proxy's settings "
                    f"(https_proxy) and {key}, and run again"
                ) from error
            wait = min(retries.pause * 2 ** (failures - 1), LONGEST)
            wait = max(wait, min(error.wait or 0, PATIENCE))
            log.warning("%s: %s; next try in %.0f s", url, error, wait)
            time.sleep(wait)


def fetch_more(url: str, partial: Path, size: int | None) -> bool:
    """Append to a file what one connection brings; say whether the file is whole."""
    start = partial.stat().st_size if partial.exists() else 0
    if size is not None and start >= size:
        return True
    response, begin, total = open_url(url, start)
    expected = total if size is None else size
    with response, naming(partial), open(partial, "ab") as file:
        file.truncate(begin)
        got = begin
        started = spoken = time.monotonic()
        for chunk in pieces(response):
            file.write(chunk)
            got += len(chunk)
            now = time.monotonic()
            if now - spoken > LOGGED:
                spoken = now
                speed = (got - begin) / (now - started) / 1e6
                log.info("%s: %.0f MB, %.1f MB/s", partial.name, got / 1e6, speed)
            if expected is not None and got >= expected:
                break
    return expected is None or got >= expected


def pieces(response: http.client.HTTPResponse) -> Iterator[bytes]:
    """A body's bytes as they come. Raises Broken where they end in an error, Slow where few come."""
    since, count = time.monotonic(), 0
    while True:
        try:
            chunk = response.read1(CHUNK)
        except (OSError, http.client.HTTPException) as error:
            raise Broken(error) from error
        if not chunk:
            return
        yield chunk
        count += len(chunk)
        if (now := time.monotonic()) - since > WINDOW:
            if count < SLOWEST * WINDOW:
                raise Slow(TOO_SLOW)
            since, count = now, 0


def promptly(call: Callable[[], Response]) -> Response:
    """What a call that opens a connection returns or raises. Raises Slow where it takes over WINDOW seconds.

    A socket's own timeout is one of each read, and headers may come byte by byte.
    """
    answer: concurrent.futures.Future[Response] = concurrent.futures.Future()

    def work() -> None:
        try:
            answer.set_result(call())
        except Exception as error:
            answer.set_exception(error)

    threading.Thread(target=work, daemon=True).start()
    if not concurrent.futures.wait([answer], WINDOW).done:
        raise Slow(TOO_SLOW)
    return answer.result()


def open_url(url: str, start: int = 0) -> tuple[http.client.HTTPResponse, int, int | None]:
    """A file's bytes from `start` on, or from 0 where the server cannot do that.

    And the byte that they begin at, and the whole file's length, where it is known. Raises Missing or
    Broken, or UserError for what no repetition will mend.
    """
    request = urllib.request.Request(url, headers={"User-Agent": AGENT})
    if start and url.startswith("http"):
        request.add_header("Range", f"bytes={start}-")
    try:
        # An opener of its own, since the shared one keeps the proxies that it has seen first.
        opener = urllib.request.build_opener()
        response = promptly(partial(opener.open, request, timeout=SILENCE))
    except urllib.error.HTTPError as error:
        raise status_error(url, error) from error
    except urllib.error.URLError as error:
        if "No such file" in str(error.reason):
            raise Missing(f"{url}: no such file") from error
        raise Broken(str(error.reason)) from error
    except (OSError, http.client.HTTPException) as error:
        raise Broken(error) from error
    length = response.headers.get("Content-Length", "")
    total = int(length) if length.isdecimal() else None
    if url.startswith("file:"):
        response.fp.seek(start)
        return response, start, total
    if response.status == 206:
        return response, start, None if total is None else start + total
    return response, 0, total


def status_error(url: str, error: urllib.error.HTTPError) -> Exception:
    """What a status means: gone, to be asked again, or a mistake."""
    error.close()
    said = f"the server says {error.code} {error.reason}"
    if error.code in (404, 410):
        return Missing(f"{url}: {said}")
    if error.code == 416:
        return Beyond(f"the server says that {url} is shorter than what came of it")
    if error.code in (408, 425, 429) or error.code >= 500:
        return Broken(said, retry_after(error.headers.get("Retry-After")))
    return UserError(f"{url}: {said}")


def retry_after(value: str | None) -> float | None:
    """The seconds that a Retry-After header asks for: a number, or a date."""
    from urllib3 import Retry
    from urllib3.exceptions import InvalidHeader

    with contextlib.suppress(InvalidHeader):
        return Retry().parse_retry_after(value) if value else None
    return None
