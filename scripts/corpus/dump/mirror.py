"""A dump of Wikimedia's, and what a mirror of its dumps, a server or a folder (file://), has of it."""

import re
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from scripts.common.download import Retries, fetch
from scripts.common.errors import UserError
from scripts.common.settings import setting

KEY = "corpus.wikipedia.mirror"


@dataclass(frozen=True)
class Dump:
    """Which dump it is, and where it comes from."""

    wiki: str = setting("enwiki", "the wiki's name", pattern="^[a-z0-9_-]+$")
    date: str = setting("20251101", "the dump's date", pattern="^[0-9]{8}$")
    mirror: str = setting(
        "https://dumps.wikimedia.org", "a server, or file://…", pattern="^(https?|file)://"
    )

    def url(self, *names: str) -> str:
        return "/".join([self.mirror.rstrip("/"), self.wiki, *names])


def available_dates(dump: Dump, retries: Retries) -> list[str]:
    """The dates of which the mirror has a folder for a wiki, in order; none where it says nothing."""
    url = dump.url("")
    if url.startswith("file:"):
        folder = Path(urllib.request.url2pathname(url.removeprefix("file://")))
        names = [path.name for path in folder.iterdir()] if folder.is_dir() else []
    else:
        try:
            page = fetch(url, KEY, retries).decode("utf-8", "replace")
        except UserError:
            return []
        names = re.findall(r'href="(?:[^"]*/)?(\d{8})/?"', page)
    return sorted({name for name in names if re.fullmatch(r"\d{8}", name)})


def nearest(date: str, available: list[str], count: int = 3) -> list[str]:
    return sorted(sorted(available, key=lambda other: abs(day(other) - day(date)))[:count])


def day(date: str) -> int:
    """A date of eight digits as a number of days, near enough to compare."""
    return int(date[:4]) * 372 + int(date[4:6]) * 31 + int(date[6:])


def no_such_dump(dump: Dump, retries: Retries) -> UserError:
    """The error for a dump that the mirror does not have, with the nearest dates that it has."""
    wiki, date, mirror = dump.wiki, dump.date, dump.mirror
    available = available_dates(dump, retries)
    if not available:
        return UserError(
            f"corpus.wikipedia: {mirror} has no dump of {wiki}; check corpus.wikipedia.wiki and {KEY}"
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
