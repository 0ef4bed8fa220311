"""The English Wikipedia's dump, as far as a plan needs it: a listing of 70 files, as a mirror states them.

The borders of the files are those of its listings, page ids at which Wikimedia began a file and 1.5 million
ids each, which is the most of one. Sizes are approximate: 25 GB, of which the first ten files are as
listings of 2024 had them, and all others by their ids.
"""

import json
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

DATE = "20251101"
XML, TEXT, DOCUMENTS = 105e3, 20e3, 7e6  # MB of XML and of plain text
SIZES = [290, 375, 410, 460, 500, 550, 570, 590, 660, 640]  # MB, bz2, of the first ten files
PACKED = 25e3  # MB of all
BORDERS = [
    0, 41242, 151573, 311329, 558391, 958045, 1483661, 2134111, 2936260, 4045402, 5399366, 7054859, 9172788,
    11659682, 14324602, 17460152, 20570392, 23716197, 27121850, 31308442, 35522432, 39996245, 44788941,
    50564553, 57025655, 62585850, 63975909, 82000000,
]  # fmt: skip
MOST = 1_500_000  # page ids of a file


def files() -> list[dict]:
    """Name, size in bytes and sum of each file, in the order of the pages."""
    ranges = [
        (number, first, min(last, first + MOST))
        for number, (start, last) in enumerate(pairwise(BORDERS), 1)
        for first in range(start, last, MOST)
    ]
    an_id = (PACKED - sum(SIZES)) / (BORDERS[-1] - BORDERS[len(SIZES)])
    found = []
    for number, first, last in ranges:
        size = SIZES[number - 1] if number <= len(SIZES) else an_id * (last - first)
        name = f"enwiki-{DATE}-pages-articles{number}.xml-p{first + 1}p{last}.bz2"
        found.append({"name": name, "size": round(size * 1e6), "sha1": "0" * 40})
    return found


def write_listing(folder: Path, listed: Sequence[dict]) -> None:
    """The listing of these files where a run in this folder looks for it."""
    listing = {"wiki": "enwiki", "date": DATE, "job": "articlesdump", "files": list(listed)}
    path = folder / f"results/corpus/dump/enwiki-{DATE}.json"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(listing))
