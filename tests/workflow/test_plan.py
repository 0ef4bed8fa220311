"""The plan that is printed before a run, against sums by hand."""

import math
import subprocess
import sys
from collections import Counter
from dataclasses import replace

import pytest
import yaml

from scripts.pretrain.architectures.model_config import Shape
from scripts.workflow import plan
from scripts.workflow.preflight import Gpu, Job, Run
from tests.runs import ROOT, SMALL

CONFIG = yaml.safe_load((ROOT / "config/config.yaml").read_text())
BASE = Shape(30_522, 768, 12, 12, 3072)
LARGE = Shape(30_522, 1024, 24, 16, 4096)
PHASES = CONFIG["pretrain"]["phases"]
A100 = Gpu("A100", 80 * 2.0**30)


def job(rule: str, **wildcards: str) -> Job:
    return Job(rule, wildcards, [], [])


def run_of(*todo: Job, done=(), gpus=(), here=True, cores=2, text=4.6e6, **changes) -> Run:
    config = CONFIG | {key: CONFIG[key] | value for key, value in changes.items()}
    jobs = Counter([*(job.rule for job in todo), *done])
    return Run(ROOT, config, list(todo), jobs, BASE, text, 0, cores, here, list(gpus))


def test_the_parameters_are_those_of_bert_large():
    assert abs(LARGE.parameters / 335e6 - 1) < 0.01  # as google-research/bert states


def test_tokens_are_those_of_the_phases_that_are_to_be_trained():
    steps = PHASES[0] | {"steps": 10, "batch_size": 2, "seq_length": 128}
    epochs = {"name": "more", "epochs": 2, "seq_length": 64}
    changes = {"pretrain": {"phases": [steps, epochs]}, "examples": {"duplicates": 3}}
    run = run_of(job("pretrain", phase="more"), job("finetune", phase="seq128"), **changes)
    assert plan.tokens(run) == {"more": pytest.approx(6e6)}
    run = run_of(job("pretrain", phase="seq128"), **changes)
    assert plan.tokens(run) == {"seq128": pytest.approx(10 * 2 * 128 * 0.9)}


@pytest.mark.parametrize(
    ("run", "threads", "wanted", "expected"),
    [
        (run_of(), 1, 0, 40e9),
        (run_of(), 8, 1, 80e9),
        (run_of(gpus=[A100] * 4), 1, 2, 2 * 0.4 * 312e12),
        (run_of(gpus=[A100]), 1, 2, 0.4 * 312e12),
        (run_of(gpus=[A100]), 1, 0, 40e9),
        (run_of(here=False), 8, 0, 320e9),
        (run_of(here=False), 8, 2, 2 * 0.4 * 312e12),
    ],
)
def test_the_speed_of_a_job(run, threads, wanted, expected):
    assert plan.speed(run, threads, wanted) == pytest.approx(expected)


def test_the_time_of_the_text():
    jobs = [
        job("extract_articles"),
        job("split_sentences"),
        job("plot_glue"),
        job("finetune", task="RTE"),
    ]
    jobs += [job("shard_corpus"), job("train_vocab")]
    run = run_of(*jobs, done=["extract_articles", "place_documents", "all"], text=3e6, cores=4)
    parallel, serial = plan.FIGURES.parallel_seconds, plan.FIGURES.serial_seconds
    # The half of one rule, the whole of another, and a third that is done.
    assert plan.text_seconds(run, parallel) == pytest.approx(3 * (0.35 / 2 + 0.5))
    assert plan.text_seconds(run, serial) == pytest.approx(3 * (0.02 + 0.02))
    assert plan.text_seconds(replace(run, text_rate=1.6e6), serial) == pytest.approx(3 * 0.02)
    assert plan.seconds(run)["starts of jobs"] == (5 * 0.5 + 3) / 4
    assert sum(plan.seconds(run_of(cores=0)).values()) == 0


def test_the_time_of_a_phase():
    flops = BASE.training_flops(1e9, 1e9 * 128, 1e9 * 0.15, 1e9 / 128)
    run = run_of(pretrain={"cpu_threads": 2, "gpus": 0, "nodes": 3})
    assert plan.phase_seconds(run, "seq128", 1e9) == pytest.approx(flops / 240e9)
    slow = replace(run, cpu_flops=10e9)
    assert plan.phase_seconds(slow, "seq128", 1e9) == pytest.approx(flops / 60e9)
    by_clock = {"phases": [{"name": "long", "hours": 5}]}
    assert plan.phase_seconds(run_of(pretrain=by_clock), "long", math.nan) == 5 * 3600


def test_the_time_of_finetuning():
    jobs = [job("finetune", task="CoLA"), job("finetune_mnli", task="MNLI"), job("plot_glue")]
    small = {"epochs": 2, "max_length": 128}
    flops = BASE.training_flops(900 * 2 * 40, 900 * 2 * 40 * 128, sequences=900 * 2)
    glue = {"finetune": small, "cpu_threads": 2, "gpus": 0}
    run = run_of(*jobs, cores=4, glue=glue)
    assert plan.finetuning_seconds(run) == pytest.approx(flops / 80e9)
    run = run_of(*jobs, cores=1, glue=glue)
    assert plan.finetuning_seconds(run) == pytest.approx(2 * flops / 40e9)
    run = run_of(*jobs, cores=4, glue=glue | {"gpus": 1}, gpus=[A100])
    assert plan.finetuning_seconds(run) == pytest.approx(2 * flops / (0.4 * 312e12))


