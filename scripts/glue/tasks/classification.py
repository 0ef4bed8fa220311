"""Tasks of one class an example."""

import re
from pathlib import Path

import numpy as np

from scripts.common.errors import UserError
from scripts.glue.scores.formulas import from_confusion
from scripts.glue.tasks.task import Answers, Kind, Label, Task, rounded

NUMBER = re.compile(r"-?[0-9]{1,18}")  # a label that is ordered as one


class Classification(Kind):
    name = "classification"
    metrics = ("accuracy", "f1", "f1_macro", "mcc")
    problem = "single_label_classification"
    lists_answers = True

    def check_own(self, name: str, labels: tuple[str, ...], metrics: tuple[str, ...]) -> None:
        if len(labels) == 1:
            raise UserError(f"glue.tasks: {name}: `labels` must name two classes or more")
        if len(labels) > 2 and "f1" in metrics:
            raise UserError(f"glue.tasks: {name}: f1 is for two classes; take f1_macro for more")

    def parse_label(self, cell: str, task: Task, where: str) -> str:
        if not cell or (task.labels and cell not in task.labels):
            known = ", ".join(task.labels) or "labels that are not empty"
            raise UserError(f"{where}: unknown label {cell!r}; {task.name} has {known}")
        return cell

    def classes(self, task: Task, labels: list[Label], file: Path) -> tuple[str, ...]:
        """The labels in order: of their numbers where all are whole numbers."""
        found = set(map(str, labels))
        if len(found) < 2:
            raise UserError(f"{file}: the training set has one class only: {', '.join(found)}")
        if "f1" in task.metrics and len(found) != 2:
            raise UserError(f"{file}: f1 is for two classes; take f1_macro for {len(found)}")
        numeric = all(map(NUMBER.fullmatch, found))
        return tuple(sorted(sorted(found), key=int) if numeric else sorted(found))

    def targets(self, task: Task, labels: list[Label] | None, encoding) -> np.ndarray | None:
        """Class numbers, int64 [n]."""
        return None if labels is None else numbers(task, labels)

    def columns(self, task: Task) -> list[str]:
        return [f"logit_{label}" for label in task.labels]

    def answers(self, task: Task, logits: list[np.ndarray], targets: np.ndarray | None) -> Answers:
        """The class of the highest logit [labels], as the file's digits tell it."""
        values = rounded(np.stack(logits))
        highest = np.nan_to_num(values).argmax(axis=1)
        return Answers([task.labels[number] for number in highest], values)

    def score(self, task: Task, metric: str, gold: list[Label], predicted: list[Label]) -> float:
        """A metric of classes; f1 counts the last class as the positive one."""
        if metric not in self.metrics:
            raise ValueError(f"no such metric: {metric}")
        table = np.zeros((1, len(task.labels), len(task.labels)))
        np.add.at(table[0], (numbers(task, gold), numbers(task, predicted)), 1)
        return float(from_confusion(metric, table)[0])

    def baseline(self, task: Task, gold: list[Label]) -> list[Label]:
        """The set's most frequent class, the first of equals."""
        return [task.labels[np.bincount(numbers(task, gold)).argmax()]] * len(gold)


def numbers(task: Task, labels: list[Label]) -> np.ndarray:
    """Labels as class numbers, int64 [n]."""
    found = {label: number for number, label in enumerate(task.labels)}
    return np.array([found[str(label)] for label in labels], np.int64)
