"""What the corpus is made of: the config's `corpus.source` and `corpus.paths` as named parts."""

import glob
import itertools
import math
import os
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from scripts.common.errors import UserError
from scripts.common.settings import setting
from scripts.corpus.dump.ranges import WHOLE

# Text folders may hold a million files; a part is one job, and so many jobs are well scheduled.
MOST_PARTS = 500
FEW = 8  # so many files that are named or matched are a part each

# A dump's part may have its range of pages behind ".xml".
SUFFIXES = {
    "dump": re.compile(r"(.+)\.xml(-p\d+p\d+)?(?:\.(?:bz2|gz|zst))?"),
    "articles": re.compile(r"(.+)\.jsonl()(?:\.(?:zst|gz|bz2))?"),
    "text": re.compile(r"(.+)\.(?:txt|text)()(?:\.(?:zst|gz|bz2))?|([^.]+)"),
}
ENDINGS = {
    "dump": ".xml, .xml.bz2, .xml.gz or .xml.zst",
    "articles": ".jsonl, .jsonl.zst or .jsonl.gz",
    "text": ".txt, .txt.zst or .txt.gz",
}
MADE = ("sample", "wikipedia")  # what the workflow itself makes or fetches
PART_BYTES = 64_000_000
# Where downloaded dumps lie.
DUMPS = "results/corpus/dump"


@dataclass(frozen=True)
class Source:
    """Where the corpus comes from; a kind of the user's own files needs a step that makes articles."""

    source: str = setting(
        "sample",
        description=f"{', '.join(MADE)}, or one or more of {', '.join(SUFFIXES)}",
        anyOf=[
            {"enum": [*MADE, *SUFFIXES]},
            {"type": "array", "minItems": 1, "uniqueItems": True, "items": {"enum": [*SUFFIXES]}},
        ],
    )
    range_mb: float = setting(
        256.0, "larger files are read in ranges of so much", exclusiveMinimum=0
    )


@dataclass
class Part:
    """A piece of the corpus that is one job: its kind, and its files.

    `base` is the folder that text files were found in, below which each has a name of its own; `cut`
    says which range of its file it is, where it is not the whole.
    """

    name: str
    kind: str
    files: list[str] = field(default_factory=list)
    base: str | None = None
    cut: dict[str, int] = field(default_factory=dict)


def find_parts(corpus: dict[str, Any]) -> list[Part]:
    """The parts of a corpus of the user's own files, by the config's `corpus` section.

    Raises UserError, naming the key, for a path that is missing, that no named source reads, or
    that would have the name of another.
    """
    source = corpus["source"]
    kinds = [source] if isinstance(source, str) else source
    parts: dict[str, Part] = {}
    found = [part for path in expand(corpus["paths"], kinds) for part in parts_of(path, kinds)]
    sizes = {file: Path(file).stat().st_size for part in found for file in part.files}
    whole = corpus["text"]["documents"] == "file"
    for part in in_ranges(joined(found, sizes), sizes, corpus["range_mb"], whole):
        other = parts.setdefault(part.name, part)
        if other is not part:
            raise UserError(
                f"corpus.paths: {other.base or other.files[0]} and "
                f"{part.base or part.files[0]} would both be called {part.name}; rename one"
            )
    for kind in kinds:
        if not any(part.kind == kind for part in parts.values()):
            raise UserError(
                f"corpus.paths: corpus.source names {kind}, but no path is of that kind "
                f"({ENDINGS[kind]})"
            )
    return list(parts.values())


def in_ranges(
    parts: list[Part], sizes: Mapping[str, int | None], most_mb: float, whole_texts: bool = False
) -> list[Part]:
    """Parts of which a file of more than `most_mb` is cut into ranges, a part each.

    A file is left whole where its size is not known, where its compression must be read from the
    beginning, or where it is one document. At most 500 ranges a file.
    """
    found: list[Part] = []
    for part in parts:
        size = sizes[part.files[0]] or 0
        count = min(MOST_PARTS, math.ceil(size / (most_mb * 1e6)))
        endings = (*WHOLE, *([] if part.kind == "dump" else [".bz2"]))
        whole = part.files[0].endswith(endings) or (whole_texts and part.kind == "text")
        if len(part.files) > 1 or count < 2 or whole:
            found.append(part)
            continue
        for n in range(count):
            cut = {"number": n, "ranges": count}
            found.append(replace(part, name=f"{part.name}-{n:04d}", cut=cut))
    return found


