"""The whole workflow through the profile."""

import hashlib
from pathlib import Path

import pytest

from tests.clusters.azure.runs import track
from tests.clusters.needs import CONFIG
from tests.runs import clone, contents

pytestmark = pytest.mark.cluster

GPU_RULES = {"pretrain", "finetune"}


def test_sample(place, local_run: Path, tmp_path: Path):
    folder = clone(tmp_path / "work")
    track(folder)
    here = place(folder)
    text = here.run("--configfile", CONFIG).stdout
    assert not here.refusals()
    assert here.leftovers() == []
    assert here.azurite.key not in text
    assert not any(here.azurite.key in task["commandLine"] for task in here.tasks())

    blobs = here.blobs()
    assert b"STS-B" in blobs["glue_results.tsv"]
    assert "results/pretrain/long/model.safetensors" in blobs
    assert "benchmarks/pretrain/long.tsv" in blobs
    assert b"step" in blobs["logs/pretrain/long.log"]
    assert not any(name.startswith("snakemake-workflow-sources") for name in blobs)

    asked = [
        (entry["path"].split("/")[2].split("-")[1], entry["body"]["displayName"].split()[0])
        for entry in here.service.requests
        if entry["method"] == "POST" and entry["path"].endswith("/tasks")
    ]
    assert {rule for kind, rule in asked if kind == "gpu"} == GPU_RULES
    assert not {rule for kind, rule in asked if kind == "cpu"} & GPU_RULES

    assert "Nothing to be done" in here.run("--configfile", CONFIG).stdout

    local = contents(local_run)
    assert {name: hashlib.sha256(blobs[name]).hexdigest() for name in local} == local
