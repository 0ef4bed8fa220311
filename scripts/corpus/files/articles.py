"""Articles as JSON lines: {"id": …, "title": …, "url": …, "text": paragraphs divided by line feeds}."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from scripts.common.errors import UserError
from scripts.common.json_text import parse_json


@dataclass
class Article:
    """A document of the corpus; only its id and its text are needed."""

    id: str
    title: str
    url: str
    text: str


def to_line(article: Article) -> str:
    return json.dumps(asdict(article), ensure_ascii=False) + "\n"


def from_line(line: str, path: Path | str, number: int) -> Article:
    """The article of a line; UserError names the file and the line's number where it is none."""
    line = line.removeprefix("\ufeff") if number == 1 else line
    values = parse_json(line, f"{path}: line {number}")
    if not isinstance(values, dict):
        raise UserError(f"{path}: line {number} must be a JSON object with `id` and `text`")
    for key in ("id", "text"):
        if key not in values:
            raise UserError(f"{path}: line {number} has no `{key}`")
    if not isinstance(values["text"], str):
        raise UserError(f"{path}: line {number}: `text` must be a string")
    if isinstance(values["id"], bool) or not isinstance(values["id"], str | int):
        raise UserError(f"{path}: line {number}: `id` must be a string or a whole number")
    identity = str(values["id"])
    if not identity or any(character in identity for character in "\r\n"):
        raise UserError(f"{path}: line {number}: `id` must be one line and not empty")
    title, url = (str(values.get(name) or "") for name in ("title", "url"))
    return Article(identity, title, url, values["text"])
