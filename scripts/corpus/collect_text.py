"""Make articles of plain text files.

    python -m scripts.corpus.collect_text a.txt b.txt.gz -o texts.jsonl.zst --documents blank_line

A document is a whole file (file), a run of lines between empty lines (blank_line), or a line
(line); its paragraphs are its lines. An article's id is its file's name and its number there.
"""

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from scripts.common import cli
from scripts.common.errors import UserError
from scripts.common.settings import add_flags, from_args, setting
from scripts.common.text import read_lines, zstd_writer
from scripts.corpus.files.articles import Article, to_line

log = logging.getLogger("dump2glue")


@dataclass(frozen=True)
class Settings:
    """What decides how text files become documents."""

    documents: str = setting(
        "blank_line", "what a document is", enum=["blank_line", "file", "line"]
    )


def collect_text(files: list[Path], base: Path | None, output: Path, documents: str) -> int:
    """Write the documents of text files as articles; return how many there are.

    An article's id names its file relative to the folder `base`, where one is given. Raises
    UserError where a file is not UTF-8, or where all are empty.
    """
    count = 0
    with zstd_writer(output) as target:
        for file in files:
            name = file.relative_to(base).as_posix() if base else file.name
            for number, lines in enumerate(documents_of(read_lines(file), documents), 1):
                target.write(to_line(Article(f"{name}:{number}", name, "", "\n".join(lines))))
                count += 1
        if not count:
            raise UserError(f"{base or files[0]}: it has no text")
    log.info("%d documents in %d files", count, len(files))
    return count


def documents_of(lines: Iterable[str], documents: str) -> Iterator[list[str]]:
    """Group a file's lines into documents; lines of white space belong to none."""
    group: list[str] = []
    for line in lines:
        text = line.strip().removeprefix("\ufeff")
        if text:
            group.append(text)
        if group and (documents == "line" or (documents == "blank_line" and not text)):
            yield group
            group = []
    if group:
        yield group


@cli.step
def main() -> None:
    parser = cli.Parser(__doc__)
    parser.add_argument("files", type=Path, nargs="+", help="UTF-8, plain or .gz, .bz2, .zst")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="FILE.jsonl.zst")
    parser.add_argument("--base", type=Path, metavar="FOLDER", help="ids are relative to it")
    add_flags(parser, Settings)
    args = parser.parse_args()
    documents = from_args(Settings, args).documents
    collect_text(args.files, args.base, args.output, documents)
