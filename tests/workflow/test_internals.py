"""What is taken of Snakemake beyond its documentation: each test says what a new version broke."""

import subprocess
import sys
from collections import Counter
from pathlib import Path
from types import SimpleNamespace

import pytest
import snakemake
from packaging.version import Version

from scripts.workflow import internals, preflight
from scripts.workflow.preflight import Job
from tests.runs import ROOT

SNAKEFILE = """
import sys
sys.path.insert(0, {root!r})
from scripts.workflow import internals, preflight

if not internals.is_main(workflow):
    internals.record_in_jobs()
internals.limit_resource(workflow, "mirror", 2)
internals.limit_resource(workflow, "given", 2)
internals.limit_threads(workflow, 2)

def seen():
    asked = internals.profile_resources(workflow, "second")
    bounds = {{name: workflow.global_resources[name] for name in ("mirror", "given")}}
    return internals.graph_of(workflow), asked, bounds, internals.only_touches(workflow)

preflight.current = seen

rule all:
    input: "b1", "c"
rule first:
    input: "own.txt"
    output: "a"
    threads: 4
    params: seed=config.get("seed", 1)
    shell: "cat {{input}} > {{output}}"
rule second:
    input: "a"
    output: "b{{number}}"
    shell: "cat {{input}} > {{output}}"
rule done:
    output: "c"
    shell: "touch {{output}}"
"""


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "Snakefile").write_text(SNAKEFILE.format(root=str(ROOT)))
    (tmp_path / "own.txt").touch()
    (tmp_path / "c").touch()
    return tmp_path


def test_the_installed_version_is_one_that_this_was_tested_with():
    assert internals.untested(snakemake.__version__) == ""
    oldest = (ROOT / "Snakefile").read_text().split('min_version("')[1].split('"')[0]
    assert Version(oldest) <= Version(snakemake.__version__)


@pytest.mark.parametrize(
    ("version", "said"),
    [("9.22.0", False), ("9.27.9", False), ("9.28.0", True), ("10.0.0", True), ("8.99", False)],
)
def test_a_newer_version_is_named(version, said):
    line = internals.untested(version)
    assert bool(line) == said
    assert line.startswith(f"Snakemake {version} is newer than 9.27, ") or not said


def test_the_jobs_and_the_reasons_of_a_dry_run(folder):
    found = internals.dry_run(["--cores", "3", "--quiet", "all"])
    assert found.errors == []
    reasons = {job.rule: (job.wildcards, job.reason) for job in found.jobs if job.rule != "all"}
    assert reasons == {
        "first": ("", "Missing output files: a"),
        "second": ("number=1", "Missing output files: b1; Input files updated by another job: a"),
    }


def test_the_graph_and_the_resources_of_a_run(folder):
    words = ["--resources", "given=5", "--set-resources", "second:gpu=1", "second:kind=a100"]
    internals.dry_run(["--cores", "3", *words])
    assert preflight.current is not None
    graph, asked, bounds, touches = preflight.current()
    assert {job.rule: job for job in graph["todo"] if job.rule != "all"} == {
        "first": Job("first", {}, ["own.txt"], ["a"]),
        "second": Job("second", {"number": "1"}, [], ["b1"]),
    }
    (second,) = (job for job in graph["todo"] if job.rule == "second")
    assert second.inputs == ["a"]
    assert (second.asked["threads"], second.asked["gpu"], second.asked["kind"]) == (1, 1, "a100")
    (first,) = (job for job in graph["todo"] if job.rule == "first")
    assert first.asked["threads"] == 2
    assert graph["jobs"] == Counter(all=1, first=1, second=1, done=1)
    assert (graph["cores"], graph["here"]) == (3, True)
    assert asked == {"gpu": 1, "kind": "a100"}
    assert not touches
    assert bounds == {"mirror": 2, "given": 5}


def test_commands_of_a_repositorys_rules_have_its_environment():
    rules = {
        name: SimpleNamespace(snakefile=file, shellcmd=command, conda_env=own)
        for name, file, command, own in (
            ("ours", "/a {b}/rules/c.smk", "true", None),
            ("given", "/a {b}/rules/c.smk", "true", "own.yaml"),
            ("without a command", "/a {b}/Snakefile", None, None),
            ("another's", "/a/Snakefile", "true", None),
        )
    }
    workflow = SimpleNamespace(rules=rules.values())
    internals.use_environment(workflow, Path("/a {b}"), "config/environment.yaml")
    assert {name: rule.conda_env for name, rule in rules.items()} == {
        "ours": "/a {{b}}/config/environment.yaml",
        "given": "own.yaml",
        "without a command": None,
        "another's": None,
    }


def test_what_goes_wrong_in_a_dry_run(folder):
    (folder / "own.txt").unlink()
    (error,) = internals.dry_run(["--cores", "1"]).errors
    assert "Missing input files for rule first" in error
    assert internals.dry_run(["--nonesuch"]).errors == [
        "snakemake --dry-run failed; run it to see why"
    ]


def test_where_jobs_run(folder):
    assert internals.executor_of(["--cores", "1"]) == "local"
    assert internals.executor_of(["--executor", "slurm", "--jobs", "1"]) == "slurm"


@pytest.mark.slow
def test_a_job_of_its_own_records_the_params_that_it_was_run_with(folder):
    words = ["--mode", "subprocess", "--nolock", "--force", "--cores", "1"]
    words += ["--allowed-rules", "first", "--target-jobs", "first:"]
    subprocess.run([sys.executable, "-m", "snakemake", *words], check=True)
    found = internals.dry_run(["--cores", "1", "a", "--config", "seed=2"])
    (job,) = found.jobs
    assert job.reason.startswith("Params have changed since last execution: ")
