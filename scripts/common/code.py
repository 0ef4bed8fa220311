"""Digests of code that change when its meaning can change, and only then.

Snakemake compares a `shell:` rule by its command's text, and looks into no Python module. A step's
digest covers its syntax tree and that of every module of the repository that it imports, directly
or not; comments, docstrings, formatting and file times do not count.
"""

import ast
import hashlib
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any


def code_versions(root: Path, step: str) -> dict[str, str]:
    """The digest of a step, such as `scripts/corpus/split_sentences.py`, and of each of the
    repository's modules that it imports, directly or not, by path."""
    return {
        str(module.relative_to(root)): module_digest(module)
        for module in sorted(closure(root, root / step))
    }


def code_digest(root: Path, step: str) -> str:
    """One digest for a step and all that it imports."""
    text = "\n".join(f"{module} {digest}" for module, digest in code_versions(root, step).items())
    return hashlib.sha256(text.encode()).hexdigest()


def package_versions(root: Path, step: str, tracked: list[str]) -> dict[str, str]:
    """The installed versions of those of the `tracked` packages that a step imports.

    Raises KeyError with the name of a package that is not installed.
    """
    if not tracked:
        return {}
    imported = {
        name.split(".")[0] for file in closure(root, root / step) for name in names(root, file)
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
def closure(root: Path, file: Path) -> frozenset[Path]:
    """The repository's files that `file` imports, directly or not, and itself."""
    seen = {file}
    queue = [file]
    while queue:
        for imported in imports(root, queue.pop()):
            if imported not in seen:
                seen.add(imported)
                queue.append(imported)
    return frozenset(seen)


@cache
def imports(root: Path, file: Path) -> frozenset[Path]:
    """The repository's files that `file` names in its import statements, with their packages."""
    files = set()
    for name in names(root, file):
        parts = name.split(".")
        for length in range(1, len(parts) + 1):
            path = root.joinpath(*parts[:length])
            for candidate in (path.with_suffix(".py"), path / "__init__.py"):
                if candidate.is_file():
                    files.add(candidate)
    return frozenset(files)


@cache
def names(root: Path, file: Path) -> frozenset[str]:
    """The dotted names in a file's import statements, relative ones made absolute."""
    found = set()
    package = file.relative_to(root).parent.parts
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            module = ".".join([*base, *(node.module or "").split(".")]).strip(".")
            found.update([module, *(f"{module}.{alias.name}" for alias in node.names)])
    return frozenset(found)


@cache
def tree(file: Path) -> ast.Module:
    """A file's syntax tree."""
    return ast.parse(file.read_bytes(), str(file))


@cache
def module_digest(file: Path) -> str:
    """The digest of one file's syntax tree without its docstrings."""
    return hashlib.sha256(repr(plain(tree(file))).encode()).hexdigest()


def plain(node: Any) -> Any:
    """A syntax tree as nested tuples, alike on all versions of Python.

    Fields that are empty are left out, since newer versions add some; so are positions and the
    quotes of a string.
    """
    if isinstance(node, list):
        return tuple(plain(item) for item in node)
    if not isinstance(node, ast.AST):
        return (type(node).__name__, node)
    fields = dict(ast.iter_fields(node))
    if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
        fields["body"] = without_docstring(node.body)
    return (
        type(node).__name__,
        *(
            (name, plain(value))
            for name, value in sorted(fields.items())
            if counts(node, name, value)
        ),
    )


def counts(node: ast.AST, name: str, value: Any) -> bool:
    """Whether a field of a node belongs to its meaning."""
    if isinstance(node, ast.Constant):
        return name == "value"
    return name not in ("ctx", "type_comment") and value is not None and value != []


def without_docstring(body: list[ast.stmt]) -> list[ast.stmt]:
    """A block's statements less a leading string."""
    first = body[0] if body else None
    if (
        isinstance(first, ast.Expr)
        and isinstance(first.value, ast.Constant)
        and isinstance(first.value.value, str)
    ):
        return body[1:]
    return body
