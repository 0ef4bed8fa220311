"""The corpus and the examples of the whole Wikipedia on nodes of a Slurm cluster, simulated.

    python -m tests.benchmarks.corpus_nodes [--nodes 1 4 16] [--cores 32] [--jobs 100] [--group 1]
    python -m tests.benchmarks.corpus_nodes --slurm      # beside a real Slurm, as root

The graph is the workflow's own, of a dry run of config/recipes/bert-large-nvidia.yaml with near-duplicates
and the evaluation's texts left out, over a listing of 70 files of 25 GB (enwiki.py). A job takes its share
of its rule's CPU seconds as docs/benchmarks.md has them, and what it and Slurm take to start. Downloads
count as done. Prints for each number of nodes the wall time, how busy the cores are, and the chain of jobs
that the end waited for; before that the jobs of each rule, and the longest chain.

--jobs is profiles/slurm's `jobs`; --group puts so many jobs of a rule into one job of Slurm, one after the
other, --chains the jobs from a part's extraction to its signatures. --slurm runs a graph of 12 parts and 32 shards on the tests' Slurm, with sleeps for work, submitted and asked
for as Snakemake does it, and prints what was simulated of it beside what it took.
"""

import argparse
import heapq
import json
import statistics
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import yaml

from scripts.workflow import preflight
from scripts.workflow.internals import dry_run
from scripts.workflow.preflight import Job
from tests.benchmarks import enwiki
from tests.benchmarks.cluster_simulation import (
    Cluster,
    Fate,
    Overheads,
    Task,
    last_chain,
    longest_chain,
    simulate,
)
from tests.clusters.slurm.lab import Lab, missing

ROOT = Path(__file__).resolve().parents[2]
PROFILE = yaml.safe_load((ROOT / "profiles/slurm/config.yaml").read_text())
MORE = {"corpus": {"deduplicate": "near", "decontaminate": True}}
DONE = ("download_dump", "download_glue")  # before the clock starts
# CPU seconds of all of a rule's jobs at 20 GB of text, by docs/benchmarks.md; others of its table are
# carried on from runs of 300 MB of XML by corpus_parts, and of examples_build.
SECONDS = {
    "extract_articles": 22_000.0,
    "split_sentences": 10_000.0,
    "find_contamination": 4_300.0,
    "sign_documents": 6_700.0,
    "assign_documents": 45.0,
    "place_documents": 350.0,
    "shard_corpus": 100.0,  # of which half is for the disk
    "train_vocab": 60.0,
    "tokenize_shard": 2_700.0,
    "build_examples": 800.0,
}
OTHER = 5.0  # of a job of any other rule
START = 0.5  # CPU seconds of a step before it does anything
THREADS = 0.85  # of a job's processors that are busy, where it has several
# Of Slurm and Snakemake, as --slurm measured them, but for the start of a job: one of the workflow has a
# snakemake of its own that reads the whole Snakefile, 3.5 CPU s before the step begins.
SLURM = Overheads(
    most_jobs=PROFILE["jobs"],
    submit=0.15,
    cycle=2.0,
    start=5.0,
    finish=0.05,
    poll=PROFILE["slurm-init-seconds-before-status-checks"],
    poll_more=10.0,
    poll_most=180.0,
)
CHAIN = ("extract_articles", "split_sentences", "find_contamination", "sign_documents")
LONG, SHORT = 600.0, 60.0  # seconds of a job that should have been cut, or grouped


@dataclass(frozen=True)
class Graph:
    """A workflow's jobs as tasks, and the CPU seconds of each."""

    tasks: list[Task]
    cpu: list[float]


