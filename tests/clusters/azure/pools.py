"""Pools of the stand-in, whose nodes come and go.

The service's five minutes between two evaluations of an autoscale formula and its half minute
between two samples pass as fractions of a second.
"""

import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.clusters.azure.formula import Formula, Metric

# VM size: vCPUs, GPUs
SIZES = {
    "standard_d8ds_v5": (8, 0),
    "standard_nc4as_t4_v3": (4, 1),
    "standard_nc24ads_a100_v4": (24, 1),
    "standard_nc96ads_a100_v4": (96, 4),
}
EVALUATION = 0.4  # seconds that stand for the five minutes of an evaluation interval
BOOT = 0.1  # seconds until a node takes tasks


@dataclass
class Node:
    id: str
    dedicated: bool
    folder: Path
    state: str = "creating"
    born: float = field(default_factory=time.monotonic)
    slots: int = 0  # taken
    errors: list[dict] | None = None


@dataclass
class Faults:
    """What shall go wrong, set by a test."""

    refuse_pool: tuple[int, str, str] | None = None  # status, code, message
    # The first goes to the next pool that is made, and so on:
    no_nodes: list[tuple[str, str]] = field(default_factory=list)  # code, message of a resize error
    unusable: list[list[dict]] = field(default_factory=list)  # errors of its nodes; may be none
    silent: int = 0  # the next so many requests for status are answered by 503


class Pool:
    """A pool and its nodes."""

    def __init__(self, name: str, body: dict[str, Any], folder: Path, faults: Faults) -> None:
        properties = body["properties"]
        self.name, self.body, self.folder = name, body, folder
        self.no_nodes = faults.no_nodes.pop(0) if faults.no_nodes else None
        self.unusable = faults.unusable.pop(0) if faults.unusable else None
        self.size = properties["vmSize"].lower()
        self.gpus = SIZES[self.size][1]
        self.slots = properties.get("taskSlotsPerNode", 1)
        scale = properties.get("scaleSettings", {})
        auto, fixed = scale.get("autoScale"), scale.get("fixedScale", {})
        self.formula = Formula(auto["formula"]) if auto else None
        self.target = {
            True: fixed.get("targetDedicatedNodes", 0),
            False: fixed.get("targetLowPriorityNodes", 0),
        }
        self.nodes: list[Node] = []
        self.pending = Metric()
        self.evaluated = self.sampled = 0.0
        self.resize_errors: list[dict] = []
        self.history: list[int] = [0]  # numbers of nodes, one after the other
        self.made = 0

    def scale(self, tasks: int) -> None:
        """Sample, evaluate the formula when it is time, and make or remove nodes."""
        if time.monotonic() - self.sampled > EVALUATION / 10:
            self.sampled = time.monotonic()
            self.pending.samples.append(tasks)
        if self.formula and time.monotonic() - self.evaluated > EVALUATION:
            self.evaluated = time.monotonic()
            targets = {
                "$TargetDedicatedNodes": self.target[True],
                "$TargetLowPriorityNodes": self.target[False],
            }
            values = self.formula.evaluate({"$PendingTasks": self.pending}, targets)
            self.target[True] = int(values["$TargetDedicatedNodes"])
            self.target[False] = int(values["$TargetLowPriorityNodes"])
        for dedicated in (True, False):
            have = [node for node in self.nodes if node.dedicated is dedicated]
            for node in have[: max(0, len(have) - self.target[dedicated])]:
                if not node.slots:  # taskcompletion
                    self.nodes.remove(node)
            for _ in range(self.target[dedicated] - len(have)):
                self.add(dedicated)
        for node in self.nodes:
            if node.state in ("creating", "preempted") and time.monotonic() - node.born > BOOT:
                node.state, node.errors = "idle", None
                if self.unusable is not None:
                    node.state, node.errors = "unusable", self.unusable or None
        if len(self.nodes) != self.history[-1]:
            self.history.append(len(self.nodes))

    def add(self, dedicated: bool) -> None:
        if self.no_nodes:
            code, message = self.no_nodes
            self.resize_errors = [{"code": code, "message": message, "values": []}]
            return
        self.made += 1
        name = f"tvmps_{self.made:08x}_{'d' if dedicated else 'p'}"
        self.nodes.append(Node(name, dedicated, self.folder / name))

    def free(self, slots: int) -> Node | None:
        """A node with so many free slots."""
        for node in self.nodes:
            if node.state in ("idle", "running") and self.slots - node.slots >= slots:
                return node
        return None
