"""Digests of code that change when its meaning can change, and only then.

Snakemake compares a `shell:` rule by its command's text, and looks into no Python module. A step's
digest covers its syntax tree, that of every module of the repository that it imports, directly or
not, and the data files that these read. Comments, docstrings, lines of the log, formatting and file
times do not count, nor where a module lies: an import counts by what is imported, so that it may move.

    TELLING = ("scripts/pretrain/telling",)

in a step's file names modules and packages that the step imports and no digest of it covers, with all
that they alone import: they tell of its work, and nothing in what later steps read depends on them.
"""

import ast
import hashlib
import re
from collections.abc import Callable, Iterator
from functools import cache, partial
from importlib import metadata
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
BLOCKS = (ast.stmt, ast.excepthandler, ast.match_case)
MEANINGLESS = ("ctx", "type_comment")  # fields of a node
LOG_LINE = re.compile(r"(cli\.)?log\.(debug|info|warning|error)\(")


class Import(NamedTuple):
    """One name that a module takes from another module of the repository."""

    name: str  # of what the other module defines; "" for the module itself
    bound: str  # what it is called here
    target: Path


def code_digest(root: Path, step: str) -> str:
    """One digest for a step, such as `scripts/corpus/split_sentences.py`, and all that it imports."""
    return linked_digests(root, root / step)[root / step]


def module_digests(root: Path, step: str) -> dict[str, str]:
    """The digest of each of the repository's modules that a step is made of, by path, sorted.

    Modules without a statement, such as most `__init__.py`, are left out.
    """
    return {
        str(file.relative_to(root)): module_digest(root, file)
        for file in sorted(closure(root, root / step))
        if statements(tree(file))
    }


def package_versions(root: Path, step: str, tracked: list[str]) -> dict[str, str]:
    """The installed versions of those of the `tracked` packages that a step imports.

    Raises KeyError with the name of a package that is not installed.
    """
    if not tracked:
        return {}
    imported = {
        name.split(".")[0]
        for file in closure(root, root / step)
        for node in ast.walk(tree(file))
        for name, _ in modules_of(root, file, node)
    }
    distributions = metadata.packages_distributions()
    used = {package for name in imported for package in distributions.get(name, [])}
    versions = {}
    for package in tracked:
        try:
            version = metadata.version(package)
        except metadata.PackageNotFoundError:
            raise KeyError(package) from None
        if package in used:
            versions[package] = version
    return versions


@cache
def closure(root: Path, file: Path) -> tuple[Path, ...]:
    """The repository's files that `file` imports, directly or not, each after those that it imports.

    The last one is `file`. In a circle of imports the order depends on where it is entered.
    """
    found: dict[Path, None] = {}
    entered = set()
    telling = [root / name for name in telling_of(tree(file))]

    def visit(current: Path) -> None:
        entered.add(current)
        for item in chain.from_iterable(imports(root, current)):
            for target in (item.target, *packages(root, item.target)):
                if target not in entered and not any(map(target.is_relative_to, telling)):
                    visit(target)
        found[current] = None

    visit(file)
    return tuple(found)


def telling_of(module: ast.Module) -> tuple[str, ...]:
    """What a step names as `TELLING`: paths from the repository's root."""
    for node in module.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "TELLING":
            return ast.literal_eval(node.value)
    return ()


@cache
def packages(root: Path, file: Path) -> list[Path]:
    """The `__init__.py` of the packages that hold a module, which run before it."""
    above = [folder / "__init__.py" for folder in file.parents if folder.is_relative_to(root)]
    return [init for init in above if init.is_file() and init != file]


def linked_digests(root: Path, step: Path) -> dict[Path, str]:
    """The digest of each module of a step with the digests of what it imports, each in its place.

    The modules' own digests alone would not notice that a name is imported from another module.
    """
    found: dict[Path, str] = {}
    for file in closure(root, step):
        linked = [
            [(item.name, item.bound, found.get(item.target)) for item in group]
            for group in imports(root, file)
        ]
        inits = [found.get(init) for init in packages(root, file) if statements(tree(init))]
        found[file] = digest_of((module_digest(root, file), linked, inits))
    return found


@cache
def imports(root: Path, file: Path) -> tuple[tuple[Import, ...], ...]:
    """What a file takes from the repository's modules, a group for each block of statements."""
    groups = (imported(root, file, block) for block in blocks(tree(file)))
    return tuple(group for group in groups if group)


