"""What the documents and docstrings of the repository show: commands, names of files, config keys."""

import ast
import io
import re
import shlex
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.runs import ROOT

HEADS = re.compile(r"(?:[A-Z][A-Z0-9_]*=\S+ )*(?:python3? -m|snakemake|make|torchrun)(?: |$)")
# Where a module makes the `main` of a step.
STEP = re.compile(r"^(?:@cli\.step$|main = cli\.step\()", re.MULTILINE)
FENCE = re.compile(r"^ *```(\w*)[^\n]*\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
SPAN = re.compile(r"`([^`]+)`")
SHELLS = ("", "bash", "sh")
SEPARATORS = ("&&", "||", "|", ";", "&", ">")


@dataclass(frozen=True)
class Command:
    """A command that a reader may copy: the program and its words, as a shell would split them."""

    where: str
    words: tuple[str, ...]

    @property
    def module(self) -> str:
        """What `python -m` or `torchrun -m` starts; empty for other programs."""
        if self.words[0] not in ("python", "python3", "torchrun") or "-m" not in self.words:
            return ""
        return self.words[self.words.index("-m") + 1]

    @property
    def arguments(self) -> list[str]:
        """The words after the program or the module."""
        return list(self.words[self.words.index("-m") + 2 if self.module else 1 :])

    def __str__(self) -> str:
        return f"{self.where}: {shlex.join(self.words)}"


@cache
def documents() -> tuple[Path, ...]:
    """The Markdown files, the README first; a run's own table is none of them."""
    folders = ("docs", "config", "profiles")
    pages = [page for folder in folders for page in sorted(ROOT.glob(f"{folder}/**/*.md"))]
    own = [page for page in ROOT.glob("*.md") if page.name != "glue_results.md"]
    return (*sorted(own, reverse=True), *pages)


@cache
def modules() -> tuple[Path, ...]:
    """The Python files that have something to show: all steps and their parts, and the tests."""
    return tuple(sorted([*ROOT.glob("scripts/**/*.py"), *ROOT.glob("tests/**/*.py")]))


@cache
def fences(document: Path) -> tuple[tuple[str, str], ...]:
    """The language and the text of each fenced block of a document."""
    return tuple(FENCE.findall(document.read_text(encoding="utf-8")))


@cache
def prose(document: Path) -> str:
    """A document without its fenced blocks."""
    return FENCE.sub("", document.read_text(encoding="utf-8"))


@cache
def spans(document: Path) -> tuple[str, ...]:
    """The inline code of a document, each in one line."""
    unindented = re.sub(r"^ {4}.*\n", "", prose(document), flags=re.MULTILINE)
    return tuple(" ".join(span.split()) for span in SPAN.findall(unindented))


@cache
def docstring(module: Path) -> str:
    """A module's docstring, which its `--help` shows."""
    return ast.get_docstring(ast.parse(module.read_bytes())) or ""


def told(module: Path) -> str:
    """What a module tells its readers: its comments and all its docstrings."""
    source = module.read_bytes()
    words = [
        token.string
        for token in tokenize.tokenize(io.BytesIO(source).readline)
        if token.type == tokenize.COMMENT
    ]
    nodes = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    trees = [node for node in ast.walk(ast.parse(source)) if isinstance(node, nodes)]
    return "\n".join([*words, *(ast.get_docstring(node) or "" for node in trees)])


def name_of(file: Path) -> str:
    return str(file.relative_to(ROOT))


@cache
def commands() -> tuple[Command, ...]:
    """Every command that documents and docstrings show."""
    found: list[Command] = []
    for document in documents():
        where = name_of(document)
        for language, block in fences(document):
            if language in SHELLS:
                found += of_lines(where, block)
        found += of_lines(where, indented(prose(document)))
        found += (command for span in spans(document) for command in of_lines(where, span))
    for module in modules():
        where, text = name_of(module), docstring(module)
        found += of_lines(where, text)
        found += (command for span in SPAN.findall(text) for command in of_lines(where, span))
    return tuple(dict.fromkeys(found))


def indented(text: str) -> str:
    """The lines of Markdown's indented blocks."""
    return "\n".join(line for line in text.splitlines() if line.startswith("    "))


def of_lines(where: str, text: str) -> Iterator[Command]:
    """The commands among the lines of a text, a backslash joining two lines.

    Raises ValueError where flags stand on a line of their own after one without a backslash.
    """
    before = ""
    for line in re.sub(r"\\\n\s*", "", text).splitlines():
        if HEADS.match(before) and line.strip().startswith("-"):
            raise ValueError(f"{where}: no backslash between {before!r} and {line.strip()!r}")
        before = line.strip()
        if HEADS.match(before):
            yield from split(where, before)


def split(where: str, line: str) -> Iterator[Command]:
    """The commands of a line: `a && b`, `a | b`. What stands in brackets may be given."""
    line = re.sub(r"<[^<>|&]+>", "PLACEHOLDER", line)
    line = re.sub(r"\[(-[^\]]*)\]", r"\1", line)
    line = re.sub(r"\[[a-z][a-z ]*\]", "", line)
    words: list[str] = []
    for word in [*shlex.split(line, comments=True), ";"]:
        bare = word.removesuffix(";")
        if bare:
            words.append(bare)
        if word in SEPARATORS or word.endswith(";"):
            words = [word for word in words if word not in SEPARATORS]
            while words and re.fullmatch(r"[A-Z][A-Z0-9_]*=.*", words[0]):
                words.pop(0)
            if words and HEADS.match(shlex.join(words)):
                yield Command(where, tuple(words))
            words = []
