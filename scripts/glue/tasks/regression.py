"""Tasks of one number an example, such as a similarity."""

import math

import numpy as np

from scripts.common.errors import UserError
from scripts.glue.scores.formulas import correlations
from scripts.glue.tasks.task import Answers, Kind, Label, Task, rounded


class Regression(Kind):
    name = "regression"
    metrics = ("pearson", "spearman")
    problem = "regression"

    def check_own(self, name: str, labels: tuple[str, ...], metrics: tuple[str, ...]) -> None:
        if labels:
            raise UserError(f"glue.tasks: {name}: labels are for classes, {metrics[0]} for numbers")

    def parse_label(self, cell: str, task: Task, where: str) -> float:
        try:
            value = float(cell)
        except ValueError:
            value = math.nan
        if not math.isfinite(value):
            raise UserError(f"{where}: {task.label} {cell!r} is not a number")
        return value

    def targets(self, task: Task, labels: list[Label] | None, encoding) -> np.ndarray | None:
        """The values, float32 [n]."""
        return None if labels is None else np.array(labels, np.float32)

    def standardize(self, targets: np.ndarray) -> tuple[np.ndarray, float, float]:
        """Values of mean 0 and deviation 1, and what both were.

        A new head begins near 0: small models spend a short training on finding the values' range.
        """
        center, spread = float(targets.mean()), float(targets.std()) or 1.0
        return (targets - center) / spread, center, spread

    def answers(self, task: Task, logits: list[np.ndarray], targets: np.ndarray | None) -> Answers:
        """The one logit as the value; 0 where it is not a number."""
        values = np.nan_to_num(rounded(np.stack(logits))[:, 0])
        return Answers(values.tolist(), np.empty((len(values), 0)))

    def score(self, task: Task, metric: str, gold: list[Label], predicted: list[Label]) -> float:
        """A correlation; a constant or non-finite prediction has none: 0."""
        rows = np.array([gold, predicted], np.float64)
        if not np.isfinite(rows).all() or not np.ptp(rows, axis=1).all():
            return 0.0
        even = np.full((1, rows.shape[1]), 1 / rows.shape[1])
        return float(correlations(metric, rows, even)[0, 0])

    def baseline(self, task: Task, gold: list[Label]) -> list[Label]:
        """Any one number: its correlation is 0."""
        return [0.0] * len(gold)
