"""Start the processes of a training: one a GPU, on this node or on all nodes of a Slurm job.

    python -m scripts.pretrain.launch --processes 8 --log LOG -- TRAIN.h5… -o OUT --steps 600 …
    python -m scripts.pretrain.launch --processes 8 --nodes 4 --cpus 32 --log LOG -- …

What follows `--` goes to scripts.pretrain.pretrain. With several nodes it runs itself once on each
by srun. Every node must show as many GPUs as are asked for; where there are none, one process runs
on its CPU. SIGTERM, SIGINT, SIGHUP and SIGUSR1 reach every process as SIGTERM, upon which they save a
checkpoint and end with status 75. Where one process fails, the others are ended.
"""

import argparse
import ctypes
import logging
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from pathlib import Path

from scripts.common.cli import FORMAT, SET_DEATH_SIGNAL, log, run, start_logging
from scripts.common.errors import UserError

STEP = [sys.executable, "-m", "scripts.pretrain.pretrain"]
INTERRUPTED = 75  # a process's status when it has saved a checkpoint upon a signal
GRACE = 30.0  # seconds that the others have to end when one process has failed
PORTS = range(10000, 30000)  # below those that Linux gives to whoever asks
STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGUSR1, signal.SIGHUP)
DRIVER = Path("/proc/driver/nvidia/gpus")


@dataclass(frozen=True)
class Place:
    """This node among all, and where the first process of all awaits the others."""

    node: int = 0
    nodes: int = 1
    address: str = "127.0.0.1"
    port: int = 0


@dataclass(frozen=True, eq=False)
class Process:
    """A process to start: its rank among all, its command, what its environment adds, its log."""

    rank: int
    command: list[str]
    environment: dict[str, str]
    log: Path | None


def main() -> None:
    words = sys.argv[1:]
    split = words.index("--") if "--" in words else len(words)
    arguments = parse(words[:split])
    follow_parent()
    if arguments.nodes > 1 and not arguments.inside:
        start_nodes(arguments.nodes, arguments.cpus, words)
    count = count_processes(arguments.processes, os.environ)
    place = place_in_step(arguments.nodes, os.environ) if arguments.inside else place_alone()
    processes = plan(count, place, words[split + 1 :], arguments.log)
    if len(processes) == 1:
        os.environ.update(processes[0].environment)
        os.execv(processes[0].command[0], processes[0].command)
    sys.exit(supervise(processes))


def parse(words: list[str]) -> argparse.Namespace:
    """Read the launcher's own arguments and start its log, which the first process writes too."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--processes", type=int, default=1, help="of a node; 0: one, without a GPU")
    add("--nodes", type=int, default=1)
    add("--cpus", type=int, default=1, help="of a node, for all its processes")
    add("--log", type=Path, metavar="FILE", help="also write the log to FILE")
    add("--inside", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args(words)
    start_logging()
    if arguments.log:
        arguments.log.parent.mkdir(parents=True, exist_ok=True)
        if not arguments.inside:
            arguments.log.unlink(missing_ok=True)
        handler = logging.FileHandler(arguments.log, mode="a", encoding="utf-8", delay=True)
        handler.setFormatter(FORMAT)
        log.addHandler(handler)
    return arguments


def follow_parent() -> None:
    """Have the kernel send SIGTERM when the parent dies, so that no training outlives its job."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(SET_DEATH_SIGNAL, signal.SIGTERM, 0, 0, 0)


def start_nodes(nodes: int, cpus: int, words: list[str]) -> None:
    """Become srun, which runs this launcher once on each node of the job."""
    if "SLURM_JOB_ID" not in os.environ:
        raise UserError(
            f"pretrain.nodes: {nodes} nodes need a Slurm job; run with --profile slurm or set 1"
        )
    srun = f"srun --nodes={nodes} --ntasks={nodes} --ntasks-per-node=1 --cpus-per-task={cpus}"
    memory = "--mem=0"  # all that the job has
    launch = [sys.executable, "-m", "scripts.pretrain.launch", "--inside", *words]
    os.execvp("srun", [*srun.split(), memory, "--mpi=none", "--kill-on-bad-exit=1", *launch])


