"""One finetuning of one model on one task with one seed, and the files that tell of it."""

import dataclasses
import json
import random
import resource
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import torch

from scripts.common.atomic import atomic_path, write_text
from scripts.common.errors import UserError
from scripts.glue.files import tables
from scripts.glue.finetuning import model_loader, packed_model, padded_batches, trainer
from scripts.glue.finetuning.hyperparameters import Settings
from scripts.glue.tasks.official_tasks import DIAGNOSTIC, diagnostic
from scripts.glue.tasks.task import Answers, Label, Task

PREDICTING = 64  # examples a forward pass without gradients


def finetune(
    task: Task,
    model_folder: Path,
    train: Path,
    dev: list[Path],
    test: list[Path],
    settings: Settings,
    seed: int,
    output: Path,
    init_from: str | None = None,
    keep_model: bool = False,
) -> dict:
    """Train, evaluate and write the run's files to `output`; gives what metrics.json holds."""
    start = time.perf_counter()
    rows = tables.read(train, task, "train")
    task = task.with_classes_of(rows.labels or [], train)
    dev_rows = {task.part(file.stem): tables.read(file, task, "dev") for file in dev}
    test_rows = {}
    for file in test:
        ax = task.name == "MNLI" and file.parent.name == DIAGNOSTIC
        part = DIAGNOSTIC if ax else task.part(file.stem)
        test_rows[part] = tables.read(file, diagnostic() if ax else task, "test")
    gold = {part: value.labels or [] for part, value in dev_rows.items()}
    for begin in (random.seed, np.random.seed, torch.manual_seed):  # families draw by any of them
        begin(seed)
    model = load(model_folder, task, settings)

    def encode(part: tables.Rows) -> padded_batches.Examples:
        return padded_batches.encode(part, task, model.tokenizer, settings.max_length)

    examples = encode(rows)
    dev_examples = {part: encode(value) for part, value in dev_rows.items()}
    assert examples.targets is not None
    examples.targets, center, spread = task.kind.standardize(examples.targets)
    numbers = (center, spread) != (0.0, 1.0)
    if keep_model and numbers and model.last_layer.bias is None:
        raise UserError(f"{model_folder}: its head has no bias; a model of numbers cannot be kept")

    def answer(model: trainer.Model, examples: padded_batches.Examples) -> Answers:
        logits = trainer.predict(model, examples, PREDICTING)
        scaled = [values * spread + center for values in logits]
        return task.kind.answers(task, scaled, examples.targets)

    dev_answers: dict[str, Answers] = {}

    def evaluate(model: trainer.Model) -> dict[str, float]:
        dev_answers.update({part: answer(model, value) for part, value in dev_examples.items()})
        return metrics_of(task, dev_answers, gold)

    loaded = time.perf_counter()
    result = trainer.train(model, examples, settings, seed, evaluate)
    after = time.perf_counter()
    if result.best:  # else the last evaluation was of these weights
        evaluate(model)
    test_answers = {part: answer(model, encode(value)) for part, value in test_rows.items()}
    found = metrics_of(task, dev_answers, gold)
    report = {
        "task": task.name,
        "init_from": init_from,
        "seed": seed,
        "score": round(trainer.task_score(found), 6),
        "metrics": found,
        "majority": {
            name: round(task.kind.majority(task, metric, gold[part]), 6)
            for name, part, metric in task.metric_names(tuple(gold))
        },
        "dev_examples": {name: len(gold[part]) for name, part, _ in task.metric_names(tuple(gold))},
        "train_examples": len(examples),
        "epoch": round(result.epoch, 6),
        "steps": result.steps,
        "diverged": result.diverged,
        "labels": list(task.labels),
        "settings": dataclasses.asdict(settings),
    }
    seconds = {
        "load_seconds": loaded - start,
        "train_seconds": result.seconds["train"],
        "evaluate_seconds": result.seconds["evaluate"],
        "predict_seconds": time.perf_counter() - after,
        "train_examples_per_second": result.steps * settings.batch_size / result.seconds["train"],
        "peak_memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }
    cuda = torch.cuda.is_available()
    if cuda:
        seconds["peak_gpu_memory_mb"] = torch.cuda.max_memory_allocated() / 2**20
    measured = {name: float(f"{value:.4g}") for name, value in seconds.items()}
    cost = measured | {"device": torch.cuda.get_device_name() if cuda else "cpu"}
    write_text(output / "dev.tsv", "".join(prediction_lines(task, dev_answers, gold)))
    write_text(output / "test.tsv", "".join(prediction_lines(task, test_answers, None)))
    write_text(output / "curve.tsv", "".join(curve_lines(result)))
    write_json(output / "cost.json", cost)
    if keep_model:
        if numbers:
            model.rescale(center, spread)
        with atomic_path(output / "model") as folder:
            folder.mkdir()
            model.save(folder)
    write_json(output / "metrics.json", report)
    return report


def load(folder: Path, task: Task, settings: Settings) -> trainer.Model:
    """The model with a new head on its device: packed where it is of the family pretrained here."""
    length, dtype = settings.max_length, trainer.precision(settings.precision)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    model: trainer.Model | None = packed_model.load(folder, task, length, dtype, device)
    model = model or model_loader.PaddedModel(*model_loader.load(folder, task, length), dtype)
    return model.to(device)


def metrics_of(
    task: Task, answers: dict[str, Answers], gold: dict[str, list[Label]]
) -> dict[str, float]:
    return {
        name: round(task.kind.score(task, metric, gold[part], answers[part].labels), 6)
        for name, part, metric in task.metric_names(tuple(gold))
    }


def prediction_lines(
    task: Task, answers: dict[str, Answers], gold: dict[str, list[Label]] | None
) -> Iterator[str]:
    """The lines of dev.tsv (with the labels `gold`) or test.tsv."""
    labelled = ["label"] if gold is not None else []
    yield tab_separated(["part", "index", *labelled, "prediction", *task.kind.columns(task)])
    for part, found in answers.items():
        for index, (label, logits) in enumerate(zip(found.labels, found.logits, strict=True)):
            cells = [gold[part][index]] if gold is not None else []
            yield tab_separated([part, index, *cells, label, *logits])


def curve_lines(result: trainer.Result) -> Iterator[str]:
    yield tab_separated(["step", "epoch", "quantity", "value"])
    yield from map(tab_separated, result.curve)


def tab_separated(cells: Iterable[str | float]) -> str:
    """A line of words, whole numbers, and other numbers in at most six digits."""
    shown = (f"{cell:.6g}" if isinstance(cell, float) else str(cell) for cell in cells)
    return "\t".join(shown) + "\n"


def write_json(path: Path, value: dict) -> None:
    write_text(path, json.dumps(value, indent=1, ensure_ascii=False) + "\n")
