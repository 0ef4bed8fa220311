"""What a task is asked for, and what is said of one that failed."""

import datetime
import math
import re

import azure.batch.models as bm
from snakemake_executor_plugin_azure_batch import build
from snakemake_interface_common.exceptions import WorkflowError
from snakemake_interface_executor_plugins.jobs import JobExecutorInterface

from .health import said
from .pools import Plan
from .settings import ExecutorSettings

# What the NVIDIA runtime of a GPU node looks for; `--gpus` as a run option is refused.
SHOW_GPUS = {"NVIDIA_VISIBLE_DEVICES": "all", "NVIDIA_DRIVER_CAPABILITIES": "compute,utility"}
ID_LIMIT = 64


def kind_of(job: JobExecutorInterface, settings: ExecutorSettings) -> str:
    """The pool that a job belongs to, `gpu` or `cpu`; what no node can give is a WorkflowError."""
    gpus = resource(job, "gpu", 0)
    if gpus > settings.gpus_per_node:
        raise WorkflowError(
            f"{job.name} asks for {gpus} GPUs, a node of the GPU pool has "
            f"{settings.gpus_per_node}: set azure-batch-pools-gpu-vm-size and -gpus-per-node "
            "in the profile, or ask for fewer"
        )
    if resource(job, "nodes", 1) > 1:
        raise WorkflowError(
            f"{job.name} asks for {job.resources['nodes']} nodes; on Azure Batch a job has one: "
            "ask for one node (with more GPUs)"
        )
    return "gpu" if gpus > 0 else "cpu"


def resource(job: JobExecutorInterface, name: str, default: int) -> int:
    """A numeric resource of a job, or the default where it states none."""
    value = job.resources.get(name)
    return value if isinstance(value, int) else default


def slots(job: JobExecutorInterface, plan: Plan, settings: ExecutorSettings) -> int:
    """How many of a node's slots a job takes, by its threads and memory, at most all."""
    if plan.kind == "gpu":
        return plan.slots
    for_memory = math.ceil(resource(job, "mem_mb", 0) / settings.slot_mem_mb)
    return max(1, min(max(resource(job, "_cores", 1), for_memory), plan.slots))


def task_id(job: JobExecutorInterface, number: int) -> str:
    """An id that the service takes and that is the only one of its number in a run."""
    tail = f"-{number:04d}"
    return re.sub(r"[^A-Za-z0-9_-]", "_", job.name)[: ID_LIMIT - len(tail)] + tail


def task_parameters(
    job: JobExecutorInterface,
    number: int,
    command: str,
    environment: dict[str, str],
    image: str,
    plan: Plan,
    settings: ExecutorSettings,
) -> bm.TaskAddParameter:
    """The request for a task: the published plugin's, with an id, limits and the GPU's variables."""
    if plan.kind == "gpu":
        environment = environment | SHOW_GPUS
    task = build.batch_task(job, image, environment, command)
    task.id = task_id(job, number)
    wildcards = getattr(job, "wildcards_dict", None) or {}
    named = [job.name, *(f"{name}={value}" for name, value in wildcards.items())]
    task.display_name = " ".join(named)[:1024]  # for people who look at the portal
    task.required_slots = slots(job, plan, settings)
    task.container_settings.container_run_options = f"--rm --shm-size={settings.shm_size}"
    minutes = resource(job, "runtime", 0)
    task.constraints = bm.TaskConstraints(
        max_wall_clock_time=datetime.timedelta(minutes=minutes) if minutes else None,
        max_task_retry_count=0,  # Snakemake counts the retries
    )
    return task


def failure_text(task: bm.CloudTask) -> str:
    """One line for a failed task: the service's code and words, the exit code, the node."""
    info = task.execution_info or bm.TaskExecutionInformation(retry_count=0, requeue_count=0)
    parts = []
    if info.failure_info is not None:
        parts.append(said(info.failure_info, info.failure_info.details))
    if info.exit_code:
        killed = ", killed, perhaps for want of memory" if info.exit_code == 137 else ""
        parts.append(f"exit code {info.exit_code}{killed}")
    if task.node_info is not None and task.node_info.node_id:
        parts.append(f"node {task.node_info.node_id} of pool {task.node_info.pool_id}")
    return "Azure Batch task failed: " + "; ".join(parts or ["the service gives no reason"])


def tail(text: str, lines: int = 40) -> str:
    """The last lines of an output, set off for the report of a failed job."""
    return "".join(f"\n        {line}" for line in text.strip().splitlines()[-lines:])
