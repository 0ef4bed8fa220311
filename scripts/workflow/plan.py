"""Check config, data and machine, and print the plan: jobs, tokens, hours, disk.

    python -m scripts.workflow.plan [what you would give snakemake]

Nothing is run or changed. The status is 1 where the run could not begin.
"""

import math
import os
import signal
import sys
import time
import timeit
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from scripts.corpus.sentences.splitter import rules, split
from scripts.glue.files.official_files import ROWS
from scripts.glue.tasks.selection import base_task
from scripts.workflow import preflight
from scripts.workflow.estimates import FIGURES, disk_bytes, finetune_flops, peak_of, phase_tokens
from scripts.workflow.internals import dry_run, executor_of
from scripts.workflow.preflight import Gpu, Run, short

SENTENCES = "It lies 12 km north of St. Ives (see below), at 340 m. Its church is of 1742. " * 20
CLUSTER_GPU = Gpu("A100", 80 * 2.0**30)  # what a cluster's job is taken to get


def needed_bytes(run: Run) -> float:
    """The bytes that a run is estimated to write."""
    return disk_bytes(run.config, run.model, run.text, run.shares, run.download)


def tokens(run: Run) -> dict[str, float]:
    """The tokens that each phase to be trained will see."""
    todo = [job.wildcards["phase"] for job in run.todo if job.rule == "pretrain"]
    corpus = run.text / FIGURES.bytes_of_token * run.config["examples"]["duplicates"]
    return {
        name: phase_tokens(phase, corpus)
        for phase in run.config["pretrain"]["phases"]
        for name in todo
        if Path(name).name == phase["name"]
    }


def speed(run: Run, threads: int, wanted: int) -> float:
    """Floating-point operations a second of a job; NaN on a GPU that the table lacks."""
    gpus = run.gpus if run.here else [CLUSTER_GPU] * wanted
    if wanted and gpus:
        return peak_of(gpus[0].name) * FIGURES.gpu_share * min(wanted, len(gpus))
    return run.cpu_flops * (min(threads, run.cores) if run.here else threads)


def seconds(run: Run) -> dict[str, float]:
    """What each kind of work is estimated to take; NaN: unknown. Of the text some steps wait for all others."""
    start, cores = FIGURES.start_seconds, max(1, run.cores)
    return {
        "text on all cores": text_seconds(run, FIGURES.parallel_seconds) / cores,
        "text step by step": text_seconds(run, FIGURES.serial_seconds),
        "pretraining": sum(phase_seconds(run, *item) for item in tokens(run).items()),
        "finetuning": finetuning_seconds(run),
        "starts of jobs": sum(start.get(job.rule, start["other"]) for job in run.todo) / cores,
    }


def text_seconds(run: Run, of_rules: dict[str, float]) -> float:
    """Seconds of a core for the text, where these rules take so many a MB of it."""
    work = sum(each * run.shares.get(rule, 0.0) for rule, each in of_rules.items())
    return work * run.text / 1e6 * FIGURES.text_rate / run.text_rate


def phase_seconds(run: Run, name: str, count: float) -> float:
    """Seconds of a phase that trains on so many tokens, or goes by the clock."""
    pretrain = run.config["pretrain"]
    (phase,) = (phase for phase in pretrain["phases"] if phase["name"] == Path(name).name)
    if "hours" in phase:
        return phase["hours"] * 3600
    rate = pretrain["nodes"] * speed(run, pretrain["cpu_threads"], pretrain["gpus"])
    masked = run.config["examples"]["mlm_probability"]
    length = phase["seq_length"]
    flops = run.model.training_flops(count, count * length, count * masked, count / length)
    return flops / rate


