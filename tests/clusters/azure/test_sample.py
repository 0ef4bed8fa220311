"""The whole workflow through the profile."""

import shutil
import subprocess
import sys

from tests.clusters.azure.runs import track
from tests.runs import clone

CONFIG = "tests/clusters/azure.yaml"
GPU_RULES = {"pretrain", "finetune"}


def test_sample(place, tmp_path):
    folder, local = clone(tmp_path / "work"), tmp_path / "local"
    shutil.copytree(folder, local, symlinks=True)
    track(folder)
    here = place(folder)
    text = here.run("--configfile", CONFIG, limit=1500).stdout
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

    subprocess.run(
        [
            *(sys.executable, "-m", "snakemake", "--cores", "2", "--configfile", CONFIG),
            *("--until", "train_vocab"),
        ],
        cwd=local,
        check=True,
        capture_output=True,
    )
    made = [path for path in (local / "results").rglob("*") if path.is_file()]
    assert any(path.name == "vocab.txt" for path in made)
    for path in made:
        assert blobs[str(path.relative_to(local))] == path.read_bytes(), path
