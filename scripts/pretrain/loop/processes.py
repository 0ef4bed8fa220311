"""The processes of a training run, as torchrun or srun started them, and what they agree on."""

import os
from dataclasses import dataclass
from datetime import timedelta

import torch
from torch import Tensor, distributed

from scripts.common.errors import UserError
from scripts.common.threads import check_threads

TIMEOUT = timedelta(minutes=10)


@dataclass(frozen=True)
class Processes:
    """This process among all: `rank` of `count`, on `device`."""

    rank: int
    count: int
    device: torch.device
    agreement: distributed.ProcessGroup | None = None

    @property
    def first(self) -> bool:
        return self.rank == 0

    @property
    def instructions(self) -> str:
        """The kind of a CPU's instructions that torch computes with; empty on a GPU."""
        cpu = self.device.type == "cpu"
        return torch.backends.cpu.get_cpu_capability() if cpu else ""

    def agree(self, values: list[int]) -> list[int]:
        """Sum integers over all processes; safe in a thread beside training."""
        if self.agreement is None:
            return values
        total = torch.tensor(values, dtype=torch.int64)
        distributed.all_reduce(total, group=self.agreement)
        return total.tolist()

    def sum(self, values: Tensor) -> Tensor:
        if self.count > 1:
            distributed.all_reduce(values)
        return values

    def wait(self) -> None:
        if self.count > 1:
            distributed.barrier()


ALONE = Processes(0, 1, torch.device("cpu"))


def join(threads: int) -> Processes:
    """Join the processes that the launcher's environment names (RANK, WORLD_SIZE, LOCAL_RANK)."""
    check_threads(threads)
    torch.set_num_threads(threads)
    count, rank = int(os.environ.get("WORLD_SIZE", 1)), int(os.environ.get("RANK", 0))
    device = torch.device("cpu")
    # Micro-batches differ in size: blocks that grow leave no gaps. Read when CUDA starts.
    os.environ.setdefault("PYTORCH_CUDA_ALLOC_CONF", "expandable_segments:True")
    if torch.cuda.is_available():
        device = torch.device("cuda", int(os.environ.get("LOCAL_RANK", 0)))
        torch.cuda.set_device(device)
    elif os.environ.get("REQUIRE_CUDA") == "1":
        raise UserError("no GPU can be used here, though one was asked for; look at nvidia-smi")
    if count == 1:
        return Processes(0, 1, device)
    backend = "nccl" if device.type == "cuda" else "gloo"
    distributed.init_process_group(backend, timeout=TIMEOUT)
    return Processes(rank, count, device, distributed.new_group(backend="gloo", timeout=TIMEOUT))


def leave(processes: Processes) -> None:
    if processes.count > 1:
        distributed.destroy_process_group()
