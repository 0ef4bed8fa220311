"""Files from a server: resumed, retried, and never accepted without their digest."""

import hashlib
import http.client
import time
import urllib.error
import urllib.request
from pathlib import Path

from scripts.common.atomic import sync, sync_entry
from scripts.common.cli import log
from scripts.common.errors import UserError

BLOCK = 1 << 20
TIMEOUT = 60  # seconds without a byte
ATTEMPTS = 6
TEMPORARY = (408, 425, 429, 500, 502, 503, 504)  # statuses that are worth another attempt


class Incomplete(OSError):
    """The connection ended before the file did."""


def download(
    url: str,
    target: Path,
    digest: str,
    algorithm: str = "sha256",
    size: int | None = None,
    attempts: int = ATTEMPTS,
    wait: float = 1.0,
) -> None:
    """Fetch `url` to `target`, which appears once its digest is right.

    What has come is kept beside it under a hidden name that holds the digest, so that the next
    attempt, or the next call, asks for the rest only. `wait` seconds are doubled after each failed
    attempt. Raises UserError, naming the address, where the server refuses, the connection keeps
    failing, or the file is not the right one.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f".{target.name}.{digest[:16]}.part")
    for attempt in range(1, attempts + 1):
        resumed = part.exists() and part.stat().st_size > 0
        try:
            receive(url, part, size)
        except urllib.error.HTTPError as error:
            if error.code == 416:  # the part is longer than the file, or whole
                if matches(part, digest, algorithm):
                    break
                part.unlink(missing_ok=True)
            elif error.code not in TEMPORARY:
                raise UserError(f"{url}: the server answers {error.code} {error.reason}") from error
            reason = f"the server answers {error.code}"
        except (OSError, http.client.HTTPException) as error:
            reason = str(getattr(error, "reason", error)) or type(error).__name__
            if isinstance(getattr(error, "reason", None), FileNotFoundError):
                raise UserError(f"{url}: no such file") from error
        else:
            if matches(part, digest, algorithm):
                break
            part.unlink()
            if not resumed:
                raise UserError(
                    f"{url}: not the file that was expected (its {algorithm} is not {digest}); "
                    "it was damaged on the way, or the mirror holds another one"
                )
            reason = "what was resumed does not fit together"
        if attempt == attempts:
            raise UserError(f"{url}: gave up after {attempts} attempts ({reason}); run it again")
        log.info("%s: %s; attempt %d of %d follows", url, reason, attempt + 1, attempts)
        time.sleep(wait * 2 ** (attempt - 1))
    sync(part)
    part.replace(target)
    sync_entry(target.parent)


def receive(url: str, part: Path, size: int | None) -> None:
    """Append to `part` what it lacks of `url`; start anew where the server cannot resume."""
    have = part.stat().st_size if part.exists() else 0
    request = urllib.request.Request(url, headers={"User-Agent": "dump2glue"})
    if have:
        request.add_header("Range", f"bytes={have}-")
    with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:
        resumes = answer.status == 206 and answer.headers.get("Content-Range", "").startswith(
            f"bytes {have}-"
        )
        have = have if resumes else 0
        length = answer.headers.get("Content-Length")
        total = have + int(length) if length else size
        shown = time.monotonic()
        with open(part, "ab" if resumes else "wb") as file:
            while block := answer.read(BLOCK):
                have += len(block)
                if size is not None and have > size:
                    file.truncate(0)
                    raise UserError(f"{url}: longer than the {size} bytes that were expected")
                file.write(block)
                if time.monotonic() - shown > 10:
                    shown = time.monotonic()
                    log.info("%s: %.0f of %.0f MB", url, have / 1e6, (total or 0) / 1e6)
    if total is not None and have < total:
        raise Incomplete(f"the connection ended after {have} of {total} bytes")


def matches(path: Path, digest: str, algorithm: str) -> bool:
    """Whether a file has this digest (hexadecimal)."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, algorithm).hexdigest() == digest.lower()
