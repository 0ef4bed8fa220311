"""What a graph of jobs takes on nodes of a Slurm cluster with Snakemake in front: list scheduling, event by event.

Snakemake submits what is ready, one job after the other, while fewer than so many are in the queue. Slurm
gives them nodes in their order, now and then; one that does not fit lets later ones before it, as
backfilling does. Snakemake learns of ends when it asks, which it does more rarely the longer nothing ends.
"""

import heapq
import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Task:
    """A job: its rule, seconds of wall clock, processors, MB, and the numbers of jobs before it."""

    rule: str
    seconds: float
    cores: int = 1
    memory: float = 0.0
    needs: Sequence[int] = ()


@dataclass(frozen=True)
class Cluster:
    """Equal nodes."""

    nodes: int
    cores: int = 32
    memory: float = 128_000.0


@dataclass(frozen=True)
class Overheads:
    """Seconds that are no work; by default none, as where a machine runs its jobs itself."""

    most_jobs: float = math.inf  # in the queue
    submit: float = 0.0  # of a submission; one comes after the other
    cycle: float = 0.0  # between two rounds of Slurm's scheduler
    start: float = 0.0  # of a job, until its step begins, and after that has ended
    finish: float = 0.0  # of Snakemake, for a job that has ended
    poll: float = 0.0  # from one question to the next, where something has ended
    poll_more: float = 0.0  # added each time that nothing has
    poll_most: float = 0.0


@dataclass
class Fate:
    """When a job was submitted, began, ended, and was known to have ended; on which node."""

    submitted: float = math.nan
    began: float = math.nan
    ended: float = math.nan
    known: float = math.nan
    node: int = -1


def simulate(tasks: Sequence[Task], cluster: Cluster, overheads: Overheads) -> list[Fate]:
    """What becomes of each job; raises ValueError for one that no node can take, or a graph with a ring."""
    if any(task.cores > cluster.cores or task.memory > cluster.memory for task in tasks):
        raise ValueError("a job asks for more than a node has")
    simulation = Simulation(tasks, cluster, overheads)
    simulation.run()
    if any(math.isnan(fate.known) for fate in simulation.fates):
        raise ValueError("jobs wait for each other")
    return simulation.fates


class Simulation:
    """The state of Snakemake's queue, Slurm's, and the nodes."""

    def __init__(self, tasks: Sequence[Task], cluster: Cluster, overheads: Overheads):
        self.tasks, self.overheads = tasks, overheads
        self.fates = [Fate() for _ in tasks]
        self.waits = [len(set(task.needs)) for task in tasks]
        self.after: list[list[int]] = [[] for _ in tasks]
        for number, task in enumerate(tasks):
            for need in set(task.needs):
                self.after[need].append(number)
        self.ready = [number for number, count in enumerate(self.waits) if not count]
        self.pending: list[int] = []
        self.ended: list[int] = []
        self.queued = 0
        self.free = [[cluster.cores, cluster.memory] for _ in range(cluster.nodes)]
        self.events: list[tuple[float, int, str, int]] = []
        self.order = itertools.count()
        self.next_submission = self.next_cycle = 0.0
        self.submits = self.schedules = self.asks = False
        self.pause = overheads.poll

    def at(self, time: float, what: str, number: int = -1) -> None:
        heapq.heappush(self.events, (time, next(self.order), what, number))

    def run(self) -> None:
        self.want_submission(0.0)
        while self.events:
            now, _, what, number = heapq.heappop(self.events)
            getattr(self, what)(now, number)

    def want_submission(self, now: float) -> None:
        if not self.submits and self.ready and self.queued < self.overheads.most_jobs:
            self.submits = True
            self.at(max(now, self.next_submission), "submit")

    def submit(self, now: float, _: int) -> None:
        self.submits = False
        number = heapq.heappop(self.ready)
        self.next_submission = now + self.overheads.submit
        self.fates[number].submitted = now
        self.pending.append(number)
        self.queued += 1
        if not self.asks:
            self.asks = True
            self.at(now + self.pause, "poll")
        self.want_cycle(now)
        self.want_submission(now)

    def want_cycle(self, now: float) -> None:
        if not self.schedules and self.pending:
            self.schedules = True
            self.at(max(now, self.next_cycle), "schedule")

    def schedule(self, now: float, _: int) -> None:
        self.schedules = False
        self.next_cycle = now + self.overheads.cycle
        left = []
        for number in self.pending:
            task = self.tasks[number]
            fits = (
                node for node, (cores, memory) in enumerate(self.free)
                if cores >= task.cores and memory >= task.memory
            )  # fmt: skip
            node = next(fits, -1)
            if node < 0:
                left.append(number)
                continue
            self.free[node][0] -= task.cores
            self.free[node][1] -= task.memory
            fate = self.fates[number]
            fate.node, fate.began = node, now
            fate.ended = now + self.overheads.start + task.seconds
            self.at(fate.ended, "end", number)
        self.pending = left

    def end(self, now: float, number: int) -> None:
        task, node = self.tasks[number], self.free[self.fates[number].node]
        node[0] += task.cores
        node[1] += task.memory
        self.ended.append(number)
        self.want_cycle(now)
        if not self.overheads.poll:
            self.learn(now)

    def poll(self, now: float, _: int) -> None:
        more = min(self.overheads.poll_most, self.pause + self.overheads.poll_more)
        self.pause = self.overheads.poll if self.ended else more
        now = self.learn(now)
        self.asks = bool(self.queued and self.overheads.poll)
        if self.asks:
            self.at(now + self.pause, "poll")

    def learn(self, now: float) -> float:
        """Take note of all that has ended; the time when that is done."""
        for number in self.ended:
            now += self.overheads.finish
            self.fates[number].known = now
            self.queued -= 1
            for other in self.after[number]:
                self.waits[other] -= 1
                if not self.waits[other]:
                    heapq.heappush(self.ready, other)
        self.ended = []
        self.want_submission(now)
        return now


def longest_chain(tasks: Sequence[Task]) -> list[int]:
    """The chain of jobs that takes the longest, were there nodes without end, first to last."""
    best: dict[int, tuple[float, int]] = {}

    def reach(last: int) -> None:
        stack = [last]
        while stack:
            number = stack[-1]
            missing = [need for need in tasks[number].needs if need not in best]
            if missing:
                stack += missing
                continue
            stack.pop()
            before = max(((best[need][0], need) for need in tasks[number].needs), default=(0.0, -1))
            best[number] = (before[0] + tasks[number].seconds, before[1])

    for number in range(len(tasks)):
        reach(number)
    chain = [max(best, key=lambda number: best[number][0])] if tasks else []
    while chain and best[chain[-1]][1] >= 0:
        chain.append(best[chain[-1]][1])
    return chain[::-1]


def last_chain(tasks: Sequence[Task], fates: Sequence[Fate]) -> list[int]:
    """The jobs that the end of a run waited for: the last one, of its needs the last one, and so on."""
    chain = [max(range(len(tasks)), key=lambda number: fates[number].known)]
    while needs := tasks[chain[-1]].needs:
        chain.append(max(needs, key=lambda number: fates[number].known))
    return chain[::-1]
