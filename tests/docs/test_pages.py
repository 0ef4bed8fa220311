"""The documents are short enough, hang together, and name what there is: files, links, config keys."""

import re
import tomllib
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any

import pytest
import yaml

from docs.graph import edges
from scripts.common.code import closure
from scripts.pretrain.loop.recipe import Recipe
from scripts.workflow.config import mistakes, read_schema
from tests.docs.shown import documents, fences, modules, name_of, prose, spans, told
from tests.runs import ROOT

LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)", re.DOTALL)
FILE = re.compile(r"[\w.-]+(?:/[\w.-]+)*\.(?:py|smk|md|cff|toml|yaml|yml|lock|json|txt|svg)")
MODULE = re.compile(r"\b(?:scripts|tests)(?:\.[a-z_]\w+)+")
FOLDERS = ("scripts/", "tests/", "rules/", "config/", "docs/", "profiles/", ".ci/", ".github/")
PLACEHOLDER = re.compile(r"[<…*]|\bCONFIG\b")
OF_OTHERS = ("create_pretraining_data.py",)
PAGES = [pytest.param(page, id=name_of(page)) for page in documents()]
HISTORY = ROOT / "CHANGELOG.md"  # names what is no more


def schema() -> dict[str, Any]:
    return read_schema(ROOT / "config/schema.yaml")


def defaults() -> dict[str, Any]:
    return yaml.safe_load((ROOT / "config/config.yaml").read_text(encoding="utf-8"))


def keys(part: dict[str, Any], whole: dict[str, Any], prefix: str = "") -> set[str]:
    """The dotted paths of a schema's keys; what stands in a list has its list's path."""
    if "$ref" in part:
        part = whole["$defs"][part["$ref"].rpartition("/")[2]]
    found = set()
    for name, inner in part.get("properties", {}).items():
        path = f"{prefix}.{name}".lstrip(".")
        found |= {path} | keys(inner, whole, path)
    inside = [*part.get("anyOf", []), part.get("items"), part.get("additionalProperties")]
    for inner in inside:
        if isinstance(inner, dict):
            found |= keys(inner, whole, prefix)
    return found


def merged(base: Any, changes: Any) -> Any:
    """A config with changes, as Snakemake makes it of several files."""
    if not isinstance(base, dict) or not isinstance(changes, dict):
        return changes
    return base | {key: merged(base.get(key), value) for key, value in changes.items()}


def slug(heading: str) -> str:
    """The anchor of a heading, as GitHub makes it."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-")


def anchors(page: Path) -> set[str]:
    return {slug(line.lstrip("# ")) for line in prose(page).splitlines() if line.startswith("#")}


def test_the_readme_is_short():
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= 130


def test_the_readme_links_to_every_page():
    linked = {link.partition("#")[0] for link in LINK.findall(prose(ROOT / "README.md"))}
    assert {name_of(page) for page in documents()} - linked == {"README.md"}


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page):
    for link in LINK.findall(prose(page)):
        if "://" in link:
            continue
        file, _, anchor = link.partition("#")
        target = page.parent / file if file else page
        assert target.exists(), link
        if anchor:
            assert anchor in anchors(target), link


@pytest.mark.parametrize("page", PAGES)
def test_files_that_a_page_names_exist(page):
    if page == HISTORY:
        return
    for span in spans(page):
        for word in span.split():
            if word.startswith(FOLDERS) and not PLACEHOLDER.search(word):
                assert all((ROOT / name).exists() for name in alternatives(word)), word


def alternatives(word: str) -> list[str]:
    """`a/{b,c}.py` as a shell reads it."""
    braces = re.search(r"\{([^}]*)\}", word)
    if not braces:
        return [word]
    return [word.replace(braces[0], choice, 1) for choice in braces[1].split(",")]


def strangers(module: Path, text: str) -> list[str]:
    """The files that a module's text names and that are not there."""
    return [
        name
        for name in FILE.findall(text)
        if (name.endswith((".py", ".smk")) or name.startswith("docs/"))
        and name not in OF_OTHERS
        and not any((folder / name).exists() for folder in module.parents)
    ]


def test_files_that_comments_and_docstrings_name_exist():
    """A path from the root, from the module's own folder, or from its stage."""
    lost = [
        f"{name_of(module)}: {name}"
        for module in modules()
        if strangers(module, module.read_text(encoding="utf-8"))  # few have to be parsed
        for name in strangers(module, told(module))
    ]
    assert not lost, "\n".join(lost)