def count_processes(gpus: int, environment: MutableMapping[str, str]) -> int:
    """The processes of this node: one a GPU, or one without; raises UserError at another number of GPUs.

    No GPU at all is a node without any: its threads do as well as more processes, and the weights are
    those of any such node. A user's own machine may have more than are asked for;
    a job of Slurm gets just what it was given.
    """
    listed = environment.get("CUDA_VISIBLE_DEVICES")
    if gpus == 0:
        environment["CUDA_VISIBLE_DEVICES"] = ""
        return 1
    if listed is None:
        visible = len(list(DRIVER.glob("*")))
    else:
        visible = len([name for name in listed.split(",") if name not in ("", "-1", "NoDevFiles")])
    if not visible and gpus > 1:
        import torch  # sees those that the driver lists elsewhere

        visible = torch.cuda.device_count()
    given = "SLURM_JOB_ID" in environment and listed is not None
    if 0 < visible < gpus or (given and visible > gpus):
        raise UserError(
            f"pretrain.gpus: {gpus} GPUs a node are asked for, but node "
            f"{node_name(environment)} shows {visible} (CUDA_VISIBLE_DEVICES={listed or 'unset'})"
        )
    if given and visible and DRIVER.is_dir():
        environment["REQUIRE_CUDA"] = "1"  # a training on GPUs never falls back to the CPU
    return gpus if visible else 1


def place_alone() -> Place:
    """The one node of a training, with a port that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return Place(port=probe.getsockname()[1])


def place_in_step(nodes: int, environment: Mapping[str, str]) -> Place:
    """This node's place in a step of Slurm; raises UserError where the step has another shape.

    The port depends on the job, so that two jobs on a node do not share one.
    """
    given = int(environment["SLURM_STEP_NUM_NODES"])
    tasks = int(environment["SLURM_STEP_NUM_TASKS"])
    if given != nodes or tasks != nodes:
        raise UserError(
            f"pretrain.nodes: {nodes} are asked for, but Slurm gave {given} with {tasks} tasks"
        )
    names = output("scontrol", "show", "hostnames", environment["SLURM_STEP_NODELIST"])
    first = names.split()[0]
    known = re.search(r"\bNodeAddr=(\S+)", output("scontrol", "show", "node", "-o", first))
    return Place(
        node=int(environment["SLURM_NODEID"]),
        nodes=nodes,
        address=known[1] if known else first,  # a node's name need not resolve
        port=PORTS[int(environment["SLURM_JOB_ID"]) % len(PORTS)],
    )


def output(*command: str) -> str:
    """What a command of Slurm prints; raises UserError where it fails."""
    ended = subprocess.run(command, capture_output=True, text=True)
    if ended.returncode:
        raise UserError(f"{' '.join(command)}: {ended.stderr.strip() or ended.returncode}")
    return ended.stdout


def plan(count: int, place: Place, arguments: list[str], log: Path | None) -> list[Process]:
    """The processes to start on this node; the first of all writes `log`, each other its own."""
    planned = []
    for local in range(count):
        rank = place.node * count + local
        own = log.with_suffix(f".process{rank}{log.suffix}") if log and rank else log
        environment = {
            "RANK": str(rank),
            "LOCAL_RANK": str(local),
            "WORLD_SIZE": str(count * place.nodes),
            "LOCAL_WORLD_SIZE": str(count),
            "MASTER_ADDR": place.address,
            "MASTER_PORT": str(place.port),
        }
        command = [*STEP, *arguments, *(["--log", str(own)] if own else [])]
        planned.append(Process(rank, command, environment, own))
    return planned


def supervise(processes: list[Process]) -> int:
    """Run processes side by side until all have ended; return the status of the first to fail.

    Signals to stop go to all of them. When one fails, the others are told to stop and, if they
    do not within GRACE seconds, killed.
    """
    signals: list[int] = []
    for number in STOP_SIGNALS:
        signal.signal(number, lambda number, _: signals.append(number))
    running = {
        process: subprocess.Popen(
            process.command, env=os.environ | process.environment, preexec_fn=follow_parent
        )
        for process in processes
    }
    status, deadline = 0, float("inf")
    while running:
        for process in [process for process, child in running.items() if child.poll() is not None]:
            code = running.pop(process).returncode
            if code and not status:
                status, deadline = code, time.monotonic() + GRACE
                signals.append(signal.SIGTERM)
                describe(process, code)
        while signals:
            signals.pop()
            for child in running.values():
                child.terminate()
        if time.monotonic() > deadline:
            for child in running.values():
                child.kill()
        time.sleep(0.05)
    if not status:
        for process in processes:
            if process.rank and process.log:
                process.log.unlink(missing_ok=True)
    return status if status >= 0 else 128 - status


def describe(process: Process, code: int) -> None:
    """Log how a process failed; one that was told to stop has said so itself."""
    if code == INTERRUPTED:
        return
    how = f"ended with status {code}" if code > 0 else f"was killed by {signal.Signals(-code).name}"
    if code == -signal.SIGKILL:
        how += ", perhaps for want of memory"
    where = f"; see {process.log}" if process.log and process.rank else ""
    name = node_name(os.environ)
    log.error("error: process %d, on node %s, %s%s", process.rank, name, how, where)


def node_name(environment: Mapping[str, str]) -> str:
    return environment.get("SLURMD_NODENAME") or socket.gethostname()


if __name__ == "__main__":
    run(main)
