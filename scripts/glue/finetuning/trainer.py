"""One finetuning, evaluated after each epoch."""

import math
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from scripts.common.cli import log
from scripts.common.digest import hash64
from scripts.glue.finetuning.hyperparameters import Settings
from scripts.glue.finetuning.padded_batches import Examples, grouped_batches
from scripts.pretrain.optimizers.adamw import AdamW
from scripts.pretrain.optimizers.registry import parameter_groups

LOGGED = 10  # points of the training loss an epoch
MAX_GRAD_NORM = 1.0
# By the problem_type of a kind of task, as transformers' models take them.
LOSSES: dict[str | None, Callable[[Tensor, Tensor], Tensor]] = {
    "single_label_classification": F.cross_entropy,
    "regression": lambda logits, targets: F.mse_loss(logits[:, 0], targets),
}
# torch's questions to the CPU; where a version lacks them the answer is no.
CPU_BF16 = ("_is_avx512_bf16_supported", "_is_amx_tile_supported")


class Model(nn.Module, ABC):
    """A pretrained encoder with a new head, whose `last_layer` gives the logits, and its tokenizer."""

    last_layer: nn.Linear
    tokenizer: Any

    @abstractmethod
    def logits(self, examples: Examples, indices: np.ndarray, seed: int = 0) -> Tensor:
        """Logits [n, labels] (or [n, padded length, labels] of a model of tokens) of examples.

        In training, dropout follows from `seed`, or from torch's own state.
        """

    @abstractmethod
    def save(self, folder: Path) -> None:
        """Write what transformers loads the model and its tokenizer from."""

    @torch.no_grad()
    def rescale(self, center: float, spread: float) -> None:
        """Have the model itself give spread x logit + center."""
        self.last_layer.weight.mul_(spread)
        self.last_layer.bias.mul_(spread).add_(center)


Evaluate = Callable[[Model], dict[str, float]]  # dev metrics by name


@dataclass
class Result:
    """A finetuning's record: points of the curves, seconds, and which epoch's weights it kept."""

    curve: list[tuple[int, float, str, float]] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=lambda: {"train": 0.0, "evaluate": 0.0})
    epoch: float = 0.0
    steps: int = 0
    diverged: bool = False
    best: tuple[float, dict[str, Tensor]] | None = None  # score and weights


def train(
    model: Model, examples: Examples, settings: Settings, seed: int, evaluate: Evaluate
) -> Result:
    """Finetune `model` in place."""
    assert examples.targets is not None
    result, start = Result(), time.perf_counter()
    steps_an_epoch = math.ceil(len(examples) / settings.batch_size)
    steps = math.ceil(steps_an_epoch * settings.epochs)
    cadence = max(1, steps_an_epoch // LOGGED)
    optimizer = AdamW(parameter_groups(model, settings.weight_decay), lr=0.0)
    batches: list[np.ndarray] = []
    losses = []
    model.train()
    while result.steps < steps and not result.diverged:
        rate = settings.learning_rate * warmed(result.steps, steps, settings.warmup)
        number = result.steps // steps_an_epoch
        batches = batches or grouped_batches(examples.lengths, settings.batch_size, seed, number)
        indices = batches.pop(0)
        dropout = hash64("dropout", seed, result.steps) % 2**62
        logits = model.logits(examples, indices, dropout).float()
        targets = torch.from_numpy(examples.targets[indices]).to(logits.device)
        loss = LOSSES[examples.kind.problem](logits, targets)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), MAX_GRAD_NORM)
        for group in optimizer.param_groups:
            group["lr"] = rate
        optimizer.step()
        optimizer.zero_grad()
        result.steps += 1
        losses.append(loss.detach())
        if result.steps % cadence == 0:
            mean = torch.stack(losses).mean().item()
            note(result, result.steps / steps_an_epoch, {"train_loss": mean, "learning_rate": rate})
            result.diverged = not math.isfinite(mean)
            losses.clear()
        if not batches or result.steps == steps or result.diverged:
            look(result, result.steps / steps_an_epoch, model, evaluate, settings.keep == "best")
    if result.best:
        model.load_state_dict(result.best[1])
    result.seconds["train"] = time.perf_counter() - start - result.seconds["evaluate"]
    return result


def note(result: Result, epoch: float, values: dict[str, float]) -> None:
    result.curve += [(result.steps, epoch, name, value) for name, value in values.items()]


def look(result: Result, epoch: float, model: Model, evaluate: Evaluate, keep_best: bool) -> None:
    """Evaluate the model as it stands, and note it; keep its weights where they are the best."""
    start = time.perf_counter()
    metrics = evaluate(model)
    result.seconds["evaluate"] += time.perf_counter() - start
    note(result, epoch, {f"dev_{name}": value for name, value in metrics.items()})
    shown = ", ".join(f"{name} {value:.4f}" for name, value in metrics.items())
    log.info("epoch %.3g: %s", epoch, shown)
    score = task_score(metrics)
    if not keep_best:
        result.epoch = epoch
    elif result.best is None or score > result.best[0]:
        state = {name: value.detach().clone() for name, value in model.state_dict().items()}
        result.epoch, result.best = epoch, (score, state)


def warmed(step: int, steps: int, warmup: float) -> float:
    """The share of the highest learning rate after so many steps: linear up from 0, and down to 0."""
    first = math.ceil(warmup * steps)
    return step / first if step < first else (steps - step) / (steps - first)


def precision(wanted: str) -> torch.dtype:
    """fp32 or bf16; `auto` takes bf16 on a GPU or a CPU whose hardware computes in it."""
    bf16 = wanted == "bf16"
    if wanted == "auto" and torch.cuda.is_available():
        bf16 = torch.cuda.is_bf16_supported(including_emulation=False)
    elif wanted == "auto":
        bf16 = any(getattr(torch.cpu, name, bool)() for name in CPU_BF16)
    return torch.bfloat16 if bf16 else torch.float32


def predict(model: Model, examples: Examples, batch_size: int) -> list[np.ndarray]:
    """Each example's logits, float64 [labels] (or [padded length, labels] of a model of tokens).

    Batches of like lengths hold little padding; their order depends on the lengths alone.
    """
    order = np.argsort(-examples.lengths, kind="stable")
    logits: list[np.ndarray] = [np.empty(0)] * len(examples)
    training = model.training
    model.eval()
    with torch.inference_mode():
        for start in range(0, len(order), batch_size):
            indices = order[start : start + batch_size]
            found = model.logits(examples, indices).double().cpu().numpy()
            for index, values in zip(indices, found, strict=True):
                logits[index] = values
    model.train(training)
    return logits


def task_score(metrics: dict[str, float]) -> float:
    """A task's one number: the mean of its metrics (MNLI's two sets count as one task)."""
    return float(np.mean(list(metrics.values())))
