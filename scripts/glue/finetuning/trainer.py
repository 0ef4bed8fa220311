"""One finetuning by transformers' Trainer, evaluated after each epoch."""

import math
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import torch
from torch.utils.data import Dataset
from transformers import (
    PreTrainedModel,
    PrinterCallback,
    Trainer,
    TrainerCallback,
    TrainingArguments,
)

from scripts.common.cli import log
from scripts.glue.finetuning.hyperparameters import Settings
from scripts.glue.finetuning.padded_batches import Examples, LengthGrouped

LOGGED = 10  # points of the training loss an epoch


@dataclass
class Result:
    """A finetuning's record: points of the curves, seconds, and which epoch's weights it kept."""

    curve: list[tuple[int, float, str, float]] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)
    epoch: float = 0.0
    steps: int = 0
    diverged: bool = False


class LengthGroupedTrainer(Trainer):
    """Trainer with batches of like lengths."""

    def _get_train_sampler(self, train_dataset: Dataset | None = None) -> LengthGrouped:
        examples = train_dataset or self.train_dataset
        assert isinstance(examples, Examples)
        return LengthGrouped(examples.lengths, self.args.train_batch_size, self.args.seed)


class Watch(TrainerCallback):
    """Evaluates after each epoch, collects the curves, keeps the best weights, stops at NaN."""

    def __init__(self, evaluate: Callable[[PreTrainedModel], dict[str, float]], keep_best: bool):
        self.evaluate, self.keep_best = evaluate, keep_best
        self.result = Result()
        self.best: tuple[float, dict[str, torch.Tensor]] | None = None
        self.spent = 0.0
        self.evaluated = -1

    def on_log(self, args, state, control, logs=None, **kwargs):
        for name, quantity in (("loss", "train_loss"), ("learning_rate", "learning_rate")):
            if logs and name in logs:
                value = float(logs[name])
                self.result.curve.append((state.global_step, state.epoch, quantity, value))
                if not math.isfinite(value):
                    self.result.diverged = True
                    control.should_training_stop = True

    def on_epoch_end(self, args, state, control, model=None, **kwargs):
        self.look(state, model)

    def on_train_end(self, args, state, control, model=None, **kwargs):
        self.look(state, model)
        self.result.steps = state.global_step
        if self.keep_best and self.best:
            model.load_state_dict(self.best[1])

    def look(self, state, model: PreTrainedModel) -> None:
        """Evaluate the model as it stands, once a step."""
        if self.evaluated == state.global_step:
            return
        self.evaluated = state.global_step
        start = time.perf_counter()
        metrics = self.evaluate(model)
        self.spent += time.perf_counter() - start
        for name, value in metrics.items():
            self.result.curve.append((state.global_step, state.epoch, f"dev_{name}", value))
        log.info(
            "epoch %.3g: %s",
            state.epoch,
            ", ".join(f"{name} {value:.4f}" for name, value in metrics.items()),
        )
        score = task_score(metrics)
        if not self.keep_best:
            self.result.epoch = state.epoch
        elif self.best is None or score > self.best[0]:
            weights = {key: value.detach().clone() for key, value in model.state_dict().items()}
            self.best = (score, weights)
            self.result.epoch = state.epoch


def train(
    model: PreTrainedModel,
    examples: Examples,
    settings: Settings,
    seed: int,
    evaluate: Callable[[PreTrainedModel], dict[str, float]],
) -> Result:
    """Finetune `model` in place; `evaluate` gives dev metrics by name."""
    steps = math.ceil(len(examples) / settings.batch_size)
    watch = Watch(evaluate, settings.keep == "best")
    start = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="dump2glue-") as folder:
        arguments = TrainingArguments(
            output_dir=folder,
            seed=seed,
            data_seed=seed,
            num_train_epochs=settings.epochs,
            per_device_train_batch_size=settings.batch_size,
            learning_rate=settings.learning_rate,
            warmup_steps=math.ceil(settings.warmup * math.ceil(steps * settings.epochs)),
            lr_scheduler_type="linear",
            weight_decay=settings.weight_decay,
            max_grad_norm=1.0,
            bf16=precision(settings.precision) == "bf16",
            use_cpu=not torch.cuda.is_available(),
            logging_steps=max(1, steps // LOGGED),
            logging_nan_inf_filter=False,
            save_strategy="no",
            eval_strategy="no",
            report_to="none",
            disable_tqdm=True,
            dataloader_pin_memory=torch.cuda.is_available(),
            remove_unused_columns=False,
        )
        trainer = LengthGroupedTrainer(
            model=model,
            args=arguments,
            train_dataset=examples,
            data_collator=examples.collate,
            callbacks=[watch],
        )
        trainer.remove_callback(PrinterCallback)
        trainer.train()
    result = watch.result
    total = time.perf_counter() - start
    result.seconds = {"train": total - watch.spent, "evaluate": watch.spent}
    return result


def precision(wanted: str) -> str:
    """fp32 or bf16; `auto` takes bf16 on a GPU or a CPU whose hardware computes in it."""
    if wanted != "auto":
        return wanted
    if torch.cuda.is_available():
        return "bf16" if torch.cuda.is_bf16_supported(including_emulation=False) else "fp32"
    return "bf16" if any(getattr(torch.cpu, name, bool)() for name in CPU_BF16) else "fp32"


# torch's questions to the CPU; where a version lacks them the answer is no.
CPU_BF16 = ("_is_avx512_bf16_supported", "_is_amx_tile_supported")


def predict(
    model: PreTrainedModel, examples: Examples, batch_size: int, wanted: str
) -> list[np.ndarray]:
    """Each example's logits, float64 [labels] (or [padded length, labels] of a model of tokens).

    Batches of like lengths hold little padding; their order depends on the lengths alone.
    """
    order = np.argsort(-examples.lengths, kind="stable")
    logits: list[np.ndarray] = [np.empty(0)] * len(examples)
    device = model.device
    training = model.training
    model.eval()
    with (
        torch.inference_mode(),
        torch.autocast(device.type, torch.bfloat16, enabled=precision(wanted) == "bf16"),
    ):
        for start in range(0, len(order), batch_size):
            indices = order[start : start + batch_size]
            batch = examples.collate(indices)
            batch.pop("labels", None)
            output = model(**{name: tensor.to(device) for name, tensor in batch.items()})
            for index, values in zip(indices, output.logits.double().cpu().numpy(), strict=True):
                logits[index] = values
    model.train(training)
    return logits


def task_score(metrics: dict[str, float]) -> float:
    """A task's one number: the mean of its metrics (MNLI's two sets count as one task)."""
    return float(np.mean(list(metrics.values())))
