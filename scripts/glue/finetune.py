"""Finetune a pretrained model on one task with one seed.

    python -m scripts.glue.finetune CoLA --model results/pretrain/seq512 \\
        --train train.tsv --dev dev.tsv --test test.tsv --seed 1 -o results/glue/CoLA/seed1

Writes metrics.json, dev.tsv and test.tsv (predictions with logits), curve.tsv (loss, learning rate
and dev metrics by step) and cost.json (seconds and memory, the one file that differs from run to
run). A file dev_<part>.tsv or test_<part>.tsv is one part of several; AX's is test.tsv of AX.
"""

# ruff: noqa: E402
import gc
from argparse import BooleanOptionalAction

# The libraries below make a million objects and no garbage: looking for some takes over a second.
gc.disable()

import dataclasses
import json
import os
import resource
import time
from pathlib import Path

import numpy as np
import torch
from transformers import set_seed

from scripts.common import cli
from scripts.common.atomic import atomic_path, write_text
from scripts.common.errors import UserError
from scripts.glue.files import tables
from scripts.glue.finetuning import model_loader, padded_batches, trainer
from scripts.glue.finetuning.trainer import Settings
from scripts.glue.scores import scores
from scripts.glue.tasks.tasks import DIAGNOSTIC, Task, diagnostic, parse

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
    task = tables.with_labels(task, rows)
    dev_rows = {task.part(file.stem): tables.read(file, task, "dev") for file in dev}
    test_rows = {}
    for file in test:
        ax = task.name == "MNLI" and file.parent.name == DIAGNOSTIC
        part = DIAGNOSTIC if ax else task.part(file.stem)
        test_rows[part] = tables.read(file, diagnostic() if ax else task, "test")
    set_seed(seed)
    model, tokenizer = model_loader.load(model_folder, task, settings.max_length)

    def encode(part: tables.Rows) -> padded_batches.Examples:
        return padded_batches.encode(part, task, tokenizer, settings.max_length)

    examples = encode(rows)
    dev_examples = {part: encode(value) for part, value in dev_rows.items()}
    center, spread = examples.standardize() if task.regression else (0.0, 1.0)

    def predict(model, examples: padded_batches.Examples) -> np.ndarray:
        logits = trainer.predict(model, examples, PREDICTING, settings.precision)
        return rounded(logits * spread + center)

    def evaluate(model) -> dict[str, float]:
        return metrics_of(
            task,
            {part: predict(model, value) for part, value in dev_examples.items()},
            {part: value.labels for part, value in dev_examples.items()},
        )

    loaded = time.perf_counter()
    result = trainer.train(model, examples, settings, seed, evaluate)
    after = time.perf_counter()
    dev_logits = {part: predict(model, value) for part, value in dev_examples.items()}
    test_logits = {part: predict(model, encode(value)) for part, value in test_rows.items()}
    gold = {part: value.labels for part, value in dev_examples.items()}
    found = metrics_of(task, dev_logits, gold)
    report = {
        "task": task.name,
        "init_from": init_from,
        "seed": seed,
        "score": round(scores.task_score(found), 6),
        "metrics": found,
        "majority": {
            name: round(scores.majority(task, metric, gold[part]), 6)
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
    cost = {
        "load_seconds": loaded - start,
        "train_seconds": result.seconds["train"],
        "evaluate_seconds": result.seconds["evaluate"],
        "predict_seconds": time.perf_counter() - after,
        "train_examples_per_second": result.steps * settings.batch_size / result.seconds["train"],
        **memory(),
    }
    write_text(output / "dev.tsv", "".join(prediction_lines(task, dev_logits, dev_rows)))
    write_text(output / "test.tsv", "".join(prediction_lines(task, test_logits, None)))
    write_text(output / "curve.tsv", "".join(curve_lines(result)))
    write_json(output / "cost.json", {key: plain(value) for key, value in cost.items()})
    if keep_model:
        with atomic_path(output / "model") as folder:
            folder.mkdir()
            model_loader.save(model, tokenizer, folder)
    write_json(output / "metrics.json", report)
    return report


def rounded(values: np.ndarray) -> np.ndarray:
    """Six digits of each value, which the prediction files hold and all metrics are computed from."""
    return np.vectorize(lambda value: float(f"{value:.6g}"))(values)


def metrics_of(
    task: Task, logits: dict[str, np.ndarray], gold: dict[str, np.ndarray]
) -> dict[str, float]:
    """The dev metrics by name, as fractions rounded to six digits."""
    return {
        name: round(scores.score(task, metric, gold[part], answers(task, logits[part])), 6)
        for name, part, metric in task.metric_names(tuple(gold))
    }


def answers(task: Task, logits: np.ndarray) -> np.ndarray:
    """Class numbers or values [n] from logits [n, labels]; a model that diverged answers 0."""
    if task.regression:
        return np.nan_to_num(logits[:, 0])
    return np.nan_to_num(logits).argmax(axis=1)


def prediction_lines(task: Task, logits: dict[str, np.ndarray], rows: dict | None):
    """The lines of dev.tsv (with labels) or test.tsv."""
    names = ["value"] if task.regression else [f"logit_{label}" for label in task.labels]
    names = ["prediction", *([] if task.regression else names)]
    yield "\t".join(["part", "index", *(["label"] if rows is not None else []), *names]) + "\n"
    for part, matrix in logits.items():
        for index, (answer, values) in enumerate(zip(answers(task, matrix), matrix, strict=True)):
            cells = [part, str(index)]
            if rows is not None:
                cells.append(say(rows[part].labels[index]))
            if task.regression:
                cells.append(say(float(answer)))
            else:
                cells += [task.labels[answer], *(say(float(value)) for value in values)]
            yield "\t".join(cells) + "\n"


def curve_lines(result: trainer.Result):
    """The lines of curve.tsv."""
    yield "step\tepoch\tquantity\tvalue\n"
    for step, epoch, quantity, value in result.curve:
        yield f"{step}\t{epoch:.6g}\t{quantity}\t{value:.6g}\n"


def say(value: str | float) -> str:
    """A cell: a word, or a number in at most six digits."""
    return value if isinstance(value, str) else f"{value:.6g}"


def memory() -> dict[str, float | str]:
    """Peak memory in MB of this process, and of its GPU."""
    peak: dict[str, float | str] = {
        "device": "cpu",
        "peak_memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }
    if torch.cuda.is_available():
        peak["device"] = torch.cuda.get_device_name()
        peak["peak_gpu_memory_mb"] = torch.cuda.max_memory_allocated() / 2**20
    return peak


def plain(value: float | str) -> float | str:
    """A measured number, to a tenth of a percent."""
    return value if isinstance(value, str) else float(f"{value:.4g}")


def write_json(path: Path, value: dict) -> None:
    """Write JSON for people and programs."""
    write_text(path, json.dumps(value, indent=1, ensure_ascii=False) + "\n")


def best_model(paths: list[Path]) -> Path:
    """The one model folder that `paths` are or lie in; of runs' folders the best by its score."""
    folders = list(
        dict.fromkeys(
            path if path.is_dir() else path.parent
            for path in paths
            if path.is_dir() or path.name == "config.json"
        )
    )
    if not folders:
        raise UserError(f"{paths[0]}: no model folder, and no config.json of one")
    if len(folders) == 1:
        return folders[0]
    return max(folders, key=lambda folder: read_json(folder.parent / "metrics.json")["score"])


def read_json(path: Path) -> dict:
    """A JSON file's content."""
    return json.loads(path.read_text(encoding="utf-8"))


def settle_on_gpu() -> None:
    """Take one of several GPUs, which Trainer would all use at once, and repeatable kernels."""
    gpus = torch.cuda.device_count()
    if gpus > 1:
        seen = os.environ.get("CUDA_VISIBLE_DEVICES") or ",".join(map(str, range(gpus)))
        os.environ["CUDA_VISIBLE_DEVICES"] = seen.split(",")[os.getpid() % gpus]
    if torch.cuda.is_available():
        os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
        torch.backends.cudnn.benchmark = False
        torch.use_deterministic_algorithms(True, warn_only=True)


def main() -> None:
    parser = cli.Parser(__doc__)
    parser.add_argument("task", help="an official name, or a task of your own as JSON")
    parser.add_argument(
        "--model",
        required=True,
        type=Path,
        nargs="+",
        help="folder of a pretrained model, or its files; of finetuned ones, the best on dev",
    )
    parser.add_argument(
        "--init-from", metavar="TASK", help="that the model was finetuned on before"
    )
    parser.add_argument("--train", required=True, type=Path)
    parser.add_argument("--dev", required=True, type=Path, nargs="+")
    parser.add_argument("--test", type=Path, nargs="*", default=[])
    parser.add_argument("--seed", required=True, type=int)
    for setting in dataclasses.fields(Settings):
        name = "--" + setting.name.replace("_", "-")
        parser.add_argument(name, type=type(setting.default), default=setting.default)
    parser.add_argument("--cpu-threads", type=int, default=1, help="sums depend on it")
    parser.add_argument("--keep-model", action=BooleanOptionalAction, default=False)
    parser.add_argument("-o", "--output", required=True, type=Path, help="folder")
    args = parser.parse_args()
    gc.freeze()
    gc.enable()
    torch.set_num_threads(args.cpu_threads)
    settle_on_gpu()
    settings = Settings(
        **{item.name: getattr(args, item.name) for item in dataclasses.fields(Settings)}
    )
    finetune(
        parse(args.task),
        best_model(args.model),
        args.train,
        args.dev,
        args.test,
        settings,
        args.seed,
        args.output,
        args.init_from,
        args.keep_model,
    )


if __name__ == "__main__":
    cli.run(main)
