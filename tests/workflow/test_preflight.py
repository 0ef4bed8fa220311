"""What is found out before the first job, and the plan that is printed."""

import json
import os
import shutil
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from scripts.pretrain.architectures.model_config import Shape
from scripts.workflow import preflight, slurm_limits
from scripts.workflow.preflight import Gpu, Job, Run
from tests.examples.texts import tokenizer_folder
from tests.glue.made import write_model
from tests.runs import ROOT, clone, snakemake

CONFIG = yaml.safe_load((ROOT / "config/config.yaml").read_text())
TINY = Shape(1000, 128, 2, 2, 512)
LARGE = Shape(30_522, 1024, 24, 16, 4096)


def run_of(*todo: Job, model=TINY, root=ROOT, gpus=(), **changes) -> Run:
    config = CONFIG | {key: CONFIG[key] | value for key, value in changes.items()}
    jobs = Counter(job.rule for job in todo)
    return Run(root, config, list(todo), jobs, model, 1e6, 0, 2, True, list(gpus))


def job(rule: str, sources=(), outputs=(), **wildcards: str) -> Job:
    return Job(rule, wildcards, list(sources), list(outputs))


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_run_without_faults_can_begin():
    assert preflight.mistakes(run_of(job("pretrain", outputs=["results/x"])), 1.0) == []


def test_a_folder_that_cannot_be_written_to(folder):
    (folder / "results").touch()  # a file, in which nobody can make files
    found = preflight.mistakes(run_of(job("pretrain", outputs=["results/a/x"])), 1.0)
    assert len(found) == 1
    assert f"{folder}/results: cannot be written to (" in found[0]


def test_an_empty_input(folder):
    (folder / "dump.xml").touch()
    (folder / "full.xml").write_text("x")
    found = preflight.mistakes(run_of(job("extract_articles", ["dump.xml", "full.xml"])), 1.0)
    assert [line.split(":")[0] for line in found] == ["dump.xml"]


def test_an_input_from_the_future(folder):
    for name, ahead in (("late.txt", 7200), ("now.txt", 5)):
        (folder / name).write_text("x")
        os.utime(folder / name, (time.time() + ahead,) * 2)
    todo = Job("extract_articles", {}, [], [], ["late.txt", "now.txt", "absent.txt"])
    (found,) = preflight.mistakes(run_of(todo), 1.0)
    assert found.startswith("late.txt: was last changed in the future (20")
    assert found.endswith("touch the file")


def test_an_own_text_that_is_scored_on_the_invented_world(folder):
    run = run_of(job("collect_results"), corpus={"source": "text"})
    assert preflight.warnings(run)[0].startswith("glue.source is sample: the tasks are about an in")
    for changes in ({"corpus": {"source": "sample"}}, {"glue": {"source": "download"}}):
        other = replace(run, config=run.config | {k: run.config[k] | v for k, v in changes.items()})
        assert not any("invented" in line for line in preflight.warnings(other))
    assert not any("invented" in line for line in preflight.warnings(run_of(job("pretrain"))))


def test_a_tokenizer_without_a_special_token(folder):
    tokenizer_folder(folder / "given")
    run = run_of(job("import_vocab"), vocab={"path": "given"})
    assert preflight.mistakes(run, 1.0) == []
    path = folder / "given/tokenizer.json"
    path.write_text(path.read_text().replace("[MASK]", "[OTHER]"))
    for changes in ({"vocab": {"path": "given"}}, {"pretrain": {"init": "given"}}):
        (found,) = preflight.mistakes(run_of(job("import_vocab"), **changes), 1.0)
        (key,) = (f"{section}.{name}" for section, value in changes.items() for name in value)
        assert found.startswith(f"{key}: given")
        assert "[MASK]" in found
    assert preflight.mistakes(run_of(job("train_vocab"), vocab={"path": "given"}), 1.0) == []
    assert list(folder.iterdir()) == [folder / "given"]


def test_weights_that_the_given_config_does_not_describe(folder):
    """A day before the training would find it out."""
    write_model(folder / "bert", num_hidden_layers=2)
    run = run_of(job("pretrain"), pretrain={"init": "bert"})
    assert preflight.mistakes(run, 1.0) == []
    config = json.loads((folder / "bert/config.json").read_text())
    (folder / "bert/config.json").write_text(json.dumps(config | {"num_hidden_layers": 1}))
    (found,) = preflight.mistakes(run, 1.0)
    assert found.startswith("pretrain.init: bert: bert.encoder.layer.1.attention.output.LayerNorm")
    assert preflight.mistakes(run_of(job("finetune"), pretrain={"init": "bert"}), 1.0) == []
    small = write_model(folder / "small")
    write_model(folder / "other", extra=("word",))
    shutil.copy(folder / "other/tokenizer.json", small)
    (found,) = preflight.mistakes(run_of(job("pretrain"), pretrain={"init": "small"}), 1.0)
    assert found == "pretrain.init: small: a token has id 29, the model 29 ids"


def test_a_cluster_that_cannot_give_what_a_rule_asks_for(monkeypatch):
    cluster = [slurm_limits.parse_nodes("cpu*|1:00:00|10|3|16000|(null)")]
    monkeypatch.setattr(slurm_limits, "sinfo", lambda: cluster)
    todo = Job("extract_articles", {}, [], [], [], {"runtime": 600, "threads": 2, "mem_mb": 500})
    run = replace(run_of(todo), here=False, executor="slurm")
    (found,) = preflight.mistakes(run, 1.0)
    assert found.startswith("extract_articles asks for 600 minutes, and cpu allows 60")
    assert preflight.mistakes(replace(run, executor="other"), 1.0) == []


