"""Word lists and tables that lie as files beside the modules that read them.

    ABBREVIATIONS = frozenset(data_lines(__file__, "abbreviations.txt"))

A step's digest (`scripts.common.code`) finds such calls in the syntax tree and counts the files' bytes,
so that the file's name must stand there as a literal, and the first argument as `__file__`.
"""

from pathlib import Path
from typing import Any


def data_text(module: str, name: str) -> str:
    return (Path(module).parent / name).read_text(encoding="utf-8")


def data_lines(module: str, name: str) -> list[str]:
    """The lines of a data file, stripped, without empty ones and those that begin with `#`."""
    lines = map(str.strip, data_text(module, name).splitlines())
    return [line for line in lines if line and not line.startswith("#")]


def data_words(module: str, name: str) -> list[str]:
    """The words, parted by any white space, of a data file's lines, as `data_lines` gives them."""
    return [word for line in data_lines(module, name) for word in line.split()]


def data_yaml(module: str, name: str) -> Any:
    return parse_yaml(data_text(module, name))


def parse_yaml(text: str) -> Any:
    """The value of a YAML text, by the parser in C where there is one: far faster."""
    import yaml

    return yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))
