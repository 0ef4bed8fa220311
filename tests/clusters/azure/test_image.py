"""The container image's recipe, as far as it can be read without building it."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
FOLDER = ROOT / "profiles/azure-batch"
RECIPE = (FOLDER / "Dockerfile").read_text()


def test_it_has_the_pinned_packages_and_the_plugin():
    copied = re.findall(r"^COPY (\S+) ", RECIPE, re.MULTILINE)
    assert copied == ["requirements.lock", "profiles/azure-batch/plugin"]
    let_through = (FOLDER / "Dockerfile.dockerignore").read_text().split()
    for path in copied:
        assert (ROOT / path).exists()
        assert f"!{path}" in let_through


def test_its_base_shows_a_container_the_gpus():
    base = re.search(r"^FROM (\S+)", RECIPE, re.MULTILINE).group(1)
    assert re.fullmatch(r"nvidia/cuda:\d+\.\d+\.\d+-base-ubuntu\d\d\.04", base)


def test_the_plugin_builds_on_the_pinned_versions():
    lock = (ROOT / "requirements.lock").read_text()
    pinned = re.findall(
        r'"(snakemake-[\w-]+==[\d.]+)"', (FOLDER / "plugin/pyproject.toml").read_text()
    )
    assert len(pinned) == 2
    assert all(f"\n{pin} " in lock for pin in pinned)
