"""Make articles of plain text files.

    python -m scripts.corpus.collect_text a.txt b.txt.gz -o texts.jsonl.zst --documents blank_line

A document is a whole file (file), a run of lines between empty lines (blank_line), or a line
(line); its paragraphs are its lines. An article's id is its file's name and its number there, in a
range of a file its range's number and its own in that. With --number K --ranges N, the documents of a
plain file that begin in the K-th of N ranges of it, from 0, which may be none.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from scripts.common import cli
from scripts.common.errors import UserError
from scripts.common.settings import setting
from scripts.common.text import zstd_writer
from scripts.corpus.files.articles import Article, to_line
from scripts.corpus.files.text_ranges import range_lines, visible

SHORT = 100  # words of a document, below which many of them in a file look like its paragraphs


@dataclass(frozen=True)
class Settings:
    """What decides how text files become documents."""

    documents: str = setting(
        "blank_line", "what a document is", enum=["blank_line", "file", "line"]
    )


def collect_text(
    files: list[Path],
    /,
    output: Path,
    settings: Settings,
    base: Path | None = None,
    number: int = 0,
    ranges: int = 1,
) -> int:
    """Write the documents of text files as articles; return how many there are.

    An article's id names its file relative to the folder `base`, where one is given. Raises
    UserError where a file is not UTF-8, or where all are empty and none is read in ranges.
    """
    count = words = 0
    place = f"{number}." if ranges > 1 else ""
    with zstd_writer(output) as target:
        for file in files:
            name = file.relative_to(base).as_posix() if base else file.name
            _, text = range_lines(file, number, ranges, settings.documents == "blank_line")
            for index, lines in enumerate(documents_of(text, settings.documents), 1):
                identity = f"{name}:{place}{index}"
                target.write(to_line(Article(identity, name, "", "\n".join(lines))))
                count += 1
                words += sum(len(line.split()) for line in lines)
        if not count and ranges == 1:
            raise UserError(f"{base or files[0]}: it has no text")
    cli.log.info("%d documents in %d files", count, len(files))
    if settings.documents == "blank_line" and count > 10 * len(files) and words < SHORT * count:
        cli.log.warning(
            "warning: %d documents a file, of %d words each, as one ends at an empty line; where a "
            "file is a document, set corpus.text.documents to file",
            count // len(files),
            words // count,
        )
    return count


def documents_of(lines: Iterable[str], documents: str) -> Iterator[list[str]]:
    """Group a file's lines into documents; lines of white space belong to none."""
    group: list[str] = []
    for line in lines:
        text = visible(line)
        if text:
            group.append(text)
        if group and (documents == "line" or (documents == "blank_line" and not text)):
            yield group
            group = []
    if group:
        yield group


main = cli.step(
    collect_text, files="UTF-8, plain or .gz, .bz2, .zst", base="a folder that ids are relative to"
)
