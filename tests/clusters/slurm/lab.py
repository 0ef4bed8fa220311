"""A real Slurm on one host, for tests: munged, slurmctld and some slurmd, in one folder, as root.

By hand: `python -m tests.clusters.slurm.lab [--nodes 2] COMMAND…` runs a command (such as `bash`)
with sbatch, squeue and the others of a fresh cluster on its PATH, and takes all down after it.
Each node pretends to have GPUs, which are twins of /dev/null, and more processors than there are.
Nothing limits a job's memory.
"""

import argparse
import contextlib
import os
import re
import shutil
import socket
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

PACKAGES = "slurmctld slurmd slurm-client munge"
DAEMONS = ("munged", "slurmctld", "slurmd")
CLIENTS = (
    "sbatch",
    "srun",
    "scancel",
    "scontrol",
    "sinfo",
    "squeue",
    "sacct",
    "sacctmgr",
    "sshare",
)
NULL_DEVICE = os.makedev(1, 3)


def missing() -> str | None:
    """Why this machine can run no lab, or None where it can."""
    if os.geteuid() != 0:
        return "a Slurm of one's own needs root"
    absent = [name for name in (*DAEMONS, *CLIENTS) if not shutil.which(name)]
    if absent:
        return f"not installed: {', '.join(absent)} (apt install {PACKAGES})"
    return None


