"""The workflow as a module of another one, with a prefix and a config of the caller's."""

from pathlib import Path

import pytest

from tests.runs import ROOT, forked

OUTER = f"""
shell.prefix("set -eu; OUTER=yes; ")
module d2g:
    snakefile: "{ROOT}/Snakefile"
    config: config["d2g"]
    prefix: "out"
use rule * from d2g as d2g_*
rule mine:
    default_target: True
    input: "out/results/vocab/vocab.txt"
    output: "words.txt"
    shell: "echo $OUTER > {{output}}; wc -l < {{input}} >> {{output}}"
onstart: print("the outer hook")
"""
CONFIG = "d2g: {corpus: {sample: {articles: 200}, shards: 2}, vocab: {size: 900}}\n"


@pytest.fixture
def outer(tmp_path) -> Path:
    """A workflow that uses this one, with a package `scripts` of its own."""
    folder = tmp_path / "an outer one"
    (folder / "scripts").mkdir(parents=True)
    (folder / "scripts/__init__.py").touch()
    (folder / "Snakefile").write_text(OUTER)
    (folder / "config.yaml").write_text(CONFIG)
    return folder


def snakemake(folder: Path, *words: str, config: bool = True) -> tuple[int, str]:
    given = ["--configfile", "config.yaml"] if config else []
    return forked(folder, "--nocolor", "--cores", "2", *given, *words)


@pytest.mark.slow
def test_a_run_within_another_workflow(outer):
    status, said = snakemake(outer)
    assert status == 0, said[-4000:]
    assert "localrules directive specifies" not in said
    assert "the outer hook" in said
    assert (outer / "words.txt").read_text().split() == ["yes", "900"]
    beside = {path.name for path in outer.iterdir()} - {".snakemake", "words.txt"}
    assert beside == {"Snakefile", "config.yaml", "scripts", "out"}
    assert {path.name for path in (outer / "out").iterdir()} == {"benchmarks", "logs", "results"}
    status, said = snakemake(outer, "--dry-run")
    assert "Nothing to be done" in said, said[-4000:]


@pytest.mark.slow
def test_the_whole_graph_lies_under_the_prefix(outer):
    status, said = snakemake(outer, "--dry-run", "--printshellcmds", "d2g_all")
    assert status == 0, said[-4000:]
    commands = [line for line in said.splitlines() if "Shell command: " in line]
    words = [word for line in commands for word in line.split()]
    places = ("results/", "logs/", "benchmarks/", "glue_results")
    assert len(commands) > 50
    assert [word for word in words if word.startswith(places)] == []
    assert "--checkpoint-folder out/results/checkpoints" in said
    assert "--init out/results/pretrain/seq128" in said


@pytest.mark.slow
def test_a_mistake_in_the_callers_config_is_one_line(outer):
    (outer / "config.yaml").write_text("d2g: {vocab: {sise: 900}}\n")
    status, said = snakemake(outer, "--dry-run")
    assert status == 1
    assert "vocab.sise: unknown key; did you mean size?" in said


@pytest.mark.slow
def test_without_a_config_of_the_callers_the_defaults_count(outer):
    text = (outer / "Snakefile").read_text()
    (outer / "Snakefile").write_text(text.replace('    config: config["d2g"]\n', ""))
    status, said = snakemake(outer, "--dry-run", "d2g_train_vocab", config=False)
    assert status == 0, said[-4000:]