def test_the_rows_of_finetuning_are_the_tasks():
    glue = {"source": "download", "finetune": {"epochs": 1, "max_length": 128}, "gpus": 0}
    for task, rows in (("RTE", 2490), ("RTE-from-MNLI", 2490), ("own", 10_000)):
        run = run_of(job("finetune", task=task), cores=1, glue=glue)
        flops = BASE.training_flops(rows * 40, rows * 40 * 128, sequences=rows)
        assert plan.finetuning_seconds(run) == pytest.approx(flops / 40e9)
    more = glue | {"per_task": {"RTE": {"epochs": 3}}}
    run = run_of(job("finetune", task="RTE"), cores=1, glue=more)
    flops = BASE.training_flops(3 * 2490 * 40, 3 * 2490 * 40 * 128, sequences=3 * 2490)
    assert plan.finetuning_seconds(run) == pytest.approx(flops / 40e9)


def test_the_time_of_all():
    jobs = [job("plot_glue"), job("pretrain", phase="seq128"), job("finetune", task="CoLA")]
    run = run_of(*jobs, pretrain={"gpus": 0}, glue={"gpus": 0})
    (count,) = plan.tokens(run).values()
    assert plan.seconds(run) == {
        "text on all cores": 0,
        "text step by step": 0,
        "pretraining": pytest.approx(plan.phase_seconds(run, "seq128", count)),
        "finetuning": pytest.approx(plan.finetuning_seconds(run)),
        "starts of jobs": (0.5 + 6 + 3) / 2,
    }


# Seconds of `make demo` on two cores of a quiet AMD EPYC with AVX2, by its log.
DEMO = {"pretrain": 151, "finetune": 89, "all": 268}


def test_the_sample_takes_what_it_took():
    """To a quarter, by what that machine's cores do in a second."""
    rules = {
        "make_sample": 1, "extract_articles": 2, "split_sentences": 2, "assign_documents": 1,
        "place_documents": 2, "shard_corpus": 1, "train_vocab": 1, "tokenize_shard": 5,
        "build_examples": 10, "fetch_glue": 10, "plot_glue": 10,
    }  # fmt: skip
    todo = [job(rule) for rule, count in rules.items() for _ in range(count)]
    todo += [job("pretrain", phase=phase["name"]) for phase in PHASES]
    todo += [job("finetune", task=task) for task in CONFIG["glue"]["tasks"] for _ in range(3)]
    tiny = Shape(4096, 128, 2, 2, 512)
    run = replace(run_of(*todo, text=10.2e6), model=tiny, cpu_flops=48e9, text_rate=0.9e6)
    for name, took in DEMO.items():
        # With their starts, as in the log.
        own = [each for each in todo if name in ("all", each.rule)]
        found = plan.seconds(replace(run, todo=own, jobs=Counter(each.rule for each in own)))
        assert abs(sum(found.values()) / took - 1) < 0.15, name


@pytest.mark.slow
def test_what_a_core_does_is_measured():
    run = plan.calibrated(run_of())
    assert 1e9 < run.cpu_flops < 1e12
    assert 1e4 < run.text_rate < 1e8
    nothing, something = plan.rate(lambda: None, 1.0), plan.rate(lambda: sum(range(1000)), 1.0)
    assert nothing > 10 * something


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (math.nan, "unknown"), (0.001, "1 min"), (0.5, "30 min"), (0.99, "59 min"), (1.0, "1.0 h"),
        (71.9, "71.9 h"), (72.0, "3 days"), (24_000.0, "1,000 days"),
    ],
)  # fmt: skip
def test_hours_in_words(length, words):
    assert plan.span(length * 3600) == words


def test_the_summary_and_the_table():
    phases = [PHASES[0], {"name": "long", "hours": 5}]
    jobs = [job("pretrain", phase="seq128"), job("pretrain", phase="long"), job("all")]
    run = run_of(*jobs, pretrain={"phases": phases, "gpus": 0})
    said = plan.summary(run)
    assert said[0].startswith("Phase seq128: some 4.42 M tokens, 1")
    assert said[1].startswith("Phase long: as many tokens as its hours allow, 1")
    assert said[2].startswith("Time: some ")
    assert " on 2 cores, no GPU: pretraining " in said[2]
    assert said[2].endswith(", starts of jobs 1 min")
    assert said[3].startswith("Disk: some ")
    assert plan.table(run) == ["pretrain      2"]
    on_cluster = plan.summary(run_of(*jobs, here=False, pretrain={"phases": phases}))
    assert " on a cluster, a job at a time on an A100: " in on_cluster[2]


def test_the_estimate_of_a_run_bounds_what_it_wrote(finished_run):
    """In the small run: it must neither frighten nor promise too much."""
    ended = subprocess.run(
        [sys.executable, "-m", "scripts.workflow.plan", "--configfile", SMALL, "--forceall"],
        cwd=finished_run,
        capture_output=True,
        text=True,
        check=True,
    )
    said = ended.stdout
    assert "pretrain              2" in said
    assert "Phase short: some 5.53 k tokens" in said
    assert "The run can begin" in said
    (estimated,) = (float(line.split()[2]) for line in said.splitlines() if "Disk:" in line)
    wrote = sum(path.stat().st_size for path in (finished_run / "results").rglob("*"))
    # Checkpoints, of which there are three at times, are gone by now.
    assert wrote < estimated * 1e6 < 5 * wrote