def finetuning_seconds(run: Run) -> float:
    """Seconds of all finetuning, as many runs at once as there are cores or, with GPUs, one."""
    glue = run.config["glue"]
    rate = speed(run, glue["cpu_threads"], glue["gpus"])
    work = 0.0
    for job in run.todo:
        if job.rule.startswith("finetune"):
            task = base_task(job.wildcards["task"])
            rows = ROWS.get(task, {}).get("train", FIGURES.other_rows)
            rows = FIGURES.sample_rows if glue["source"] == "sample" else rows
            settings = glue["finetune"] | glue["per_task"].get(task, {})
            work += finetune_flops(run.model, rows, settings) / rate
    return work / (1 if run.gpus and glue["gpus"] else max(1, run.cores // glue["cpu_threads"]))


def summary(run: Run) -> list[str]:
    """The estimates of a run as lines for a person."""
    lines = []
    for phase, count in tokens(run).items():
        allowed = "as many tokens as its hours allow"
        size = allowed if math.isnan(count) else f"some {short(count)} tokens"
        lines.append(f"Phase {phase}: {size}, {short(run.model.parameters)} parameters")
    parts = seconds(run)
    named = ", ".join(f"{name} {span(value)}" for name, value in parts.items() if value)
    gpus = ", ".join(gpu.name for gpu in run.gpus) or "no GPU"
    where = f"{run.cores} cores, {gpus}" if run.here else "a cluster, a job at a time on an A100"
    lines.append(f"Time: some {span(sum(parts.values()))} on {where}: {named}")
    lines.append(f"Disk: some {short(needed_bytes(run))}B more")
    lines.append("These are estimates, good to a factor of two: scripts/workflow/estimates.yaml")
    return lines


def calibrated(run: Run) -> Run:
    """The run with what a core of this machine does in a second, of small products and of text."""
    matrix, pipeline = np.ones((80, 80), np.float32), rules()  # a larger one takes all threads
    flops = rate(lambda: matrix @ matrix, 2 * len(matrix) ** 3)
    text = rate(lambda: list(split(pipeline, [SENTENCES])), len(SENTENCES))
    return replace(run, text_rate=text, cpu_flops=flops * FIGURES.training_share)


def rate(function: Callable[[], object], amount: float) -> float:
    """How much a function that does so much does in a second of a processor, at its best of some times."""
    timer = timeit.Timer(function, timer=time.process_time)
    count = max(1, timer.autorange()[0] // 4)
    return count * amount / min(timer.repeat(5, count))


def span(length: float) -> str:
    """Seconds as minutes, hours or days."""
    if math.isnan(length):
        return "unknown"
    length /= 3600
    if length < 1:
        return f"{max(1, round(length * 60))} min"
    return f"{length:.1f} h" if length < 72 else f"{length / 24:,.0f} days"


def table(run: Run) -> list[str]:
    """The number of jobs of each rule."""
    rules = {rule: count for rule, count in run.rules.items() if rule != "all"}
    width = max(map(len, rules), default=0)
    return [f"{rule:{width}} {count:6}" for rule, count in rules.items()]


def main() -> None:
    words = sys.argv[1:]
    if not {"-c", "--cores", "-j", "--jobs", "--profile"} & {word.split("=")[0] for word in words}:
        words = [*words, "--cores", str(os.cpu_count())]
    asked = dry_run(words)
    if asked.errors or not preflight.current:
        sys.exit("\n".join(asked.errors))
    run = preflight.current()
    if (executor := executor_of(words)) != "local":
        run = replace(run, here=False, cores=1, executor=executor)
    if not run.todo:
        print("Nothing would run: every output is up to date.")
        return
    found = preflight.mistakes(run, needed_bytes(run))
    print("\n".join([*table(run), "", *summary(run if found or not run.here else calibrated(run))]))
    for line in preflight.warnings(run):
        print(f"warning: {line}")
    if found:
        sys.exit("\n".join(f"error: {line}" for line in found))
    print("Checked: folders, input files, packages, disk, GPUs, mirrors. The run can begin.")


if __name__ == "__main__":
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # end quietly with what it is piped into
    main()
