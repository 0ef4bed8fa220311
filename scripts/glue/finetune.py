"""Finetune a pretrained model on one task with one seed.

    python -m scripts.glue.finetune CoLA --model results/pretrain/seq512 \\
        --train train.tsv --dev dev.tsv --test test.tsv --seed 1 -o results/glue/CoLA/seed1

Writes metrics.json, dev.tsv and test.tsv (predictions with logits), curve.tsv (loss, learning rate
and dev metrics by step) and cost.json (seconds and memory, the one file that differs from run to
run). A file dev_<part>.tsv or test_<part>.tsv is one part of several; AX's is test.tsv of AX.
"""

import fcntl
import itertools
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

from scripts.common import cli
from scripts.common.errors import UserError
from scripts.common.json_text import read_json
from scripts.common.threads import check_threads
from scripts.glue.finetuning.hyperparameters import Settings
from scripts.glue.tasks.own_tasks import parse_task

BESIDE = 4  # threads that read a model


def best_model(paths: list[Path]) -> Path:
    """The one model folder that `paths` are or lie in; of runs' folders the best by its score."""
    named = [path for path in paths if path.is_dir() or path.name == "config.json"]
    folders = list(dict.fromkeys(path if path.is_dir() else path.parent for path in named))
    if not folders:
        raise UserError(f"{paths[0]}: no model folder, and no config.json of one")
    if len(folders) == 1:
        return folders[0]
    return max(folders, key=lambda folder: read_json(folder.parent / "metrics.json")["score"])


def free_gpu(names: list[str]) -> str:
    """The GPU that the fewest other finetunings of this user hold on this host, the first of equals.

    Each holds a place on one, by a lock on a file that stays open until the process ends.
    """
    for place in itertools.count():
        for name in names:
            lock = f"dump2glue-{os.getuid()}-gpu-{name.replace('/', '-')}-{place}"
            file = os.open(Path(tempfile.gettempdir()) / lock, os.O_CREAT | os.O_RDWR, 0o600)
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return name
            except BlockingIOError:
                os.close(file)
    raise AssertionError  # it never ends without one


def settle(cpu_threads: int) -> None:
    """Take so many threads, and of several GPUs one, with repeatable kernels."""
    import torch

    from scripts.pretrain.kernels import cpu
    from scripts.pretrain.kernels.cuda import sum_in_order
    from scripts.pretrain.kernels.self_check import check_products

    cpu.keep_memory()
    check_threads(cpu_threads + BESIDE)
    check_products(cpu_threads)
    gpus = torch.cuda.device_count()
    if gpus > 1:
        seen = os.environ.get("CUDA_VISIBLE_DEVICES") or ",".join(map(str, range(gpus)))
        os.environ["CUDA_VISIBLE_DEVICES"] = free_gpu(seen.split(","))
    if torch.cuda.is_available():
        sum_in_order()


def finetune(
    task: str,
    /,
    model: list[Path],
    train: Path,
    dev: list[Path],
    output: Path,
    seed: int,
    settings: Settings,
    test: Sequence[Path] = (),
    init_from: str | None = None,
    keep_model: bool = False,
    cpu_threads: int = 1,
) -> None:
    """Write a run's files to the folder `output`, and the model where it is kept."""
    known, folder = parse_task(task), best_model(model)
    from scripts.glue.finetuning import one_run  # torch, once the arguments are known to be right

    settle(cpu_threads)
    files = (train, dev, list(test))
    one_run.finetune(known, folder, *files, settings, seed, output, init_from, keep_model)


main = cli.step(
    finetune,
    task="an official name, or a task of your own as JSON",
    model="folder of a pretrained model, or its files; of finetuned ones, the best on dev",
    init_from="the task that the model was finetuned on",
    cpu_threads="sums depend on it",
    output="folder",
)
