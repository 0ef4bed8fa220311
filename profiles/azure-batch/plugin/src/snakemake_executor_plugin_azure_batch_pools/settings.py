"""The options of the executor: those of the published plugin, and the ones of two pools."""
# ruff: noqa: UP045 - Snakemake reads the annotations and knows Optional, not `| None`

from dataclasses import dataclass, field
from typing import Any, Optional

import snakemake_executor_plugin_azure_batch as published

ACCOUNT = ("account_url", "subscription_id", "resource_group_name", "managed_identity_resource_id")


def option(default: Any, help: str, env_var: bool = False, **more: Any) -> Any:
    """A field that Snakemake turns into a command-line option and a profile key, or a variable too."""
    metadata = {"help": help, "required": False, "env_var": env_var}
    return field(default=default, metadata=metadata, **more)


@dataclass
class ExecutorSettings(published.ExecutorSettings):
    """Options `--azure-batch-pools-…`; account and identity also come from the environment."""

    # A plan (-n) does without these.
    account_url: Optional[str] = option(
        None, "Batch account: https://<account>.<region>.batch.azure.com", env_var=True
    )
    subscription_id: Optional[str] = option(None, "Subscription of the account.", env_var=True)
    resource_group_name: Optional[str] = option(
        None, "Resource group of the Batch account.", env_var=True
    )
    managed_identity_resource_id: Optional[str] = option(
        None, "Identity as which nodes reach the storage account and the registry.", env_var=True
    )
    # Never shown, not even by --verbose, which prints all settings.
    container_registry_pass: Optional[str] = option(
        None, "Password of the registry; better give the identity access.", True, repr=False
    )
    pool_image_publisher: str = option("microsoft-dsvm", "Publisher of the nodes' image.")
    pool_image_offer: str = option("ubuntu-hpc", "Offer of the nodes' image.")
    pool_image_sku: str = option("2404", "SKU of the nodes' image.")
    pool_vm_node_agent_sku_id: str = option(
        "batch.node.ubuntu 24.04", "Batch node agent that fits the nodes' image."
    )
    node_communication_mode: Optional[str] = option(
        "Simplified", "Simplified or Default; the service has retired Classic."
    )
    node_fill_type: str = option("Pack", "Pack or Spread: how tasks fill a pool's nodes.")
    pool_vm_size: str = option("Standard_D8ds_v5", "VM size of the CPU pool.")
    pool_node_count: int = option(4, "Nodes of the CPU pool: at most (autoscale) or always.")
    tasks_per_node: int = option(8, "Task slots of a CPU node; a job takes one for each thread.")
    slot_mem_mb: int = option(4000, "Memory behind a CPU node's slot; a job may take several.")
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
        unsaid = [name for name in ACCOUNT if not getattr(self, name)]
        return [f"SNAKEMAKE_AZURE_BATCH_POOLS_{name.upper()}" for name in unsaid]
