"""A task of sentences or sentence pairs, and what its kind decides."""

from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

Label = str | float


@dataclass(frozen=True)
class Answers:
    """A model's answers to the examples of one set, as the prediction files hold them.

    `logits` [n, k] stand beside the answers, under the names that the kind gives them.
    """

    labels: list[Label]
    logits: np.ndarray


def rounded(values: np.ndarray) -> np.ndarray:
    """Six digits of each value, which the prediction files hold and all metrics are computed from."""
    return np.vectorize(lambda value: float(f"{value:.6g}"))(values)


class Kind(ABC):
    """What a kind of task decides, from its files' labels to its scores.

    The methods that are not abstract suit tasks with one label an example; a kind with a label a
    token overrides them. Nothing here or in a kind's module may import torch or transformers before
    it is used: steps that only read files start without them.
    """

    name: str
    metrics: tuple[str, ...]
    problem: str | None  # the config's problem_type, by which the loss is taken
    lists_answers = False  # whether an answer is one of the task's labels

    @abstractmethod
    def check_own(self, name: str, labels: tuple[str, ...], metrics: tuple[str, ...]) -> None:
        """Raise UserError where labels and metrics of a user's own task do not go together."""

    @abstractmethod
    def parse_label(self, cell: str, task: "Task", where: str) -> Label:
        """The label that a cell holds; UserError, beginning with `where`, where it holds none."""

    def classes(self, task: "Task", labels: list[Label], file: Path) -> tuple[str, ...]:
        """The labels of a task without given ones, from those of its training set, a file's."""
        return ()

    @abstractmethod
    def targets(self, task: "Task", labels: list[Label] | None, encoding) -> np.ndarray | None:
        """What the model learns to give for each example [n]; None where there are no labels."""

    def standardize(self, targets: np.ndarray) -> tuple[np.ndarray, float, float]:
        """The targets as they are learnt, and (center, spread) by which logits lead back to them."""
        return targets, 0.0, 1.0

    def columns(self, task: "Task") -> list[str]:
        """Names of the logits that stand in the prediction files."""
        return []

    @abstractmethod
    def answers(
        self, task: "Task", logits: list[np.ndarray], targets: np.ndarray | None
    ) -> Answers:
        """The answers that each example's logits mean; a model that diverged has some too."""

    @abstractmethod
    def score(self, task: "Task", metric: str, gold: list[Label], predicted: list[Label]) -> float:
        """One metric of one evaluation set, as a fraction; 0, never NaN, where it is not defined."""

    @abstractmethod
    def baseline(self, task: "Task", gold: list[Label]) -> list[Label]:
        """The answers of the majority baseline: to a set with these labels always the same."""

    def majority(self, task: "Task", metric: str, gold: list[Label]) -> float:
        return self.score(task, metric, gold, self.baseline(task, gold))


@dataclass(frozen=True)
class Task:
    """One task of sentences or sentence pairs.

    `texts` and `label` are column names. `labels` are the classes, the positive one last; empty
    for regression, and for a task of the user's whose classes are those of its training set.
    `parts` are the evaluation sets beside one training set ("" where there is only one).
    `header` are the columns of training and dev files that do not name them in their first line.
    """

    name: str
    kind: Kind
    texts: tuple[str, ...]
    label: str
    labels: tuple[str, ...] = ()
    metrics: tuple[str, ...] = ()
    parts: tuple[str, ...] = ("",)
    drops_short_rows: bool = False
    header: tuple[str, ...] = ()

    def with_classes_of(self, labels: list[Label], file: Path) -> "Task":
        """The task with its classes; where none are given, those of the training set, a file's labels.

        Raises UserError, naming the file, where there are too few of them, or too many for a metric.
        """
        return self if self.labels else replace(self, labels=self.kind.classes(self, labels, file))

    def files(self, split: str) -> dict[str, str]:
        """The file name of each part of `split` (train, dev or test)."""
        if split == "train":
            return {"": "train.tsv"}
        return {part: f"{split}_{part}.tsv" if part else f"{split}.tsv" for part in self.parts}

    def part(self, stem: str) -> str:
        """The part that a file such as `dev_matched` holds."""
        return stem.partition("_")[2] if self.parts != ("",) else ""

    def metric_names(self, parts: tuple[str, ...]) -> list[tuple[str, str, str]]:
        """(row name, part, metric) of each figure reported for these parts, in table order."""
        found = [(part, metric) for part in parts for metric in self.metrics]
        return [(f"{metric}_{part}" if part else metric, part, metric) for part, metric in found]