def joined(parts: list[Part], sizes: dict[str, int]) -> list[Part]:
    """Parts of which small files, where there are many, share one: those of a kind in a row."""
    found: list[Part] = []
    named = Counter(file for part in parts for file in part.files)
    if twice := [file for file, count in named.items() if count > 1]:
        raise UserError(f"corpus.paths: {twice[0]}: named twice")
    for (kind, base), group in itertools.groupby(parts, lambda part: (part.kind, part.base)):
        members = list(group)
        if kind == "dump" or base or len(members) <= FEW:
            found += members
            continue
        names = {part.files[0]: part.name for part in members}
        for run in grouped({file: sizes[file] for file in names}):
            more = f"-and-{len(run) - 1}-more" if len(run) > 1 else ""
            below = os.path.commonpath([Path(file).parent for file in run]) or "."
            found.append(Part(names[run[0]] + more, kind, run, below if more else None))
    return found


def dump_parts(files: list[dict], chosen: list[int] | Literal["all"], most_mb: float) -> list[Part]:
    """The parts of a listed dump's files: of all, or of those of these numbers, counted from 1."""
    if chosen != "all":
        if max(chosen) > len(files):
            first = next(number for number in chosen if number > len(files))
            raise UserError(f"corpus.wikipedia.parts: {first}: this dump has {len(files)} parts")
        files = [files[number - 1] for number in sorted(set(chosen))]
    sizes = {f"{DUMPS}/{file['name']}": file["size"] for file in files}
    return in_ranges([part for file in sizes for part in parts_of(file, ["dump"])], sizes, most_mb)


def expand(paths: list[str], kinds: list[str]) -> list[str]:
    """The paths in their order, with patterns such as `enwiki-*.xml.bz2` resolved."""
    if not paths:
        raise UserError(
            f"corpus.paths: empty, but corpus.source is {' and '.join(kinds)}; name its files"
        )
    found = []
    for path in paths:
        path = str(Path(path).expanduser())
        if Path(path).exists():
            found.append(path)
            continue
        matches = sorted(glob.glob(path)) if glob.has_magic(path) else []
        if not matches:
            raise UserError(f"corpus.paths: {path}: no such file or folder")
        found.extend(matches)
    return found


def parts_of(path: str, kinds: list[str]) -> list[Part]:
    """The part that a file is, or the parts that a folder of texts is divided into."""
    if Path(path).is_dir():
        if "text" not in kinds:
            raise UserError(
                f"corpus.paths: {path} is a folder; for {' and '.join(kinds)}, name its files, "
                f"such as {path.rstrip('/')}/*"
            )
        return folder_parts(path)
    for kind, suffix in SUFFIXES.items():
        match = suffix.fullmatch(Path(path).name)
        if match and kind in kinds:
            return [Part(safe("".join(filter(None, match.groups()))), kind, [path])]
        if match:
            raise UserError(
                f"corpus.paths: {path} is of the kind {kind}, which corpus.source does not name"
            )
    raise UserError(
        f"corpus.paths: {path}: not of a kind that corpus.source names: "
        + "; ".join(f"{kind} ends in {ENDINGS[kind]}" for kind in kinds)
    )


def folder_parts(path: str) -> list[Part]:
    """A folder's text files in groups, in the order of their names; empty ones are left out."""
    sizes = {str(file): file.stat().st_size for file in shown(Path(path)) if is_text(file)}
    groups = grouped({file: sizes[file] for file in sorted(sizes) if sizes[file]})
    if not groups:
        raise UserError(f"corpus.paths: {path}: no text file ({ENDINGS['text']}) in this folder")
    name = safe(Path(path).resolve().name)
    if len(groups) == 1:
        return [Part(name, "text", groups[0], path)]
    return [Part(f"{name}-{n:04d}", "text", group, path) for n, group in enumerate(groups)]


def shown(folder: Path) -> list[Path]:
    return [file for file in folder.rglob("*") if file.name[0] != "." and file.is_file()]


def is_text(file: Path) -> bool:
    return "." in file.name and bool(SUFFIXES["text"].fullmatch(file.name))


def left_out(corpus: dict[str, Any]) -> Iterator[str]:
    """Say of each folder of texts which of its files are no part of the corpus, a line each."""
    for path in corpus["paths"]:
        path = Path(path).expanduser()
        files = shown(path) if path.is_dir() else []
        others = [file for file in files if not is_text(file)]
        empty = [file for file in files if is_text(file) and not file.stat().st_size]
        for found, what in ((empty, "empty"), (others, f"not named as text ({ENDINGS['text']})")):
            if found:
                yield f"{path}: left out as {what}: {len(found)} of its files, such as {found[0]}"


def grouped(sizes: dict[str, int]) -> list[list[str]]:
    """Divide files into runs of some size, and into no more runs than are well scheduled."""
    limit = max(PART_BYTES, -(-sum(sizes.values()) // (MOST_PARTS - 1)), 1)
    groups: dict[int, list[str]] = {}
    start = 0
    for file, size in sizes.items():
        groups.setdefault(start // limit, []).append(file)
        start += size
    return list(groups.values())


def safe(stem: str) -> str:
    """A file's stem as the name of a part: what a path or a shell would misread becomes `_`."""
    return re.sub(r"[^\w.+-]", "_", stem).lstrip(".-") or "_"
