"""What a Slurm cluster can give a job, held against what the rules ask for, before any job waits for ever.

Slurm takes a job that no node of its partition can run now, or that asks for more time than the partition
allows, and keeps it PENDING without a word. `sinfo` tells what there is.
"""

import math
import re
import shutil
import subprocess
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from scripts.common.data import data_words

# Partition (* is the default), time limit, nodes, processors, memory in MB, GPUs, of each kind of node.
FORMAT = "%P|%l|%D|%c|%m|%G"

# Reasons for which a job stays PENDING until somebody changes it, the cluster or an account.
LASTING = frozenset(data_words(__file__, "lasting_reasons.txt"))
AMOUNTS = ("minutes", "nodes", "cpus", "memory", "gpus")


@dataclass(frozen=True)
class Nodes:
    """Nodes of one kind in one partition."""

    partition: str
    default: bool  # jobs that name no partition go there
    minutes: float  # that a job may take
    count: int
    cpus: int
    memory: int  # MB
    gpus: dict[str, int]  # by model; the empty name is any


@dataclass(frozen=True)
class Request:
    """What the largest job of a rule asks for."""

    rule: str
    partition: str | None
    minutes: float
    nodes: int  # that it spreads over
    cpus: int  # of a node
    memory: int  # MB, of a node
    gpus: int  # of a node
    gpu_model: str | None