def read_graph(settings: dict, files: Sequence[dict]) -> list[Job]:
    """The jobs that a dry run of the workflow with such a dump would run, up to the examples."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        enwiki.write_listing(folder, files)
        (folder / "more.yaml").write_text(json.dumps(settings))
        words = ["-s", str(ROOT / "Snakefile"), "--directory", name, "--cores", "32"]
        words += ["--profile", str(ROOT / "profiles/slurm"), "--configfile"]
        words += [str(ROOT / "config/recipes/bert-large-nvidia.yaml"), str(folder / "more.yaml")]
        asked = dry_run([*words, "--until", "build_examples"])
        if asked.errors or not preflight.current:
            raise SystemExit("\n".join(asked.errors))
        todo = sorted(preflight.current().todo, key=lambda job: job.outputs)
        return [job for job in todo if job.rule not in DONE]


def graph_of(jobs: Sequence[Job], files: Sequence[dict]) -> Graph:
    """The jobs' needs, in numbers, and what each takes."""
    makers = {file: number for number, job in enumerate(jobs) for file in job.outputs}
    shares = shares_of(jobs, {file["name"]: file["size"] for file in files})
    whole = sum(file["size"] for file in files) / 1e6 / enwiki.PACKED
    cpu = [
        START + (SECONDS[job.rule] * share * whole if job.rule in SECONDS else OTHER)
        for job, share in zip(jobs, shares, strict=True)
    ]
    tasks = []
    for job, seconds in zip(jobs, cpu, strict=True):
        threads = int(job.asked.get("threads", 1))
        wall = seconds / (threads * THREADS) if threads > 1 else seconds
        needs = sorted({makers[file] for file in job.inputs if file in makers})
        tasks.append(Task(job.rule, wall, threads, float(job.asked.get("mem_mb", 0)), needs))
    return Graph(tasks, cpu)


def shares_of(jobs: Sequence[Job], sizes: dict[str, int]) -> list[float]:
    """The share of its rule's work that each job has: by its part's size, or else like the others."""
    files = {
        job.wildcards["part"]: Path(job.inputs[0]).name
        for job in jobs
        if job.rule == "extract_articles"
    }
    ranges, counts = Counter(files.values()), Counter(job.rule for job in jobs)
    total = sum(sizes.values())
    return [
        sizes[files[part]] / ranges[files[part]] / total
        if (part := job.wildcards.get("part"))
        else 1 / counts[job.rule]
        for job in jobs
    ]


