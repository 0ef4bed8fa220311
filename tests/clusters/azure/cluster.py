"""Jobs and tasks of the stand-in, which really run.

A task's command line runs in an empty folder with a clean environment, on a pretended node with
the slots of its pool.
"""

import datetime
import os
import shlex
import shutil
import signal
import subprocess
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.clusters.azure.formula import FormulaError
from tests.clusters.azure.pools import Faults, Node, Pool

TICK = 0.05  # seconds


def now() -> str:
    return datetime.datetime.now(datetime.UTC).isoformat().replace("+00:00", "Z")


@dataclass
class Task:
    body: dict[str, Any]
    number: int
    state: str = "active"
    info: dict[str, Any] = field(default_factory=lambda: {"retryCount": 0, "requeueCount": 0})
    node: Node | None = None
    process: subprocess.Popen | None = None
    folder: Path | None = None
    runs: int = 0
    seen: bool = False  # as running, in an answer
    late: threading.Event = field(default_factory=threading.Event)  # its time is over

    @property
    def slots(self) -> int:
        return self.body.get("requiredSlots", 1)


@dataclass
class Job:
    id: str
    pool: str
    tasks: dict[str, Task] = field(default_factory=dict)


class Cluster:
    """All pools and jobs of an account, and a thread that keeps them going."""

    def __init__(self, folder: Path, image: str, hidden: list[Path]) -> None:
        self.folder, self.image, self.hidden = folder, image, hidden
        self.faults = Faults()
        self.pools: dict[str, Pool] = {}
        self.jobs: dict[str, Job] = {}
        self.gone: list[Pool] = []  # deleted pools, for a test to look at
        self.ran: list[Task] = []
        self.lock = threading.RLock()
        self.stopped = threading.Event()
        self.thread = threading.Thread(target=self.loop, daemon=True)
        self.thread.start()

    def loop(self) -> None:
        while not self.stopped.wait(TICK):
            with self.lock:
                for pool in list(self.pools.values()):
                    jobs = [job for job in self.jobs.values() if job.pool == pool.name]
                    tasks = [task for job in jobs for task in job.tasks.values()]
                    waiting = [task for task in tasks if task.state != "completed"]
                    try:
                        pool.scale(len(waiting))
                    except FormulaError as error:
                        pool.resize_errors = [{"code": "FormulaError", "message": str(error)}]
                    for job in jobs:
                        self.start_tasks(pool, job)

    def start_tasks(self, pool: Pool, job: Job) -> None:
        for task in job.tasks.values():
            if task.state == "active" and (node := pool.free(task.slots)):
                node.slots += task.slots
                node.state = "running"
                task.state, task.node = "running", node
                task.info |= {"startTime": now()}
                task.runs += 1
                threading.Thread(target=self.run, args=(pool, job, task, node), daemon=True).start()

    def run(self, pool: Pool, job: Job, task: Task, node: Node) -> None:
        """Run a task's command as a node does, and record how it ended."""
        folder = node.folder / "workitems" / job.id / "job-1" / task.body["id"]
        shutil.rmtree(folder, ignore_errors=True)
        (folder / "wd").mkdir(parents=True)
        environment = {
            "PATH": f"{self.image}:/usr/bin:/bin",  # of the container image
            "PYTHONPATH": str(Path(__file__).parent / "image"),
            "AZ_BATCH_ACCOUNT_NAME": "standin",
            "AZ_BATCH_POOL_ID": pool.name,
            "AZ_BATCH_NODE_ID": node.id,
            "AZ_BATCH_NODE_IS_DEDICATED": str(node.dedicated).lower(),
            "AZ_BATCH_JOB_ID": job.id,
            "AZ_BATCH_TASK_ID": task.body["id"],
            "AZ_BATCH_TASK_DIR": str(folder),
            "AZ_BATCH_TASK_WORKING_DIR": str(folder / "wd"),
        } | {item["name"]: item["value"] for item in task.body.get("environmentSettings", [])}
        if pool.gpus and environment.get("NVIDIA_VISIBLE_DEVICES", "void") not in ("", "void"):
            # The NVIDIA runtime puts its tools and devices into the container.
            environment["PATH"] += f":{gpu_tools(self.folder, pool.gpus)}"
        command = shlex.split(task.body["commandLine"])  # no shell
        if self.hidden:
            # Nothing of the submitting machine's working directory is to be seen on a node.
            covers = " && ".join(f"mount -t tmpfs none {shlex.quote(str(p))}" for p in self.hidden)
            command = ["unshare", "-m", "sh", "-c", f'{covers} && exec "$@"', "task", *command]
        limit = seconds(task.body.get("constraints", {}).get("maxWallClockTime"))
        with (
            (folder / "stdout.txt").open("wb") as stdout,
            (folder / "stderr.txt").open("wb") as stderr,
        ):
            process = subprocess.Popen(
                command,
                cwd=folder / "wd",
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=stdout,
                stderr=stderr,
                start_new_session=True,
            )
            with self.lock:
                task.process, task.folder = process, folder
                self.ran.append(task)
            try:
                process.wait(limit)
            except subprocess.TimeoutExpired:
                self.expire(task)
            process.wait()
        with self.lock:
            node.slots -= task.slots
            if task.process is not process or task.node is not node:
                return  # its node was preempted in the meantime
            if node.state == "running" and not node.slots:
                node.state = "idle"
            task.state = "completed"
            task.info |= ended(process.returncode, task.late.is_set())

    def kill(self, task: Task) -> None:
        if task.process and task.process.poll() is None:
            os.killpg(task.process.pid, signal.SIGKILL)

    def expire(self, task: Task) -> None:
        """End a task as its time limit does."""
        task.late.set()
        self.kill(task)

    def preempt(self, task: Task) -> None:
        """Take the node of a running task away: the node's disk is lost, the task queued again."""
        with self.lock:
            node, process = task.node, task.process
            task.state, task.node, task.process = "active", None, None
            task.info = {"retryCount": 0, "requeueCount": 0}
            node.state, node.born = "preempted", time.monotonic() + 0.5
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        shutil.rmtree(node.folder, ignore_errors=True)

    def delete_job(self, name: str) -> None:
        with self.lock:
            job = self.jobs.pop(name)
            for task in job.tasks.values():
                self.kill(task)

    def delete_pool(self, name: str) -> None:
        with self.lock:
            self.gone.append(self.pools.pop(name))

    def close(self) -> None:
        self.stopped.set()
        self.thread.join()
        for name in list(self.jobs):
            self.delete_job(name)


