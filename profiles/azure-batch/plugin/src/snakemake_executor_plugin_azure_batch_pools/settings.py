"""The options of the executor: those of the published plugin, and the ones of two pools."""

from dataclasses import dataclass, field
from typing import Any, Optional

import snakemake_executor_plugin_azure_batch as published


def option(default: Any, help: str, **more: Any) -> Any:
    """A field that Snakemake turns into a command-line option and a profile key."""
    return field(
        default=default, metadata={"help": help, "required": False, "env_var": False}, **more
    )


def account(help: str) -> Any:
    """A field that usually comes from the environment; a plan (-n) does without it."""
    return field(default=None, metadata={"help": help, "required": False, "env_var": True})


ACCOUNT = ("account_url", "subscription_id", "resource_group_name", "managed_identity_resource_id")


@dataclass
class ExecutorSettings(published.ExecutorSettings):
    """Options `--azure-batch-pools-…`; account and identity also come from the environment."""

    # Snakemake reads the annotations and knows Optional, not `| None`.
    account_url: Optional[str] = account(  # noqa: UP045
        "Batch account: https://<account>.<region>.batch.azure.com"
    )
    subscription_id: Optional[str] = account("Subscription of the Batch account.")  # noqa: UP045
    resource_group_name: Optional[str] = account(  # noqa: UP045
        "Resource group of the Batch account."
    )
    managed_identity_resource_id: Optional[str] = account(  # noqa: UP045
        "Managed identity as which the nodes reach the storage account and the registry."
    )
    # Never shown, not even by --verbose, which prints all settings.
    container_registry_pass: Optional[str] = field(  # noqa: UP045
        default=None,
        repr=False,
        metadata={
            "help": "Password of the container registry; better give the identity access to it.",
            "required": False,
            "env_var": True,
        },
    )
    pool_image_publisher: str = option("microsoft-dsvm", "Publisher of the nodes' image.")
    pool_image_offer: str = option("ubuntu-hpc", "Offer of the nodes' image.")
    pool_image_sku: str = option("2404", "SKU of the nodes' image.")
    pool_vm_node_agent_sku_id: str = option(
        "batch.node.ubuntu 24.04", "Batch node agent that fits the nodes' image."
    )
    node_communication_mode: Optional[str] = option(  # noqa: UP045
        "Simplified", "Simplified or Default; the service has retired Classic."
    )
    node_fill_type: str = option("Pack", "Pack or Spread: how tasks fill a pool's nodes.")
    pool_vm_size: str = option("Standard_D8ds_v5", "VM size of the CPU pool.")
    pool_node_count: int = option(4, "Nodes of the CPU pool: at most (autoscale) or always.")
    tasks_per_node: int = option(8, "Task slots of a CPU node; a job takes one for each thread.")
    slot_mem_mb: int = option(
        4000, "Memory behind a slot of a CPU node; a job that needs more takes more slots."
    )
    gpu_vm_size: str = option("Standard_NC4as_T4_v3", "VM size of the GPU pool.")
    gpu_node_count: int = option(1, "Nodes of the GPU pool: at most (autoscale) or always.")
    gpus_per_node: int = option(1, "GPUs of gpu_vm_size; a GPU job has a node to itself.")
    gpu_check: str = option(
        "[ ! -e /proc/driver/nvidia/version ] || nvidia-smi -L",
        "Command that must succeed in a GPU task's container before its job.",
    )
    low_priority: str = option("none", "Pools on spot (low-priority) nodes: none, cpu, gpu, both.")
    shm_size: str = option("1g", "Shared memory of a task's container, as docker writes sizes.")

    def missing(self) -> list[str]:
        """The environment variables that a run needs and that say nothing."""
        return [
            f"SNAKEMAKE_AZURE_BATCH_POOLS_{name.upper()}"
            for name in ACCOUNT
            if not getattr(self, name)
        ]