def requests(todo: Iterable[Any]) -> list[Request]:
    """What the largest job of each rule asks for, of jobs (`preflight.Job`) that go to the cluster."""
    groups: dict[str, list[Request]] = defaultdict(list)
    for job in todo:
        if asked := job.asked:  # as the rules and a profile name them
            nodes = int(asked.get("nodes", 1))
            request = Request(
                rule=job.rule,
                partition=asked.get("slurm_partition"),
                minutes=float(asked.get("runtime", 0)),
                nodes=nodes,
                cpus=int(asked.get("threads", 1)),
                memory=int(asked.get("mem_mb", 0)),
                gpus=-(-int(asked.get("gpu", 0)) // nodes),
                gpu_model=asked.get("gpu_model"),
            )
            groups[job.rule].append(request)
    return [
        replace(group[-1], **{name: max(getattr(one, name) for one in group) for name in AMOUNTS})
        for group in groups.values()
    ]


def sinfo() -> list[Nodes]:
    """The cluster's nodes; empty where Slurm does not answer."""
    found = lines_of(["sinfo", "--noheader", "--exact", "--format", FORMAT])
    return [parse_nodes(line) for line in found if line.count("|") == 5]


def lines_of(command: list[str]) -> list[str]:
    """What a command prints; nothing where it is not there, or fails."""
    try:
        said = subprocess.run(command, capture_output=True, text=True, timeout=30, check=True)
    except (OSError, subprocess.SubprocessError):
        return []
    return said.stdout.splitlines()


def most_cpus() -> int:
    """The processors of the largest node of the cluster that this machine belongs to; 0 without one."""
    return max((nodes.cpus for nodes in sinfo()), default=0)


def parse_nodes(line: str) -> Nodes:
    """One line of sinfo in FORMAT, such as `gpu*|1-00:00:00|4|32|512000+|gpu:a100:4(S:0-1)`."""
    partition, limit, count, cpus, memory, gres = (part.strip() for part in line.split("|"))
    return Nodes(
        partition=partition.rstrip("*"),
        default=partition.endswith("*"),
        minutes=minutes(limit),
        count=int(count),
        cpus=int(cpus.rstrip("+")),
        memory=int(memory.rstrip("+")),
        gpus=gpus_of(gres),
    )


def minutes(limit: str) -> float:
    """A time of Slurm's in minutes: `infinite`, `30:00`, `1:00:00`, `2-00:00:00`."""
    if limit in ("infinite", "UNLIMITED", "n/a"):
        return math.inf
    days, _, clock = limit.rpartition("-")
    parts = [0, 0, *map(int, clock.split(":"))][-3:]
    return int(days or 0) * 1440 + parts[0] * 60 + parts[1] + parts[2] / 60


def gpus_of(gres: str) -> dict[str, int]:
    """GPUs by model, in Slurm's words: `gpu:2`, `gpu:a100:4(S:0-1),shard:8`; {"": 2}, {"a100": 4}."""
    found: dict[str, int] = {}
    for name, model, count in re.findall(r"(\w+):(?:([^:,()]+):)?(\d+)", gres):
        if name == "gpu":
            found[model] = found.get(model, 0) + int(count)
    return found


def impossible(requests: Iterable[Request], cluster: list[Nodes]) -> Iterator[str]:
    """Say which requests no node of their partition can ever meet, and which key mends it.

    Of a cluster of which nothing is known, nothing is said.
    """
    if not cluster:
        return
    names = {nodes.partition for nodes in cluster}
    default = next((nodes.partition for nodes in cluster if nodes.default), None)
    for request in requests:
        where = request.partition or default  # None where there is neither
        if where is not None and where not in names:
            yield (
                f"{request.rule}: slurm_partition {where}: no such partition; there are "
                f"{', '.join(sorted(names))}"
            )
            continue
        there = [nodes for nodes in cluster if where in (None, nodes.partition)]
        yield from lacking(request, there, where or "any partition")


def lacking(request: Request, there: list[Nodes], where: str) -> Iterator[str]:
    """Say what a request wants more of than the nodes of a partition have, a line each."""
    key = f"set-resources: {{{request.rule}: {{"
    for name, unit, has, mend in (
        ("minutes", "minutes", f"{where} allows", f"{key}runtime: %d}}}}"),
        ("cpus", "processors", f"a node of {where} has", "max-threads: %d"),
        ("memory", "MB of memory", f"a node of {where} has", f"{key}mem_mb: %d}}}}"),
    ):
        asked = getattr(request, name)
        most = max((getattr(nodes, name) for nodes in there), default=0)
        if asked > most:
            yield (
                f"{request.rule} asks for {asked:.0f} {unit}, and {has} {most:.0f}: set {mend % most} "
                "in the profile, or name another slurm_partition"
            )
    if request.gpus:
        yield from lacking_gpus(request, there, where)
    able = sum(nodes.count for nodes in there if fits(request, nodes))
    if able < request.nodes and able:
        yield (
            f"{request.rule} asks for {request.nodes} nodes, and {where} has {able} that would do: "
            "lower pretrain.nodes, or name another slurm_partition"
        )


def lacking_gpus(request: Request, there: list[Nodes], where: str) -> Iterator[str]:
    """Say which GPUs a request wants that no node of a partition has."""
    models = sorted({model for nodes in there for model in nodes.gpus if model})
    most = max((count_gpus(nodes, request.gpu_model) for nodes in there), default=0)
    if request.gpus <= most:
        return
    what = f"{request.gpus} GPUs" + (f" of model {request.gpu_model}" if request.gpu_model else "")
    there_are = f"; models there: {', '.join(models)}" if models else ""
    yield (
        f"{request.rule} asks for {what} a node, and a node of {where} has {most}{there_are}: "
        "set gpu_model, slurm_partition or gpu in the profile, or lower pretrain.gpus"
    )


def count_gpus(nodes: Nodes, model: str | None) -> int:
    return nodes.gpus.get(model, 0) if model else sum(nodes.gpus.values())


def fits(request: Request, nodes: Nodes) -> bool:
    """Whether a node of this kind can run its part of a request."""
    amounts = ("minutes", "cpus", "memory")
    enough = all(getattr(request, name) <= getattr(nodes, name) for name in amounts)
    return enough and request.gpus <= count_gpus(nodes, request.gpu_model)


def stuck(queue: list[str]) -> list[str]:
    """Say which jobs wait for what will not pass, from squeue's `%i|%T|%r|%k` (id, state, reason, rule)."""
    lines = []
    for line in queue:
        job, state, reason, comment = (line.split("|", 3) + [""] * 3)[:4]
        if state == "PENDING" and reason.strip("()") in LASTING:
            lines.append(
                f"job {job} ({comment}) waits and will not start: {reason.strip('()')}; "
                "docs/clusters.md says what to do"
            )
    return lines


def watch(say: Callable[[str], None], pause: float = 60.0) -> threading.Event:
    """Say, once for each, which of the user's jobs wait for what will not pass, until the event is set."""
    enough = threading.Event()

    def look() -> None:
        told: set[str] = set()
        command = ["squeue", "--me", "--noheader", "--format", "%i|%T|%r|%k"]
        while not enough.is_set():
            for line in stuck(lines_of(command)):
                if line not in told:
                    told.add(line)
                    say(line)
            enough.wait(pause)

    if shutil.which("squeue"):
        threading.Thread(target=look, daemon=True).start()
    return enough