@pytest.mark.parametrize("page", PAGES)
def test_config_keys_that_a_page_names_exist(page):
    known = keys(schema(), schema())
    sections = schema()["properties"]
    for span in spans(page) if page != HISTORY else ():
        path = span.partition(":")[0]
        section, dot, _ = path.partition(".")
        if dot and section in sections and re.fullmatch(r"[a-z_.]+", path):
            assert path in known or FILE.fullmatch(path), span


@pytest.mark.parametrize("page", PAGES)
def test_configs_that_a_page_shows_are_taken(page):
    for language, block in fences(page):
        changes = yaml.safe_load(block) if language == "yaml" else None
        if isinstance(changes, dict) and set(changes) & set(schema()["properties"]):
            assert mistakes(merged(defaults(), changes), schema()) == []


def test_every_config_key_is_explained():
    """In config.yaml, or in the page of its stage."""
    text = (ROOT / "config/config.yaml").read_text(encoding="utf-8")
    text += "".join(page.read_text(encoding="utf-8") for page in documents())
    for path in keys(schema(), schema()):
        assert re.search(rf"\b{path.rpartition('.')[2]}\b", text), path


def phase_table() -> dict[str, str]:
    """The default of each key of a phase, as the table of docs/pretraining.md has it."""
    _, _, part = prose(ROOT / "docs/pretraining.md").partition("| key | default | meaning |")
    found = {}
    for row in part.partition("\n\n")[0].splitlines()[2:]:
        names, defaults, *_ = (cell.strip() for cell in row.strip("|").split("|"))
        keys_of_row = re.findall(r"`(\w+)`", names)
        values = defaults.split(", ")
        values = values if len(values) == len(keys_of_row) else values * len(keys_of_row)
        found |= dict(zip(keys_of_row, values, strict=True))
    return found


def test_phases_in_the_table_are_those_of_the_schema():
    prefix = "pretrain.phases."
    known = {key.removeprefix(prefix) for key in keys(schema(), schema()) if key.startswith(prefix)}
    assert phase_table().keys() == known


def test_defaults_in_the_table_of_phases_are_those_of_the_recipe():
    table = phase_table()
    for item in fields(Recipe):
        told = table[item.name]
        if item.default is MISSING:
            assert told == "required"
        elif item.default is None:
            assert told in ("none", "exactly one", "the model's"), item.name
        elif isinstance(item.default, str):
            assert told == f"`{item.default}`"
        else:
            assert float(told) == item.default, item.name


def test_the_reader_of_examples_needs_no_more_than_its_page_says():
    needed = closure(ROOT, ROOT / "scripts/examples/h5/example_files.py")
    files = {name_of(file) for file in needed if file.name != "__init__.py"}
    [named] = [
        span
        for span in spans(ROOT / "docs/examples-format.md")
        if span.startswith("scripts/common/")
    ]
    outside = {file for file in files if not file.startswith("scripts/examples/")}
    assert outside == set(alternatives(named))


def test_modules_that_are_named_exist():
    """In code and in text: `scripts.corpus.list_dump`, or what is in it."""
    patterns = ("scripts/**/*.py", "tests/benchmarks/*.py", "rules/**/*.smk", "Makefile")
    files = [*documents(), *(file for pattern in patterns for file in ROOT.glob(pattern))]
    lost = [
        f"{name_of(file)}: {name}"
        for file in files
        for name in MODULE.findall(file.read_text(encoding="utf-8"))
        if file != HISTORY and not exists(ROOT / name.replace(".", "/"))
    ]
    assert not lost, "\n".join(lost)


def exists(path: Path) -> bool:
    """Whether a dotted name's path is a package, a module, or a name in a module."""
    return (
        path.exists() or path.with_suffix(".py").exists() or path.parent.with_suffix(".py").exists()
    )


@pytest.mark.slow
def test_the_picture_is_that_of_the_workflow():
    picture = (ROOT / "docs/graph.svg").read_text(encoding="utf-8")
    drawn = re.findall(r"<title>(\w+)&#45;&gt;(\w+)</title>", picture)
    assert set(drawn) == edges(), "python docs/graph.py draws it anew"


def test_the_citation_has_the_version_of_the_package():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert citation["title"] == project["name"]
    assert citation["version"] == project["version"]
    assert citation["license"] == project["license"]
    assert f"## [{project['version']}]" in HISTORY.read_text(encoding="utf-8")