def keys(jobs: Sequence[Job], most: int, chains: bool) -> list[tuple]:
    """What says of each job with which others it goes into one job of Slurm."""
    seen: Counter[str] = Counter()
    found: list[tuple] = []
    for job in jobs:
        if chains and job.rule in CHAIN:
            found.append(("part", job.wildcards["part"]))
            continue
        alone = int(job.asked.get("threads", 1)) > 1 or job.rule not in SECONDS
        found.append((job.rule, seen[job.rule] // (1 if alone else most)))
        seen[job.rule] += 1
    return found


def grouped(graph: Graph, of: Sequence[tuple]) -> Graph:
    """The jobs of a key as one job, one after the other."""
    groups: dict[tuple, list[int]] = defaultdict(list)
    for number, key in enumerate(of):
        groups[key].append(number)
    members = list(groups.values())
    group = {number: place for place, numbers in enumerate(members) for number in numbers}
    tasks = []
    for place, numbers in enumerate(members):
        several = [graph.tasks[number] for number in numbers]
        needs = {group[need] for task in several for need in task.needs} - {place}
        names = dict.fromkeys(task.rule for task in several)
        tasks.append(
            replace(
                several[0],
                rule=several[0].rule
                if len(names) == 1
                else "a part's " + " + ".join(sorted(names)),
                seconds=sum(task.seconds for task in several),
                cores=max(task.cores for task in several),
                memory=max(task.memory for task in several),
                needs=sorted(needs),
            )
        )
    return Graph(tasks, [sum(graph.cpu[number] for number in numbers) for numbers in members])


def table(graph: Graph) -> Iterator[str]:
    """The jobs of each rule, in the order in which the graph reaches them."""
    rules: dict[str, list[int]] = defaultdict(list)
    for number, task in enumerate(graph.tasks):
        rules[task.rule].append(number)
    yield "| rule | jobs | cores | CPU s | a job's wall s, median and most | |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for rule, numbers in sorted(rules.items(), key=lambda item: depth(graph.tasks, item[1][0])):
        walls = [graph.tasks[number].seconds for number in numbers]
        cpu = sum(graph.cpu[number] for number in numbers)
        median, most = statistics.median(walls), max(walls)
        remark = "long" if most > LONG else "short" if median < SHORT and len(walls) > 200 else ""
        remark = "serial" if len(walls) == 1 and most > 1 + SHORT else remark
        cores = graph.tasks[numbers[0]].cores
        yield f"| {rule} | {len(walls)} | {cores} | {cpu:,.0f} | {median:.0f}, {most:.0f} | {remark} |"


def depth(tasks: Sequence[Task], number: int) -> int:
    """The jobs that one has to wait for, one after the other, by the first of its needs."""
    count = 0
    while tasks[number].needs:
        number, count = tasks[number].needs[0], count + 1
    return count


def chain_line(graph: Graph, chain: Sequence[int], fates: Sequence[Fate] | None = None) -> str:
    """A chain's steps, each with its seconds of work, and with what passed until it was known to be done."""
    words, before = [], 0.0
    for number in chain:
        task = graph.tasks[number]
        words.append(f"{task.rule} {task.seconds:.0f}")
        if fates:
            words[-1] += f" of {fates[number].known - before:.0f}"
            before = fates[number].known
    return ", ".join(words)


def tell(graph: Graph, name: str, cluster: Cluster, overheads: Overheads) -> None:
    """Print what the graph takes on a cluster."""
    fates = simulate(graph.tasks, cluster, overheads)
    wall = max(fate.known for fate in fates)
    cores = cluster.nodes * cluster.cores
    busy = sum(graph.cpu) / (wall * cores)
    least = sum(graph.cpu) / cores
    print(
        f"\n{name}: {wall / 60:.1f} min; cores at work {busy:.0%}; work over cores {least / 60:.1f} min"
    )
    print(
        f"  the end waited for: {chain_line(graph, last_chain(graph.tasks, fates), fates)}",
        flush=True,
    )


def simulated(arguments: argparse.Namespace) -> None:
    """Print the graph, and what it takes."""
    files = enwiki.files()
    start = time.process_time()
    jobs = read_graph(MORE, files)
    graph = grouped(graph_of(jobs, files), keys(jobs, arguments.group, arguments.chains))
    print(f"{len(jobs)} jobs of the workflow, {len(graph.tasks)} of Slurm; "
          f"the dry run took {time.process_time() - start:.0f} CPU s")  # fmt: skip
    print("\n".join(table(graph)))
    chain = longest_chain(graph.tasks)
    print(f"\nLongest chain, {sum(graph.tasks[number].seconds for number in chain):.0f} s of {len(chain)} jobs: "
          f"{chain_line(graph, chain)}")  # fmt: skip
    one = Cluster(1, arguments.cores)
    tell(graph, f"1 node of {arguments.cores} cores, without Slurm", one, Overheads())
    slurm = replace(SLURM, most_jobs=arguments.jobs)
    for nodes in arguments.nodes:
        tell(graph, f"{nodes} nodes, Slurm", Cluster(nodes, arguments.cores), slurm)


# A graph of fewer parts and shards, on the tests' Slurm, whose scheduler goes around five times a second.
FEW = {"corpus": {**MORE["corpus"], "range_mb": 1000.0, "shards": 32}, "glue": {"tasks": ["CoLA"]}}
FEW_FILES = 12
LAB = {"nodes": 4, "cpus": 8, "gpus": 0}
LAB_SECONDS = 6.0  # of the sleep of a job of median length
LAB_LONGEST = 30.0
LAB_OVERHEADS = Overheads(most_jobs=40, cycle=0.2, poll=4.0, poll_more=1.0, poll_most=10.0)


def sleeping(graph: Graph) -> Graph:
    """The same graph of sleeps, the median one of LAB_SECONDS."""
    scale = LAB_SECONDS / statistics.median(task.seconds for task in graph.tasks)
    tasks = [
        replace(task, seconds=min(LAB_LONGEST, task.seconds * scale), memory=100.0)
        for task in graph.tasks
    ]
    return Graph(tasks, [task.seconds * task.cores for task in tasks])


def run_sleeps(tasks: Sequence[Task], lab: Lab, overheads: Overheads) -> float:
    """Submit jobs and ask for them, as Snakemake does with these overheads; seconds of a submission."""
    waits = [set(task.needs) for task in tasks]
    ready = [number for number, needs in enumerate(waits) if not needs]
    queued: dict[str, int] = {}
    took: list[float] = []
    pause, asks = overheads.poll, time.monotonic() + overheads.poll
    while ready or queued:
        while ready and len(queued) < overheads.most_jobs and time.monotonic() < asks:
            start = time.monotonic()
            number = heapq.heappop(ready)
            words = [f"-c{tasks[number].cores}", "--mem=100", f"-J{number}", "-o/dev/null"]
            wrapped = f"--wrap=sleep {tasks[number].seconds:.2f}"
            queued[lab.output("sbatch", "--parsable", *words, wrapped)] = number
            took.append(time.monotonic() - start)
        time.sleep(max(0.0, asks - time.monotonic()))
        ended = set(queued) - set(lab.jobs())
        pause = overheads.poll if ended else min(overheads.poll_most, pause + overheads.poll_more)
        asks = time.monotonic() + pause
        for job in ended:
            done = queued.pop(job)
            for number, needs in enumerate(waits):
                if done in needs:
                    needs.remove(done)
                    if not needs:
                        heapq.heappush(ready, number)
    return statistics.mean(took)


def compared() -> None:
    """Print what a graph of sleeps takes on a real Slurm, and what was simulated of it."""
    if reason := missing():
        raise SystemExit(reason)
    files = enwiki.files()[:FEW_FILES]
    graph = sleeping(graph_of(read_graph(FEW, files), files))
    cluster = Cluster(LAB["nodes"], LAB["cpus"])
    with tempfile.TemporaryDirectory(prefix="slurm-nodes.") as name, Lab(Path(name), **LAB) as lab:
        submit = run_sleeps(graph.tasks, lab, LAB_OVERHEADS)
        times = [
            slurm_times(line) for line in lab.output("scontrol", "show", "job", "-o").splitlines()
        ]
    first, ended = min(time for _, time, _, _ in times), sorted(end for _, _, _, end in times)
    starts = [end - begin - graph.tasks[number].seconds for number, _, begin, end in times]
    start = statistics.mean(starts)
    fates = simulate(graph.tasks, cluster, replace(LAB_OVERHEADS, submit=submit, start=start))
    foreseen = sorted(fate.ended for fate in fates)
    print(f"{len(graph.tasks)} jobs on {LAB['nodes']} nodes of {LAB['cpus']} cores; "
          f"a submission took {submit:.2f} s, a start {start:.1f} s")  # fmt: skip
    print("| seconds until | Slurm | simulated |\n| --- | --- | --- |")
    for share in (0.25, 0.5, 0.75, 1.0):
        number = max(0, int(share * len(ended)) - 1)
        what = "all had ended" if share == 1 else f"{share:.0%} of the jobs had ended"
        print(f"| {what} | {ended[number] - first:.0f} | {foreseen[number]:.0f} |", flush=True)


def slurm_times(line: str) -> tuple[int, float, float, float]:
    """A job's number, and when it was submitted, began and ended."""
    values = dict(word.split("=", 1) for word in line.split() if "=" in word)
    submitted, begun, ended = (
        datetime.fromisoformat(values[name]).timestamp()
        for name in ("SubmitTime", "StartTime", "EndTime")
    )
    return int(values["JobName"]), submitted, begun, ended


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--nodes", type=int, nargs="+", default=[1, 4, 16])
    parser.add_argument("--cores", type=int, default=32, help="of a node")
    parser.add_argument("--jobs", type=int, default=PROFILE["jobs"], help="in the queue at once")
    parser.add_argument(
        "--group", type=int, default=1, help="jobs of a rule with one core in one of Slurm"
    )
    parser.add_argument("--chains", action="store_true", help="a part's jobs in one of Slurm")
    parser.add_argument("--slurm", action="store_true", help="compare with a real one")
    arguments = parser.parse_args()
    if arguments.slurm:
        compared()
    else:
        simulated(arguments)


if __name__ == "__main__":
    main()
