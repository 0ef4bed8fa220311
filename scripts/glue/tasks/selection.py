"""What a config asks for: tasks and their files, settings of a grid, seeds, and folders of runs."""

import itertools
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scripts.common.errors import UserError
from scripts.glue.files.official_files import sources_of
from scripts.glue.finetuning.hyperparameters import GRID
from scripts.glue.tasks.official_tasks import DIAGNOSTIC, OFFICIAL
from scripts.glue.tasks.own_tasks import own_task
from scripts.glue.tasks.task import Task

FROM_MNLI = "-from-MNLI"  # marks the folders of runs that start from MNLI's model
SPLITS = ("train", "dev", "test")


@dataclass(frozen=True)
class Fetch:
    """How a task's files come into the results: the step, its first argument, what it reads and
    which files it writes by split."""

    step: str
    argument: str
    inputs: list[str]
    names: dict[str, list[str]]


def all_tasks(entries: list[str | dict[str, Any]]) -> dict[str, Task]:
    """The config's tasks by name, in order; UserError names what is unknown or there twice."""
    found: dict[str, Task] = {}
    for entry in entries:
        own = isinstance(entry, dict)
        if not own and entry not in OFFICIAL:
            why = "it is predicted with MNLI" if entry == DIAGNOSTIC else "no such task"
            raise UserError(f"glue.tasks: {entry}: {why}; known here: {', '.join(OFFICIAL)}")
        task = own_task(entry) if isinstance(entry, dict) else OFFICIAL[entry]
        if own and (task.name in (*OFFICIAL, DIAGNOSTIC) or task.name.endswith(FROM_MNLI)):
            raise UserError(f"glue.tasks: {task.name}: this name is taken; give the task another")
        if task.name in found:
            raise UserError(f"glue.tasks: {task.name}: there twice")
        found[task.name] = task
    return found


def arguments(entries: list[str | dict[str, Any]]) -> dict[str, str]:
    """What a command line calls each task: its name, or for the user's own its entry as JSON."""
    return {
        entry if isinstance(entry, str) else entry["name"]: entry
        if isinstance(entry, str)
        else json.dumps({key: entry[key] for key in sorted(entry) if key not in SPLITS})
        for entry in entries
    }


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


def fetches(
    glue: dict[str, Any],
    tasks: dict[str, Task],
    sample: str,
    downloads: str,
    exists: Callable[[str], bool],
) -> dict[str, Fetch]:
    """How the files of each task come here; with MNLI also the diagnostic set, where there is one.

    `sample` is the folder of the generated tasks, `downloads` that of the downloaded archives.
    """
    names = arguments(glue["tasks"])
    own = {entry["name"]: entry for entry in glue["tasks"] if isinstance(entry, dict)}
    folder, there = glue["path"], exists
    if glue["source"] == "sample":
        folder, there = sample, lambda path: True
    found = {}
    for name, task in tasks.items():
        if name in own:
            found[name] = own_files(own[name], names[name], exists)
        elif glue["source"] == "download":
            names_of = {split: list(task.files(split).values()) for split in SPLITS}
            archives = [f"{downloads}/{source}" for source in sources_of(name)]
            found[name] = Fetch("fetch_glue", name, archives, names_of)
        else:
            found[name] = in_folder(task, folder, there)
    if "MNLI" in tasks:
        file = f"{folder}/{DIAGNOSTIC}/{DIAGNOSTIC}.tsv"
        if glue["source"] == "download":
            file = f"{downloads}/{DIAGNOSTIC}.tsv"
        if glue["source"] == "download" or there(file):
            found[DIAGNOSTIC] = Fetch("fetch_glue", DIAGNOSTIC, [file], {"test": ["test.tsv"]})
    return found


def in_folder(task: Task, folder: str, exists: Callable[[str], bool]) -> Fetch:
    """The files of `task` in a folder of the official layout; UserError names one that is needed.

    Needed are the training set and the first dev part; other dev parts and tests may be absent.
    """
    base = f"{folder.rstrip('/')}/{task.name}"
    names = {}
    for split in SPLITS:
        files = list(task.files(split).values())
        if split != "test" and not exists(f"{base}/{files[0]}"):
            raise UserError(
                f"glue.path: {base}/{files[0]}: no such file; put {task.name} there in its "
                f"official form, or take {task.name} out of glue.tasks"
            )
        names[split] = [name for name in files if exists(f"{base}/{name}")]
    inputs = [f"{base}/{name}" for files in names.values() for name in files]
    return Fetch("fetch_glue", task.name, inputs, names)


def own_files(entry: dict[str, Any], argument: str, exists: Callable[[str], bool]) -> Fetch:
    splits = [split for split in SPLITS if split in entry]
    for split in splits:
        if not exists(entry[split]):
            raise UserError(f"glue.tasks: {entry['name']}: {split}: {entry[split]}: no such file")
    names = {split: [f"{split}.tsv"] for split in splits}
    return Fetch("import_task", argument, [entry[split] for split in splits], names)


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


def run_folders(
    glue: dict[str, Any], task: str, base: str, pretrainings: Iterable[str] = ("",)
) -> list[str]:
    return [
        str(Path(base, task, pretraining, name, f"seed{seed}"))
        for pretraining in pretrainings
        for name in settings(glue, base_task(task))
        for seed in glue["seeds"]
    ]


def base_task(name: str) -> str:
    """The task that a folder's name means, whatever its runs start from."""
    return name.removesuffix(FROM_MNLI)


def missing_tests(fetched: dict[str, Fetch]) -> list[str]:
    wanted = {task.name: list(task.files("test").values()) for task in OFFICIAL.values()}
    wanted[DIAGNOSTIC] = ["test.tsv"]
    return [
        f"{task}/{name}"
        for task, names in wanted.items()
        for name in names
        if task not in fetched or name not in fetched[task].names["test"]
    ]
