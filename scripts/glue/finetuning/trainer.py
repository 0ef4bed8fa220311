"""One finetuning, evaluated after each epoch."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import torch

from scripts.common.cli import log
from scripts.common.digest import hash64
from scripts.glue.finetuning.fused_adamw import AdamW
from scripts.glue.finetuning.hyperparameters import Settings
from scripts.glue.finetuning.model import Model
from scripts.glue.finetuning.padded_batches import Examples, grouped_batches
from scripts.pretrain.optimizers.registry import parameter_groups

LOGGED = 10  # points of the training loss an epoch
MAX_GRAD_NORM = 1.0


@dataclass
class Result:
    """A finetuning's record: points of the curves, seconds, and which epoch's weights it kept."""

    curve: list[tuple[int, float, str, float]] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)
    epoch: float = 0.0
    steps: int = 0
    diverged: bool = False


class Watch:
    """Evaluates after each epoch, collects the curves, keeps the best weights."""

    def __init__(
        self, model: Model, evaluate: Callable[[Model], dict[str, float]], keep_best: bool
    ):
        self.model, self.evaluate, self.keep_best = model, evaluate, keep_best
        self.result = Result()
        self.best: tuple[float, dict[str, torch.Tensor]] | None = None
        self.spent = 0.0

    def note(self, step: int, epoch: float, loss: float, learning_rate: float) -> None:
        """A point of the training's curves; a loss that is not finite is the last one."""
        points = {"train_loss": loss, "learning_rate": learning_rate}
        self.result.curve += [(step, epoch, name, value) for name, value in points.items()]
        self.result.diverged |= not math.isfinite(loss)

    def look(self, step: int, epoch: float) -> None:
        """Evaluate the model as it stands."""
        start = time.perf_counter()
        metrics = self.evaluate(self.model)
        self.spent += time.perf_counter() - start
        for name, value in metrics.items():
            self.result.curve.append((step, epoch, f"dev_{name}", value))
        shown = ", ".join(f"{name} {value:.4f}" for name, value in metrics.items())
        log.info("epoch %.3g: %s", epoch, shown)
        score = task_score(metrics)
        if not self.keep_best:
            self.result.epoch = epoch
        elif self.best is None or score > self.best[0]:
            state = self.model.state_dict()
            self.best = (score, {key: value.detach().clone() for key, value in state.items()})
            self.result.epoch = epoch


def train(
    model: Model,
    examples: Examples,
    settings: Settings,
    seed: int,
    evaluate: Callable[[Model], dict[str, float]],
) -> Result:
    """Finetune `model` in place; `evaluate` gives dev metrics by name."""
    start = time.perf_counter()
    watch = Watch(model, evaluate, settings.keep == "best")
    steps_an_epoch = math.ceil(len(examples) / settings.batch_size)
    steps = math.ceil(steps_an_epoch * settings.epochs)
    cadence = max(1, steps_an_epoch // LOGGED)
    optimizer = AdamW(parameter_groups(model, settings.weight_decay))
    parameters = list(model.parameters())
    batches: list[np.ndarray] = []
    losses = []
    model.train()
    for step in range(1, steps + 1):
        if not batches:
            epoch = (step - 1) // steps_an_epoch
            batches = grouped_batches(examples.lengths, settings.batch_size, seed, epoch)
        rate = settings.learning_rate * warmed(step - 1, steps, settings.warmup)
        loss = model.loss(examples, batches.pop(0), hash64("dropout", seed, step) % 2**62)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, MAX_GRAD_NORM)
        optimizer.step(rate)
        losses.append(loss.detach())
        if step % cadence == 0:
            watch.note(step, step / steps_an_epoch, torch.stack(losses).mean().item(), rate)
            losses.clear()
        if not batches or step == steps or watch.result.diverged:
            watch.look(step, step / steps_an_epoch)
        if watch.result.diverged:
            break
    if watch.best:
        model.load_state_dict(watch.best[1])
    watch.result.steps = step
    total = time.perf_counter() - start
    watch.result.seconds = {"train": total - watch.spent, "evaluate": watch.spent}
    return watch.result


def warmed(step: int, steps: int, warmup: float) -> float:
    """The share of the highest learning rate after so many steps: linear up from 0, and down to 0."""
    first = math.ceil(warmup * steps)
    return step / first if step < first else (steps - step) / (steps - first)


def precision(wanted: str) -> str:
    """fp32 or bf16; `auto` takes bf16 on a GPU or a CPU whose hardware computes in it."""
    if wanted != "auto":
        return wanted
    if torch.cuda.is_available():
        return "bf16" if torch.cuda.is_bf16_supported(including_emulation=False) else "fp32"
    return "bf16" if any(getattr(torch.cpu, name, bool)() for name in CPU_BF16) else "fp32"


# torch's questions to the CPU; where a version lacks them the answer is no.
CPU_BF16 = ("_is_avx512_bf16_supported", "_is_amx_tile_supported")


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