def test_too_little_space():
    (found,) = preflight.mistakes(run_of(), 1e18)
    assert "the run is estimated to write 1e+06 TB" in found


def pin(folder: Path, *lines: str) -> None:
    """Write an environment with these packages."""
    (folder / "config").mkdir()
    environment = {"dependencies": ["python=3.11", "pip", {"pip": lines}]}
    (folder / "config/environment.yaml").write_text(json.dumps(environment))


def test_packages(folder):
    elsewhere = "elsewhere==1 ; sys_platform == 'win32'"
    pin(folder, "numpy==0.0.1", "PyYAML==0.1 ; python_version > '3'", "nonesuch==1", elsewhere)
    (found,) = preflight.mistakes(run_of(root=folder), 1.0)
    assert found == "not installed: nonesuch; run make env"
    (warning,) = preflight.warnings(run_of(root=folder))
    assert "numpy " in warning
    assert "(pinned: 0.0.1), PyYAML " in warning


def test_the_build_of_a_version_does_not_count(folder, monkeypatch):
    pin(folder, "torch==2.13.0")
    monkeypatch.setattr(preflight, "installed", lambda package: "2.13.0+cu130")
    assert preflight.warnings(run_of(root=folder)) == []


GIB = 2.0**30


@pytest.mark.parametrize(
    ("gpus", "wanted", "model", "words"),
    [
        ([], 1, TINY, ""),
        ([Gpu("H100", 80 * GIB)], 1, LARGE, ""),
        ([Gpu("H100", 80 * GIB)], 2, TINY, "pretrain.gpus: 2 are asked for, 1 visible"),
        ([Gpu("T4", 4 * GIB)], 1, LARGE, "pretrain.model: 336 million parameters need some 6 GiB"),
    ],
)
def test_gpus_against_the_model(gpus, wanted, model, words):
    run = run_of(job("pretrain"), model=model, gpus=gpus, pretrain={"gpus": wanted})
    found = preflight.mistakes(run, 1.0)
    assert [words in line for line in found] == [True] * bool(words)


def test_nvidia_smi_and_the_visible_devices(folder, monkeypatch):
    tool = folder / "nvidia-smi"
    tool.write_text("#!/bin/sh\necho 'NVIDIA A100-SXM4, 81920'\necho 'Tesla T4, 15360'\n")
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    gpus = [Gpu("NVIDIA A100-SXM4", 80 * GIB), Gpu("Tesla T4", 15 * GIB)]
    assert preflight.visible_gpus() == gpus
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "1")
    assert preflight.visible_gpus() == gpus[1:]
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    assert preflight.visible_gpus() == []
    tool.write_text("#!/bin/sh\necho 'No devices were found'; exit 6\n")
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES")
    assert preflight.visible_gpus() == []


def test_the_network_is_asked_only_where_something_is_downloaded():
    dead = {"mirror": "http://127.0.0.1:9"}
    assert preflight.mistakes(run_of(job("finetune"), glue=dead), 1.0) == []
    (found,) = preflight.mistakes(run_of(job("download_glue"), glue=dead), 1.0)
    assert found.startswith("glue.mirror: http://127.0.0.1:9 cannot be reached (")


@pytest.mark.slow
def test_snakemake_itself_ends_before_the_first_job(folder):
    copy = clone(folder / "with space")
    (copy / "logs").touch()  # a file, in which nobody can make files
    ended = snakemake(copy, "--cores", "2", check=False)
    assert ended.returncode == 1
    assert "The run cannot begin: " in ended.stdout
    assert ended.stdout.count("cannot be written to") == 1
    assert "Traceback" not in ended.stdout
    assert "an invented" not in ended.stdout
    dry = snakemake(copy, "--dry-run")
    assert "cannot be written to" not in dry.stdout


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (0, "0 "), (999.4, "999 "), (1000, "1 k"), (1_234, "1.23 k"), (1e6, "1 M"), (5.67e9, "5.67 G"),
        (1e12, "1 T"), (1e18, "1e+06 T"),
    ],
)  # fmt: skip
def test_numbers_with_a_units_letter(number, said):
    assert preflight.short(number) == said


def test_a_list_is_shortened_where_it_is_longer_than_five():
    assert preflight.listed(iter("abcde")) == "a, b, c, d, e"
    assert preflight.listed("abcdefg") == "a, b, c, d, e and 2 more"
    assert preflight.listed("abc", 2) == "a, b and 1 more"


def test_shares_are_of_a_rules_jobs_that_are_still_to_do():
    run = replace(run_of(job("a"), job("a"), job("b")), jobs=Counter(a=8, b=1, c=2))
    assert run.shares == {"a": 0.25, "b": 1}
    assert run.rules == {"a": 2, "b": 1}


def test_the_nearest_folder_that_is_there(folder):
    assert preflight.existing(folder / "a/b/c") == folder
    assert preflight.existing(Path("/nonesuch/x")) == Path("/")


def test_a_mirror_in_a_folder(folder):
    assert preflight.unreachable(f"file://{folder}") == ""
    assert preflight.unreachable(f"file://{folder}/nonesuch") == "no such folder"


def test_a_mirror_that_is_named_wrongly():
    assert "unknown url type" in preflight.unreachable("nonesuch")


def test_too_large_a_model_for_the_machine_but_for_one_that_is_sharded():
    huge = replace(LARGE, num_hidden_layers=100_000)
    (found,) = preflight.mistakes(run_of(job("pretrain"), model=huge), 1.0)
    assert "the machine has" in found
    assert preflight.mistakes(run_of(job("finetune"), model=huge), 1.0) == []
    sharded = run_of(job("pretrain"), model=huge, pretrain={"sharded": True})
    assert preflight.mistakes(sharded, 1.0) == []
