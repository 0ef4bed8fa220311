"""Text that must be UTF-8."""

from pathlib import Path

from scripts.common.errors import UserError


def read_text(path: Path | str) -> str:
    """A UTF-8 text file's content, without byte-order mark.

    Raises UserError, naming the file and the line, where it is missing or not UTF-8.
    """
    try:
        data = Path(path).read_bytes()
    except FileNotFoundError as error:
        raise UserError(f"{path}: no such file") from error
    return checked(data, path, 0).decode("utf-8-sig")


def checked(data: bytes, path: Path | str, lines: int) -> bytes:
    """Refuse what is not UTF-8; so many `lines` stand before it, for the error."""
    try:
        data.decode()
    except UnicodeDecodeError as error:
        line = lines + data.count(b"\n", 0, error.start) + 1
        raise UserError(f"{path}: line {line} is not UTF-8 ({error.reason})") from error
    return data
