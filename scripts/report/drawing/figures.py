"""What the report's pictures share: a plain style, and SVG files whose bytes depend on the data alone.

The plots import this when they draw, since matplotlib and pandas take seconds.
"""

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import matplotlib
import pandas as pd

matplotlib.use("svg")
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from scripts.common.atomic import atomic_path
from scripts.common.data import data_yaml
from scripts.common.errors import blaming

matplotlib.rcParams.update(data_yaml(__file__, "style.yaml"))
COLOURS = ["#1f6f8b", "#d1603d", "#6a994e", "#8e5572", "#b08900"]


def draw_table(
    path: Path, draw: Callable[[pd.DataFrame], Figure], target: Path, **options: Any
) -> None:
    """Draw a table of tab-separated values. Raises UserError where it is not as a run makes it."""
    verdict = "not as a run makes it ({reason}); if it was edited, delete it and run again"
    with blaming(path, verdict, (ValueError, KeyError, TypeError, IndexError)):
        figure = draw(pd.read_csv(path, sep="\t", **options))
    save(figure, target)


def panels(count: int, most: int, width: float, height: float) -> tuple[Figure, np.ndarray]:
    """A figure of `count` panels, at most `most` a line, of so many inches each; and their axes."""
    columns = min(most, max(1, count))
    lines = max(1, math.ceil(count / columns))
    size = (width * columns, height * lines)
    figure, axes = plt.subplots(lines, columns, figsize=size, squeeze=False, layout="constrained")
    for axis in axes.flat[count:]:
        axis.set_visible(False)
    return figure, axes.flat[:count]


def save(figure: Figure, target: Path) -> None:
    """Write a figure as SVG without a date and free its memory."""
    with atomic_path(target) as path:
        figure.savefig(path, format="svg", metadata={"Date": None}, bbox_inches="tight")
    plt.close(figure)