def gpu_tools(folder: Path, gpus: int) -> Path:
    """A folder with an nvidia-smi that lists so many GPUs."""
    tools = folder / f"tools-{gpus}"
    if not tools.exists():
        tools.mkdir(parents=True)
        lines = "".join(f"echo 'GPU {number}: pretended'\n" for number in range(gpus))
        (tools / "nvidia-smi").write_text(f"#!/bin/sh\n{lines}")
        (tools / "nvidia-smi").chmod(0o755)
    return tools


def seconds(duration: str | None) -> float | None:
    """The seconds of an ISO 8601 duration such as P1DT2H30M."""
    if duration is None:
        return None
    days, _, rest = duration.removeprefix("P").partition("T")
    total = 86400.0 * float(days.rstrip("D") or 0)
    for unit, factor in (("H", 3600), ("M", 60), ("S", 1)):
        if unit in rest:
            value, _, rest = rest.partition(unit)
            total += factor * float(value)
    return total


def ended(code: int, late: bool) -> dict[str, Any]:
    """The execution information of a task whose process has ended."""
    code = 128 - code if code < 0 else code
    info: dict[str, Any] = {"endTime": now(), "exitCode": code}
    if late:
        failure = ("TaskEnded", "Task exceeded its maximum wall clock time")
    elif code:
        failure = ("FailureExitCode", "The task exited with an exit code representing a failure")
    else:
        return info | {"result": "success"}
    return info | {
        "result": "failure",
        "failureInfo": {
            "category": "userError",
            "code": failure[0],
            "message": failure[1],
            "details": [{"name": "AdditionalErrorCode", "value": failure[0]}],
        },
    }
