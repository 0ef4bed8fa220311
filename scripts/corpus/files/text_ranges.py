"""A range of a plain file of lines: the documents that begin in it, read without those before."""

from collections.abc import Iterator
from pathlib import Path

from scripts.common.errors import UserError
from scripts.common.text import DECOMPRESSORS, line_blocks, read_lines

CHUNK = 1 << 19


def range_lines(
    path: Path, number: int, ranges: int, gaps: bool = False
) -> tuple[str, Iterator[str]]:
    """What to call a range of a file, and its lines without their `\\n`.

    The range is that of this `number`, from 0, of so many of about equal size: each begins with a line,
    with `gaps` with the first one behind a line of white space. Raises UserError as `read_lines` does.
    """
    if (number, ranges) == (0, 1):
        return str(path), read_lines(path)
    if not path.exists():
        raise UserError(f"{path}: no such file")
    if not 0 <= number < ranges or path.suffix in DECOMPRESSORS:
        raise UserError(f"{path}: has no range {number} of {ranges}")
    size = path.stat().st_size
    start, end = (begin(path, size * n // ranges, gaps) for n in (number, number + 1))
    name = f"{path} from byte {start:,} on"
    blocks = line_blocks(read_between(path, start, end), name)
    return name, (line for _, block in blocks for line in block.decode().split("\n"))


def begin(path: Path, at: int, gaps: bool) -> int:
    """The first byte from `at` on with which a range can begin; the file's size where there is none."""
    if not at:
        return 0
    with open(path, "rb") as file:
        file.seek(at - 1)
        file.readline()  # what is left of the line before
        while gaps and (line := file.readline()) and visible(line.decode(errors="replace")):
            pass
        return file.tell()


def visible(line: str) -> str:
    """A line without the white space around it, and a file's byte-order mark; empty where it is a gap."""
    return line.strip().removeprefix("\ufeff")


def read_between(path: Path, start: int, end: int) -> Iterator[bytes]:
    with open(path, "rb") as file:
        file.seek(start)
        while data := file.read(min(CHUNK, end - file.tell())):
            yield data
