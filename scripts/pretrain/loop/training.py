"""The training of one phase: its state, its step, its validation."""

import math
import time
from collections.abc import Iterable

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.parallel import DistributedDataParallel

from scripts.pretrain.architectures.bert import Bert, Dropout, DropoutRates
from scripts.pretrain.architectures.micro_batch import MicroBatch
from scripts.pretrain.kernels import cpu
from scripts.pretrain.kernels.choice import choose
from scripts.pretrain.loop.micro_batches import Work
from scripts.pretrain.loop.processes import Processes
from scripts.pretrain.loop.recipe import Recipe
from scripts.pretrain.optimizers.grad_scaler import GradScaler
from scripts.pretrain.optimizers.registry import make_optimizer, settle_state

# The columns of a step's sums, as the device keeps them.
SUMS = (
    "mlm_loss", "next_sentence_loss", "mlm_correct", "next_sentence_correct", "norm", "skipped",
)  # fmt: skip


class Step(nn.Module):
    """A model's loss on a micro-batch, so that a wrapper sees one call forward and one backward."""

    def __init__(self, model: Bert):
        super().__init__()
        self.model = model

    def forward(self, batch: MicroBatch, dropout: Dropout, masked: float, pairs: float):
        """The share of the global batch's loss, given its counts, and the four sums [4]."""
        out = self.model(batch, dropout)
        loss = out.mlm_loss / masked + out.next_sentence_loss / pairs
        return loss, torch.stack([value.detach().float() for value in out])


