"""List the files of a Wikipedia dump, with their sizes and sums, as a mirror states them.

    python -m scripts.corpus.list_dump --wiki enwiki --date 20251101 -o enwiki-20251101.json

Reads the mirror's dumpstatus.json and takes the job `articlesdump`, else `articlesmultistreamdump`,
else the single file; where a mirror has no dumpstatus.json, its list of SHA-1 sums. The Snakefile
does this once when it is read, since the graph needs to know the parts.
"""

import json
import re
from pathlib import Path
from typing import Any

from scripts.common import cli
from scripts.common.atomic import write_text
from scripts.common.download import Missing, Retries, fetch
from scripts.common.errors import UserError, blaming
from scripts.corpus.dump.mirror import KEY, Dump, no_such_dump

RETRIES = Retries(tries=3, pause=1.0)  # whoever starts the workflow waits for them
# Wikimedia's jobs by preference, with what sets the names of their files apart.
JOBS = {
    "articlesdump": r"pages-articles\d+\.",
    "articlesmultistreamdump": r"pages-articles-multistream\d+\.",
    "articlesdumprecombine": r"pages-articles\.",
    "articlesmultistreamdumprecombine": r"pages-articles-multistream\.",
}
FILE = re.compile(r"[\w.-]*pages-articles(?:-multistream)?\d*\.xml[\w.-]*\.(?:bz2|gz|zst)")
SUMS = re.compile(r"([0-9a-f]{40})\s+\*?(\S+)")


def list_dump(dump: Dump, retries: Retries = RETRIES) -> dict:
    """The files of a dump: {"wiki", "date", "job", "files": [{"name", "size", "sha1"}, …]}.

    Files are in the order of the pages that they hold; a size may be unknown (None). Raises
    UserError where the mirror cannot be reached, or does not have the dump.
    """
    url = dump.url(dump.date, "dumpstatus.json")
    try:
        job, files = from_status(json.loads(fetch(url, KEY, retries)))
    except Missing:
        job, files = "", []
    except (ValueError, AttributeError, TypeError, KeyError) as error:
        raise UserError(f"{url}: not a dump's status ({error}); try another mirror") from error
    if not files:
        try:
            url = dump.url(dump.date, f"{dump.wiki}-{dump.date}-sha1sums.txt")
            job, files = from_sums(fetch(url, KEY, retries).decode("utf-8", "replace"))
        except Missing:
            pass
    if not files:
        raise no_such_dump(dump, retries)
    files = sorted(files, key=page_order)
    return {"wiki": dump.wiki, "date": dump.date, "job": job, "files": files}


def listed(path: Path, dump: Dump) -> list[dict]:
    """The files of a dump by the listing at `path`, which is made where it is not there."""
    if not path.exists():
        write_listing(dump, path)
    with blaming(path, "not the listing of a dump ({reason}); delete it"):
        return json.loads(path.read_text(encoding="utf-8"))["files"]


def write_listing(dump: Dump, output: Path) -> None:
    listing = list_dump(dump)
    write_text(output, json.dumps(listing, indent=1) + "\n")
    cli.log.info("%s: %d files", output, len(listing["files"]))


def from_status(status: dict[str, Any]) -> tuple[str, list[dict]]:
    for job in JOBS:
        state = status["jobs"].get(job, {})
        files = [
            {"name": name, "size": int(known["size"]), "sha1": known["sha1"]}
            for name, known in state.get("files", {}).items()
            if FILE.fullmatch(name) and "sha1" in known and "size" in known
        ]
        if state.get("status") == "done" and files:
            return job, files
    return "", []


def from_sums(text: str) -> tuple[str, list[dict]]:
    sums = {name: sha1 for sha1, name in SUMS.findall(text) if FILE.fullmatch(name)}
    for job, pattern in JOBS.items():
        names = [name for name in sums if re.search(pattern, name)]
        files = [{"name": name, "size": None, "sha1": sums[name]} for name in names]
        if files:
            return job, files
    return "", []


def page_order(file: dict) -> tuple[list[int], str]:
    """Sorts `…articles2.xml…` before `…articles10.xml…`."""
    return [int(digits) for digits in re.findall(r"\d+", file["name"])], file["name"]


main = cli.step(write_listing)
