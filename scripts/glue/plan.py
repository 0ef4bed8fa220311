"""Which finetunings a config asks for: tasks, settings of a grid, seeds, and their folders."""

import itertools
from collections.abc import Callable
from typing import Any

from scripts.common.errors import UserError
from scripts.glue.tasks import DIAGNOSTIC, OFFICIAL, Task, own_task, parse

# What AutoModel and AutoTokenizer read; of the weights, the first that is there.
WEIGHTS = ("model.safetensors", "pytorch_model.bin")
TOKENIZER_FILES = (
    "tokenizer.json",
    "vocab.txt",
    "vocab.json",
    "spiece.model",
    "sentencepiece.bpe.model",
)
MODEL_FILES = (
    "config.json",
    *WEIGHTS,
    *TOKENIZER_FILES,
    "merges.txt",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "added_tokens.json",
)

GRID = ("learning_rate", "batch_size", "epochs")


def all_tasks(entries: list[str | dict[str, Any]]) -> dict[str, Task]:
    """The config's tasks by name, in order; UserError names what is unknown or there twice."""
    found: dict[str, Task] = {}
    for entry in entries:
        if isinstance(entry, str) and entry not in OFFICIAL:
            why = "it is predicted with MNLI" if entry == DIAGNOSTIC else "no such task"
            raise UserError(f"glue.tasks: {entry}: {why}; known here: {', '.join(OFFICIAL)}")
        task = parse(entry) if isinstance(entry, str) else own_task(entry)
        if task.name in found or (
            not isinstance(entry, str) and task.name in [*OFFICIAL, DIAGNOSTIC]
        ):
            raise UserError(f"glue.tasks: {task.name}: there is another task of this name")
        found[task.name] = task
    return found


def settings(glue: dict[str, Any], task: str) -> dict[str, dict[str, Any]]:
    """The settings that `task` is finetuned with, by name; the name is "" unless there are several.

    `glue.finetune` holds for all tasks, `glue.per_task` wins over it. Lists are tried in all
    combinations, and only they are named: `learning_rate-2e-05_epochs-3`.
    """
    merged = glue["finetune"] | glue["per_task"].get(task, {})
    choices = {key: merged[key] for key in GRID if isinstance(merged[key], list)}
    varied = [key for key, values in choices.items() if len(values) > 1]
    found = {}
    for values in itertools.product(*choices.values()):
        chosen = dict(zip(choices, values, strict=True))
        name = "_".join(f"{key}-{chosen[key]:g}" for key in varied)
        found[name] = merged | chosen
    return found


def check_names(glue: dict[str, Any], tasks: dict[str, Task]) -> None:
    """Raise UserError for a name in `per_task` or `from_mnli` that is no task at hand."""
    for name in glue["per_task"]:
        if name not in tasks and name not in OFFICIAL:
            raise UserError(f"glue.per_task: {name}: no such task; known here: {', '.join(tasks)}")
    for name in glue["from_mnli"]:
        if name not in tasks or name == "MNLI":
            raise UserError(f"glue.from_mnli: {name}: not one of glue.tasks other than MNLI")
    if glue["from_mnli"] and "MNLI" not in tasks:
        raise UserError("glue.from_mnli: MNLI itself must be one of glue.tasks")


def present(task: Task, folder: str, exists: Callable[[str], bool]) -> dict[str, list[str]]:
    """The files of `task` in `folder` by split; UserError names a missing one that is needed.

    Needed are the training set and the first dev part; other dev parts and tests may be absent.
    """
    found = {}
    for split in ("train", "dev", "test"):
        paths = [f"{folder}/{task.name}/{name}" for name in task.files(split).values()]
        if split != "test" and not exists(paths[0]):
            raise UserError(
                f"glue.path: {paths[0]}: no such file; put {task.name} there in its official "
                f"form, or take {task.name} out of glue.tasks"
            )
        found[split] = [path for path in paths if exists(path)]
    return found


def complete(task: Task, folder: str) -> dict[str, list[str]]:
    """All official files of `task` in `folder`, by split."""
    return {
        split: [f"{folder}/{task.name}/{name}" for name in task.files(split).values()]
        for split in ("train", "dev", "test")
    }


def model_files(folder: str, exists: Callable[[str], bool]) -> list[str]:
    """The files of the user's own model folder, config.json first; UserError where one is missing."""
    folder = folder.rstrip("/")
    if not exists(folder):
        raise UserError(
            f"glue.model: {folder}: no such folder; it must be local (a model of the hub has to be "
            "downloaded first)"
        )
    found = [f"{folder}/{name}" for name in MODEL_FILES if exists(f"{folder}/{name}")]
    for names, what in (
        (MODEL_FILES[:1], "config"),
        (WEIGHTS, "weights"),
        (TOKENIZER_FILES, "tokenizer"),
    ):
        if not any(f"{folder}/{name}" in found for name in names):
            raise UserError(f"glue.model: {folder}: no {what} there ({' or '.join(names)})")
    weights = [f"{folder}/{name}" for name in WEIGHTS]
    unused = [path for path in found if path in weights][1:]
    return [path for path in found if path not in unused]