@dataclass
class Lab:
    """A cluster of `nodes` nodes `<prefix>1`…, in the partitions cpu (the default) and gpu.

    The partition `urgent` has the same nodes and preempts the others: their jobs are requeued.
    """

    folder: Path
    nodes: int = 2
    cpus: int = 4
    memory: int = 64000  # MB a node
    gpus: int = 2
    gpu_model: str | None = None
    prefix: str = "lab"
    limit: str = "UNLIMITED"  # of a job's time, in the partitions cpu and gpu
    kill_wait: int = 60  # seconds between the polite signal and the last one
    daemons: dict[str, subprocess.Popen] = field(default_factory=dict)

    @property
    def names(self) -> list[str]:
        return [f"{self.prefix}{number}" for number in range(1, self.nodes + 1)]

    @property
    def env(self) -> dict[str, str]:
        """The environment in which Slurm's commands are this cluster's."""
        path = f"{self.folder / 'bin'}{os.pathsep}{os.environ['PATH']}"
        clean = {name: value for name, value in os.environ.items() if not name.startswith("SLURM_")}
        return clean | {"PATH": path}

    def __enter__(self) -> "Lab":
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *exception) -> None:
        self.stop()

    def start(self) -> None:
        """Start all daemons and wait until every node is idle."""
        for name in ("bin", "dev", "log", "run", "state"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        self.write_devices()
        self.write_config()
        self.write_clients()
        self.start_munge()
        self.spawn("slurmctld", "-D", "-c", "-f", self.config)
        for name in self.names:
            self.start_node(name)
        self.wait_for(
            lambda: (
                self.output("sinfo", "-h", "-N", "-p", "cpu", "-o", "%t").split()
                == ["idle"] * self.nodes
            ),
            "idle nodes",
        )

    def start_node(self, name: str) -> None:
        """Start the daemon of one node."""
        (self.folder / f"spool.{name}").mkdir(exist_ok=True)
        self.spawn("slurmd", "-D", "-N", name, "-f", self.config, key=name)

    def stop(self) -> None:
        """Cancel all jobs and end all daemons, the ones started last first."""
        if "slurmctld" in self.daemons:
            with contextlib.suppress(subprocess.SubprocessError, TimeoutError):
                self.cancel_all()
        for name in reversed(list(self.daemons)):
            self.stop_daemon(name)

    def jobs(self, state: str = "all") -> list[str]:
        """The ids of the jobs in the queue, or of those in one state, such as PENDING."""
        states = "PENDING,RUNNING,COMPLETING,SUSPENDED" if state == "all" else state
        return self.output("squeue", "-h", "-o", "%A", "-t", states).split()

    def asked_memory(self, job: str) -> int:
        """The megabytes that a job has asked for on a node."""
        return int(
            re.match(r"\d+", self.output("squeue", "-h", "-t", "all", "-j", job, "-o", "%m"))[0]
        )

    def restarts(self, job: str) -> int:
        """How often Slurm itself has put a job back into the queue."""
        shown = self.output("scontrol", "show", "job", "-o", job)
        return int(re.search(r"\bRestarts=(\d+)", shown)[1])

    def drain(self, node: str) -> None:
        """Let a node take no new jobs."""
        self.output("scontrol", "update", f"nodename={node}", "state=drain", "reason=test")

    def resume(self) -> None:
        """Give all nodes back that were drained or down; one that was down may come back by itself."""

        def all_are_up() -> bool:
            shown = self.output("sinfo", "-h", "-N", "-p", "cpu", "-o", "%N %t").splitlines()
            states = dict(line.split() for line in shown)
            bad = [name for name, s in states.items() if s.startswith(("drain", "drng", "down"))]
            for name in bad:
                self.output("scontrol", "update", f"nodename={name}", "state=resume")
            return not bad

        self.wait_for(all_are_up, "nodes to come back")

    def cancel_all(self) -> None:
        """Cancel all jobs and wait until they are gone."""
        if jobs := self.jobs():
            self.output("scancel", *jobs)
        self.wait_for(lambda: not self.jobs(), "jobs to end")

    def stop_daemon(self, name: str) -> None:
        """End one daemon: `slurmctld`, `munged` or a node's name."""
        process = self.daemons.pop(name)
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def output(self, *command: str, timeout: float = 60) -> str:
        """What one of Slurm's commands prints; raises CalledProcessError where it fails."""
        return subprocess.run(
            command, env=self.env, timeout=timeout, check=True, text=True, stdout=subprocess.PIPE
        ).stdout.strip()

    def wait_for(self, condition: Callable[[], object], what: str, seconds: float = 600) -> None:
        """Wait until a condition holds; raises TimeoutError, naming the logs."""
        end = time.monotonic() + seconds
        while True:
            with contextlib.suppress(subprocess.CalledProcessError):
                if condition():
                    return
            if time.monotonic() > end:
                raise TimeoutError(
                    f"waited for {what} for {seconds:.0f} s; see {self.folder / 'log'}"
                )
            time.sleep(0.1)

    @property
    def config(self) -> str:
        return str(self.folder / "slurm.conf")

    def spawn(self, program: str, *arguments: str, key: str | None = None) -> None:
        """Start a daemon in the foreground; it ends with this process even where that is killed."""
        key = key or program
        with open(self.folder / "log" / f"{key}.out", "ab") as out:
            self.daemons[key] = subprocess.Popen(
                ["setpriv", "--pdeathsig", "TERM", program, *arguments],
                env=self.env,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,  # Ctrl-C at the terminal is not theirs
            )

    def start_munge(self) -> None:
        key = self.folder / "munge.key"
        key.touch(mode=0o600)
        key.write_bytes(os.urandom(128))
        self.spawn(
            "munged",
            "--foreground",
            "--force",
            f"--socket={self.munge_socket}",
            f"--key-file={key}",
            f"--pid-file={self.folder / 'run/munged.pid'}",
            f"--log-file={self.folder / 'log/munged.log'}",
            f"--seed-file={self.folder / 'run/munged.seed'}",
        )
        self.wait_for(self.munge_socket.exists, "socket of munged")

    @property
    def munge_socket(self) -> Path:
        return self.folder / "run/munge.socket"

    def write_devices(self) -> None:
        """Make one character device a GPU: Slurm takes no plain file for a device."""
        for number in range(self.gpus):
            device = self.folder / "dev" / f"gpu{number}"
            if not device.exists():
                os.mknod(device, 0o666 | stat.S_IFCHR, NULL_DEVICE)

    def write_clients(self) -> None:
        """Wrap the client commands, so that they find this cluster in any environment.

        Snakemake's job step drops SLURM_CONF along with other variables of Slurm.
        """
        for name in CLIENTS:
            wrapper = self.folder / "bin" / name
            program = shutil.which(name)
            wrapper.write_text(f'#!/bin/sh\nSLURM_CONF={self.config} exec {program} "$@"\n')
            wrapper.chmod(0o755)

    def write_config(self) -> None:
        folder, host = self.folder, socket.gethostname().split(".")[0]
        controller, *ports = free_ports(1 + self.nodes)
        nodes, kind = ",".join(self.names), f"{self.gpu_model}:" if self.gpu_model else ""
        lines = [
            "ClusterName=lab",
            f"SlurmctldHost={host}(127.0.0.1)",
            f"SlurmctldPort={controller}",
            "SlurmUser=root",
            "SlurmdUser=root",
            "AuthType=auth/munge",
            "CredType=cred/munge",
            f"AuthInfo=socket={self.munge_socket},cred_expire=10",  # also how long a requeued job waits
            f"StateSaveLocation={folder}/state",
            f"SlurmdSpoolDir={folder}/spool.%n",
            f"SlurmctldPidFile={folder}/run/slurmctld.pid",
            f"SlurmdPidFile={folder}/run/slurmd.%n.pid",
            f"SlurmctldLogFile={folder}/log/slurmctld.log",
            f"SlurmdLogFile={folder}/log/slurmd.%n.log",
            "ProctrackType=proctrack/linuxproc",
            "TaskPlugin=task/none",
            "JobAcctGatherType=jobacct_gather/none",
            "SwitchType=switch/none",
            "MpiDefault=none",
            "MailProg=/bin/true",
            "ReturnToService=2",
            "SlurmdParameters=config_overrides",
            "GresTypes=gpu",
            "SelectType=select/cons_tres",
            "SelectTypeParameters=CR_CPU_Memory",
            "SchedulerType=sched/backfill",
            "SchedulerParameters=sched_min_interval=200000,bf_interval=1,batch_sched_delay=0",
            "PreemptType=preempt/partition_prio",
            "PreemptMode=REQUEUE",
            "DefMemPerCPU=500",
            "MinJobAge=86400",  # tests look at what became of jobs
            # A training's port is its job's number: labs side by side on this host number apart.
            f"FirstJobId={os.getpid() % 200 * 100 + 1}",
            f"KillWait={self.kill_wait}",
            "SlurmctldTimeout=60",
            "SlurmdTimeout=60",
            "AccountingStorageType=accounting_storage/none",
        ]
        gres = ["AutoDetect=off"]
        for name, port in zip(self.names, ports, strict=True):
            lines.append(
                f"NodeName={name} NodeHostname={host} NodeAddr=127.0.0.1 Port={port} "
                f"CPUs={self.cpus} RealMemory={self.memory} State=UNKNOWN"
                + (f" Gres=gpu:{kind}{self.gpus}" if self.gpus else "")
            )
            if self.gpus:
                gres.append(
                    f"NodeName={name} Name=gpu Flags=nvidia_gpu_env "
                    + (f"Type={self.gpu_model} " if self.gpu_model else "")
                    + f"File={folder}/dev/gpu[0-{self.gpus - 1}]"
                )
        limits = f"Nodes={nodes} MaxTime={self.limit} DefaultTime=10 State=UP"
        lines += [
            f"PartitionName=cpu {limits} Default=YES",
            f"PartitionName=gpu {limits}",
            f"PartitionName=urgent {limits} PriorityTier=10 PreemptMode=OFF",
        ]
        (folder / "slurm.conf").write_text("\n".join(lines) + "\n")
        (folder / "gres.conf").write_text("\n".join(gres) + "\n")


def free_ports(count: int) -> list[int]:
    """Ports on which nothing listens now."""
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--nodes", type=int, default=2)
    parser.add_argument("--cpus", type=int, default=4, help="a node")
    parser.add_argument("--gpus", type=int, default=2, help="a node")
    parser.add_argument("--gpu-model")
    parser.add_argument("command", nargs=argparse.REMAINDER)
    arguments = parser.parse_args()
    reason = missing()
    if reason:
        sys.exit(reason)
    with (
        tempfile.TemporaryDirectory(prefix="slurm-lab.") as folder,
        Lab(
            Path(folder),
            nodes=arguments.nodes,
            cpus=arguments.cpus,
            gpus=arguments.gpus,
            gpu_model=arguments.gpu_model,
        ) as lab,
    ):
        return subprocess.run(arguments.command or ["bash"], env=lab.env).returncode


if __name__ == "__main__":
    sys.exit(main())
