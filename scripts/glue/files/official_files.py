"""The official files: where they are below the mirror, their bytes and SHA-256, and their rows."""

from dataclasses import dataclass

from scripts.common.data import data_yaml


@dataclass(frozen=True)
class Source:
    path: str
    size: int
    sha256: str


TABLE = data_yaml(__file__, "official_files.yaml")
SOURCES = {path.rpartition("/")[2]: Source(path, *of) for path, of in TABLE["sources"].items()}
# Rows by task, and by file without its ending.
ROWS: dict[str, dict[str, int]] = TABLE["rows"]


def sources_of(task: str) -> tuple[str, ...]:
    return tuple(TABLE["parts"].get(task, [f"{task}.zip"]))