def blocks(node: ast.AST) -> Iterator[list[Any]]:
    """A tree's lists of statements, and of what holds statements, each before those within it."""
    for _, value in ast.iter_fields(node):
        if isinstance(value, list) and value and isinstance(value[0], BLOCKS):
            yield value
            for item in value:
                yield from blocks(item)


def imported(root: Path, file: Path, block: list[Any]) -> tuple[Import, ...]:
    """What statements take from the repository's modules, sorted, as a formatter sorts by path."""
    found = []
    for node in block:
        for module, alias in modules_of(root, file, node):
            name = "" if isinstance(node, ast.Import) else alias.name
            bound = alias.asname or alias.name
            if name and (target := module_file(root, f"{module}.{name}")):
                found.append(Import("", bound, target))
            elif target := module_file(root, module):
                found.append(Import(name, bound, target))
    return tuple(sorted(found))


def modules_of(root: Path, file: Path, node: ast.AST) -> list[tuple[str, ast.alias]]:
    """For each name in an import statement its module's dotted name, a relative one made absolute."""
    if isinstance(node, ast.Import):
        return [(alias.name, alias) for alias in node.names]
    if not isinstance(node, ast.ImportFrom):
        return []
    package = file.parents[node.level - 1].relative_to(root).parts if node.level else ()
    module = ".".join([*package, *([node.module] if node.module else [])])
    return [(module, alias) for alias in node.names]


@cache
def module_file(root: Path, name: str) -> Path | None:
    """The repository's file of a module with this dotted name, if there is one."""
    path = root.joinpath(*name.split("."))
    candidates = (path.with_name(f"{path.name}.py"), path / "__init__.py")
    return next((file for file in candidates if file.is_file()), None)


@cache
def tree(file: Path) -> ast.Module:
    return ast.parse(file.read_bytes(), str(file))


@cache
def module_digest(root: Path, file: Path) -> str:
    """The digest of one file's syntax tree, without docstrings and paths, and of its data files."""
    data = [hashlib.sha256(path.read_bytes()).hexdigest() for path in data_files(file)]
    return digest_of((plain(tree(file), partial(imported, root, file)), data))


def data_files(file: Path) -> list[Path]:
    """The files that a module reads by calls such as `data_text(__file__, "words.txt")`.

    Raises ValueError where such a file's name is no literal, so that it could not be counted.
    """
    found = []
    for node in ast.walk(tree(file)) if b"__file__" in file.read_bytes() else ():
        if not (isinstance(node, ast.Call) and len(node.args) > 1):
            continue
        module, name = node.args[:2]
        if isinstance(module, ast.Name) and module.id == "__file__":
            if not (isinstance(name, ast.Constant) and isinstance(name.value, str)):
                raise ValueError(f"{file}:{node.lineno}: name the data file by a literal")
            found.append(file.parent / name.value)
    return sorted(set(found))


def digest_of(value: Any) -> str:
    """SHA-256 of nested tuples and lists of plain values."""
    return hashlib.sha256(repr(value).encode()).hexdigest()


def plain(node: Any, ours: Callable[[list[Any]], tuple[Import, ...]]) -> Any:
    """A syntax tree as nested tuples, alike on all versions of Python.

    Fields that are empty are left out, since newer versions add some; so are positions and the quotes
    of a string. Of what `ours` finds in a block, only the names are kept, before all else of the block.
    """
    if isinstance(node, list):
        if not isinstance(node[0], ast.stmt):
            return tuple([plain(item, ours) for item in node])
        names = [item[:2] for item in ours(node)]
        others = [item for item in node if not (is_log_line(item) or (names and ours([item])))]
        return (*([("imports", names)] if names else []), *[plain(item, ours) for item in others])
    if not isinstance(node, ast.AST):
        return (type(node).__name__, node)
    found: list[Any] = [type(node).__name__]
    for name in sorted(node._fields):
        value = getattr(node, name, None)
        if name == "body" and isinstance(node, DOCUMENTED):
            value = statements(node)
        empty = name in MEANINGLESS or value is None or value == []
        if name == "value" if isinstance(node, ast.Constant) else not empty:
            found.append((name, plain(value, ours)))
    return tuple(found)


def is_log_line(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and bool(LOG_LINE.match(ast.unparse(node)))


def statements(node: ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) -> Any:
    return node.body[1:] if ast.get_docstring(node, clean=False) is not None else node.body
