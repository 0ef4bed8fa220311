"""Requests to a mirror of Wikimedia's dumps, which may be a server or a folder (file://)."""

import email.utils
import http.client
import logging
import re
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from scripts.common.errors import UserError

log = logging.getLogger("dump2glue")

AGENT = "dump2glue/0.1 (a workflow that trains BERT on Wikipedia; two connections at most)"
SILENCE = 30  # seconds without a byte after which a connection counts as broken
LONGEST = 120  # seconds between two tries at most, unless the server asks for more
PATIENCE = 3600  # seconds that a server may ask for at most


class Missing(Exception):
    """The mirror does not have a file."""


class Beyond(Exception):
    """What was asked for begins behind the file's end."""


class Broken(Exception):
    """A request failed in a way that may pass; `wait` is how long the server asks to wait."""

    def __init__(self, reason: str, wait: float | None = None):
        super().__init__(reason)
        self.wait = wait


class Patience:
    """Counts tries in a row that failed, and waits between them.

    The wait is `pause` seconds, doubled each time, or as long as the server asks.
    """

    def __init__(self, what: str, tries: int, pause: float):
        self.what = what
        self.tries = tries
        self.pause = pause
        self.failures = 0

    def renew(self) -> None:
        """Forget the failures, since something came."""
        self.failures = 0

    def spend(self, error: Broken) -> None:
        """Wait for the next try; raise UserError where there is none left."""
        self.failures += 1
        if self.failures >= self.tries:
            raise UserError(
                f"{self.what}: {error} ({self.tries} tries); check the network, a proxy's "
                "settings (https_proxy) and corpus.wikipedia.mirror, and run again"
            ) from error
        wait = min(self.pause * 2 ** (self.failures - 1), LONGEST)
        wait = max(wait, min(error.wait or 0, PATIENCE))
        log.warning("%s: %s; next try in %.0f s", self.what, error, wait)
        time.sleep(wait)


@dataclass
class Body:
    """The bytes of a file from `begin` on; `total` is the whole file's length, where it is known."""

    response: http.client.HTTPResponse
    begin: int
    total: int | None


def open_url(url: str, start: int = 0) -> Body:
    """A file's bytes from `start` on, or from 0 where the server cannot do that.

    Raises Missing, Broken or Beyond, or UserError for what no repetition will mend.
    """
    request = urllib.request.Request(url, headers={"User-Agent": AGENT})
    if start and url.startswith("http"):
        request.add_header("Range", f"bytes={start}-")
    try:
        # An opener of its own, since the shared one keeps the proxies that it has seen first.
        response = urllib.request.build_opener().open(request, timeout=SILENCE)
    except urllib.error.HTTPError as error:
        raise status_error(url, error) from error
    except urllib.error.URLError as error:
        if "No such file" in str(error.reason):
            raise Missing(url) from error
        raise Broken(str(error.reason)) from error
    except (OSError, http.client.HTTPException) as error:
        raise Broken(describe(error)) from error
    length = response.headers.get("Content-Length", "")
    total = int(length) if length.isdecimal() else None
    if url.startswith("file:"):
        response.fp.seek(start)
        return Body(response, start, total)
    if response.status == 206:
        return Body(response, start, None if total is None else start + total)
    return Body(response, 0, total)


def status_error(url: str, error: urllib.error.HTTPError) -> Exception:
    """What a status means: gone, to be asked again, or a mistake."""
    error.close()
    if error.code in (404, 410):
        return Missing(url)
    if error.code == 416:
        return Beyond(url)
    if error.code in (408, 425, 429) or error.code >= 500:
        wait = retry_after(error.headers.get("Retry-After"))
        return Broken(f"the server says {error.code} {error.reason}", wait)
    return UserError(f"{url}: the server says {error.code} {error.reason}")


def retry_after(value: str | None) -> float | None:
    """The seconds that a Retry-After header asks for: a number, or a date."""
    if not value:
        return None
    if value.strip().isdecimal():
        return float(value)
    try:
        moment = email.utils.parsedate_to_datetime(value)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())


def describe(error: Exception) -> str:
    return str(error) or type(error).__name__


def fetch(url: str, tries: int, pause: float) -> bytes:
    """A small file's bytes. Raises Missing, or UserError when the mirror cannot be reached."""

    patience = Patience(url, tries, pause)
    while True:
        try:
            with open_url(url).response as response:
                return response.read()
        except Broken as error:
            patience.spend(error)
        except (OSError, http.client.HTTPException) as error:
            patience.spend(Broken(describe(error)))


def dates(mirror: str, wiki: str, tries: int, pause: float) -> list[str]:
    """The dates of which the mirror has a folder for a wiki, in order; none where it says nothing."""
    url = f"{mirror.rstrip('/')}/{wiki}/"
    if url.startswith("file:"):
        folder = Path(urllib.request.url2pathname(url.removeprefix("file://")))
        names = [path.name for path in folder.iterdir()] if folder.is_dir() else []
    else:
        try:
            page = fetch(url, tries, pause).decode("utf-8", "replace")
        except (Missing, UserError):
            return []
        names = re.findall(r'href="(?:[^"]*/)?(\d{8})/?"', page)
    return sorted({name for name in names if re.fullmatch(r"\d{8}", name)})


def nearest(date: str, available: list[str], count: int = 3) -> list[str]:
    """Those of the available dates that are nearest to a date, in order."""

    def distance(other: str) -> int:
        return abs(day(other) - day(date))

    return sorted(sorted(available, key=distance)[:count])


def day(date: str) -> int:
    """A date of eight digits as a number of days, near enough to compare."""
    return int(date[:4]) * 372 + int(date[4:6]) * 31 + int(date[6:])


def no_such_dump(mirror: str, wiki: str, date: str, tries: int, pause: float) -> UserError:
    """The error for a dump that the mirror does not have, with the nearest dates that it has."""
    available = dates(mirror, wiki, tries, pause)
    if not available:
        return UserError(
            f"corpus.wikipedia: {mirror} has no dump of {wiki}; check corpus.wikipedia.wiki "
            "and corpus.wikipedia.mirror"
        )
    if date in available:
        return UserError(
            f"corpus.wikipedia: {mirror} has a folder for {wiki} of {date}, but no finished "
            f"pages-articles dump in it; set corpus.wikipedia.date to another of {', '.join(available)}"
        )
    return UserError(
        f"corpus.wikipedia: {mirror} has no dump of {wiki} of {date}; the nearest that it has are "
        f"of {', '.join(nearest(date, available))}: set corpus.wikipedia.date to one of them"
    )
