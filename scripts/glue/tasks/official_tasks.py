"""The benchmark's tasks, and its diagnostic set."""

from dataclasses import replace
from typing import Any

from scripts.common.data import data_yaml
from scripts.glue.tasks.kinds import kind_of
from scripts.glue.tasks.task import Task

# The diagnostic set has no training data: the model finetuned on MNLI predicts it.
DIAGNOSTIC = "AX"


def task_of(name: str, entry: dict[str, Any]) -> Task:
    kind = kind_of(entry["metrics"])
    assert kind, name
    values: dict[str, Any] = {
        key: tuple(item) if isinstance(item, list) else item for key, item in entry.items()
    }
    return Task(name, kind, **values)


TABLE = data_yaml(__file__, "official_tasks.yaml")
OFFICIAL = {name: task_of(name, entry) for name, entry in TABLE.items()}


def diagnostic() -> Task:
    """The diagnostic set as a task of its own: unlabelled pairs with MNLI's labels."""
    return replace(OFFICIAL["MNLI"], name=DIAGNOSTIC, metrics=(), parts=("",))