class Training:
    """Model, optimizer and scaler, and the steps that they take together."""

    def __init__(
        self,
        model: Bert,
        recipe: Recipe,
        processes: Processes,
        sharded: bool = False,
        compiled: bool = False,
        flash_attention: int = 2,
        fp8: bool = False,
    ):
        self.model, self.recipe, self.processes = model.to(processes.device), recipe, processes
        rate = recipe.dropout
        self.rates = model.dropout_rates if rate is None else DropoutRates(rate, rate)
        model.kernels = choose(
            processes.device, model.dtype, model.shape, flash_attention, self.rates.attention, fp8
        )
        self.params: list[Tensor] = list(model.parameters())
        self.sharded = sharded and processes.count > 1
        self.optimizer = make_optimizer(model, recipe, recipe.learning_rate, self.sharded)
        self.scaler = GradScaler(model.dtype == torch.float16, processes.device)
        self.run: nn.Module = Step(model)
        if compiled:
            # Else DistributedDataParallel cuts a layer that is larger than one of its buckets.
            torch._dynamo.config.optimize_ddp = False
            for layer in model.layers:
                layer.compile(dynamic=True)
        if processes.count > 1:
            self.run = DistributedDataParallel(self.run, gradient_as_bucket_view=True)
        self.settled = processes.count == 1

    def step(self, work: Work, learning_rate: float) -> Tensor:
        """One step on a global batch. Returns this process's sums [6] as SUMS names them.

        Gradients are sums over the global batch's masked tokens and pairs, divided by their
        numbers, whatever the micro-batches; processes add theirs up once, with the last one.
        """
        self.model.train()
        if not self.settled:
            self.settle(work.micro_batches[0])
        share = self.processes.count  # gradients are averaged over the processes
        sums = torch.zeros(len(SUMS), device=self.processes.device)
        last = len(work.micro_batches) - 1
        for number, (batch, seed) in enumerate(zip(work.micro_batches, work.seeds, strict=True)):
            batch = batch.to(self.processes.device)
            if any(self.rates) and self.processes.device.type == "cuda":
                torch.cuda.manual_seed(seed)
            if isinstance(self.run, DistributedDataParallel):
                self.run.require_backward_grad_sync = number == last
            dropout = Dropout(self.rates, seed)
            masked, pairs = max(work.masked, 1) / share, max(work.pairs, 1) / share
            loss, part = self.run(batch, dropout, masked, pairs)
            (loss * self.scaler.scale if self.scaler.dynamic else loss).backward()
            sums[:4] += part
            del loss  # and with it what the pass kept, before the next one
        for group in self.optimizer.param_groups:
            group["lr"] = learning_rate
        norm, skipped = self.scaler.step(self.optimizer, self.params, self.recipe.max_grad_norm)
        self.optimizer.zero_grad(set_to_none=self.processes.count == 1)
        if self.processes.first:
            sums[4], sums[5] = norm, skipped
        return sums

    def settle(self, batch: MicroBatch) -> None:
        """Make a backward pass whose gradients are dropped, before the first step.

        After the first one the wrapper orders its buckets anew, and with them the sums over more
        than two processes: a resumed run must add as the run did that it goes on from.
        """
        batch = batch.to(self.processes.device)
        self.run(batch, Dropout(self.rates), 1.0, 1.0)[0].backward()
        self.optimizer.zero_grad(set_to_none=False)
        self.settled = True

    @torch.no_grad()
    def validate(self, batches: Iterable[MicroBatch]) -> tuple[list[float], int, int]:
        """Sums over the validation examples of all processes, and how many pairs and masks."""
        self.model.eval()
        sums = torch.zeros(6, dtype=torch.float64, device=self.processes.device)
        for batch in batches:
            out = self.model(batch.to(self.processes.device), Dropout())
            sums[:4] += torch.stack([part.double() for part in out])
            sums[4] += int((batch.next_sentence >= 0).sum())
            sums[5] += int((batch.labels >= 0).sum())
        values = self.processes.sum(sums).tolist()
        return values[:4], int(values[4]), int(values[5])

    def finite(self) -> bool:
        """Whether every weight is a finite number."""
        return all(bool(torch.isfinite(parameter).all()) for parameter in self.params)

    def tensors(self) -> dict[str, Tensor]:
        """All tensors of the state, on the first process; the others help to gather it."""
        if self.sharded:
            self.optimizer.consolidate_state_dict(to=0)
            if not self.processes.first:
                return {}
        state = {f"model.{name}": p for name, p in self.model.named_parameters()}
        for number, values in self.optimizer.state_dict()["state"].items():
            state |= {f"optimizer.{number}.{key}": value for key, value in values.items()}
        return state | {f"scaler.{key}": value for key, value in self.scaler.state().items()}

    def load(self, tensors: dict[str, Tensor]) -> None:
        """Take up a state that `tensors` gave."""
        parts: dict[str, dict[str, Tensor]] = {"model": {}, "optimizer": {}, "scaler": {}}
        for name, value in tensors.items():
            part, key = name.split(".", 1)
            parts[part][key] = value
        self.model.load_state_dict(parts["model"])
        self.scaler.load(parts["scaler"])
        states: dict[int, dict[str, Tensor]] = {}
        for name, value in parts["optimizer"].items():
            number, key = name.split(".")
            states.setdefault(int(number), {})[key] = value
        state = self.blank() if self.sharded else self.optimizer.state_dict()
        self.optimizer.load_state_dict(state | {"state": states})
        settle_state(self.optimizer)

    def blank(self) -> dict:
        """A sharded optimizer's state dict without its state, whose groups number all parameters."""
        numbers = iter(range(len(self.params)))
        groups = [
            group | {"params": [next(numbers) for _ in group["params"]]}
            for group in self.optimizer.param_groups
        ]
        return {"param_groups": groups}


def peak_flops(device: torch.device, dtype: torch.dtype) -> float:
    """Floating-point operations a second of a large matrix product, measured: what can be had.

    Of random numbers: a GPU draws less power for equal ones, and keeps a higher clock.
    """
    size, product = (8192, F.linear) if device.type == "cuda" else (1024, cpu.product)
    a, b = (torch.randn(size, size, dtype=dtype, device=device) for _ in range(2))
    best = math.inf
    for _ in range(5):
        synchronise(device)
        start = time.perf_counter()
        for _ in range(3):
            product(a, b)
        synchronise(device)
        best = min(best, (time.perf_counter() - start) / 3)
    return 2 * size**3 / best


def synchronise(device: torch.device) -> None:
    """Wait until a device has done what it was given."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)
