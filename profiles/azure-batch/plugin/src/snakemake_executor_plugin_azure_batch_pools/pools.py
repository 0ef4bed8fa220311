"""What a pool is asked for: its nodes, its scaling, its containers."""

import dataclasses
import datetime
from dataclasses import dataclass
from typing import Any

from azure.mgmt.batch import models
from snakemake_executor_plugin_azure_batch import build
from snakemake_interface_common.exceptions import WorkflowError

from .settings import ExecutorSettings

# The shortest interval that the service accepts.
EVALUATION_INTERVAL = datetime.timedelta(minutes=5)

# Pending tasks are the queued and the running ones. While samples are missing, the last one
# counts; then the average, so that a short pause between two jobs keeps the nodes.
FORMULA = """\
$samples = $PendingTasks.GetSamplePercent(TimeInterval_Minute * 5);
$tasks = $samples < 70 ? max(0, $PendingTasks.GetSample(1)) \
: max($PendingTasks.GetSample(1), avg($PendingTasks.GetSample(TimeInterval_Minute * 5)));
$nodes = $tasks > 0 ? min({nodes}, max(1, ($tasks + {slots} - 1) / {slots})) : 0;
$TargetDedicatedNodes = {dedicated};
$TargetLowPriorityNodes = {spot};
$NodeDeallocationOption = taskcompletion;
"""


@dataclass(frozen=True)
class Plan:
    """One kind of pool, as the settings want it."""

    kind: str  # cpu or gpu
    vm_size: str
    nodes: int  # at most with autoscale, else always
    slots: int  # tasks at once on a node
    low_priority: bool
    autoscale: bool


def plan(kind: str, settings: ExecutorSettings) -> Plan:
    """The plan of the pool `cpu` or `gpu`; a setting that cannot be is a WorkflowError."""
    if settings.low_priority not in ("none", "cpu", "gpu", "both"):
        raise WorkflowError(
            f"azure-batch-pools-low-priority: {settings.low_priority!r} is not one of "
            "none, cpu, gpu, both"
        )
    cpu = kind == "cpu"
    return Plan(
        kind,
        vm_size=settings.pool_vm_size if cpu else settings.gpu_vm_size,
        nodes=settings.pool_node_count if cpu else settings.gpu_node_count,
        slots=settings.tasks_per_node if cpu else 1,
        low_priority=settings.low_priority in (kind, "both"),
        autoscale=settings.autoscale,
    )


def scale_settings(plan: Plan) -> models.ScaleSettings:
    """From 0 nodes to the plan's and back to 0 by the formula, or the plan's number all the time."""
    nodes: Any = "$nodes" if plan.autoscale else plan.nodes
    dedicated, spot = (0, nodes) if plan.low_priority else (nodes, 0)
    if not plan.autoscale:
        fixed = models.FixedScaleSettings(
            target_dedicated_nodes=dedicated, target_low_priority_nodes=spot
        )
        return models.ScaleSettings(fixed_scale=fixed)
    formula = FORMULA.format(nodes=plan.nodes, slots=plan.slots, dedicated=dedicated, spot=spot)
    auto = models.AutoScaleSettings(formula=formula, evaluation_interval=EVALUATION_INTERVAL)
    return models.ScaleSettings(auto_scale=auto)


def pool_parameters(plan: Plan, name: str, settings: ExecutorSettings, image: str) -> models.Pool:
    """The request for a pool: the published plugin's, with what the service wants today."""
    changes: dict[str, Any] = {
        "autoscale": False,  # its formula would be overwritten by a fixed scale
        "pool_vm_size": plan.vm_size,
        "pool_node_count": 0,
        "tasks_per_node": plan.slots,
    }
    pool = build.batch_pool_params(name, dataclasses.replace(settings, **changes), image)
    pool.scale_settings = scale_settings(plan)
    pool.target_node_communication_mode = settings.node_communication_mode
    machine = pool.deployment_configuration.virtual_machine_configuration
    machine.container_configuration.type = models.ContainerType.DOCKER_COMPATIBLE
    for registry in machine.container_configuration.container_registries or []:
        if registry.identity_reference is not None:
            # It would send the words "None", and a registry takes an identity or a password.
            registry.user_name = registry.password = None
    return pool
