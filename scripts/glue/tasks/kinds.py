"""The kinds of tasks, a file each with one shape (see task.Kind); a task's metrics tell its kind.

To add a kind, write its file and name it here; an interval of its metrics is one more class in
scores/intervals.py.
"""

from collections.abc import Iterable

from scripts.glue.tasks.classification import Classification
from scripts.glue.tasks.regression import Regression
from scripts.glue.tasks.task import Kind

KINDS: tuple[Kind, ...] = (Classification(), Regression())


def kind_of(metrics: Iterable[str]) -> Kind | None:
    """The kind of task that all these metrics are for; None where there is no such kind."""
    return next((kind for kind in KINDS if set(metrics) <= set(kind.metrics)), None)
