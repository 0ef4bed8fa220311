"""What the report's pictures share: a plain style, and SVG files whose bytes depend on the data alone.

matplotlib and pandas, which take seconds to import, are when something is drawn.
"""

import math
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scripts.common.atomic import atomic_path
from scripts.common.data import data_yaml
from scripts.common.errors import blaming

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from pandas import DataFrame
else:
    Figure = DataFrame = Any

COLOURS = ["#1f6f8b", "#d1603d", "#6a994e", "#8e5572", "#b08900"]


@cache
def pyplot() -> Any:
    """matplotlib's pyplot, set to draw SVG in the report's style."""
    import matplotlib
    from matplotlib import pyplot

    matplotlib.use("svg")
    matplotlib.rcParams.update(data_yaml(__file__, "style.yaml"))
    return pyplot


def draw_table(
    path: Path, draw: Callable[[DataFrame], Figure], target: Path, **options: Any
) -> None:
    """Draw a table of tab-separated values. Raises UserError where it is not as a run makes it."""
    import pandas as pd

    verdict = "not as a run makes it ({reason}); if it was edited, delete it and run again"
    with blaming(path, verdict, (ValueError, KeyError, TypeError, IndexError)):
        figure = draw(pd.read_csv(path, sep="\t", **options))
    save(figure, target)


def panels(count: int, most: int, width: float, height: float) -> tuple[Figure, Any]:
    """A figure of `count` panels, at most `most` a line, of so many inches each; and their axes."""
    wide = min(most, max(1, count))
    high = max(1, math.ceil(count / wide))
    size = (width * wide, height * high)
    figure, axes = pyplot().subplots(high, wide, figsize=size, squeeze=False, layout="constrained")
    for axis in axes.flat[count:]:
        axis.set_visible(False)
    return figure, axes.flat[:count]


def save(figure: Figure, target: Path) -> None:
    """Write a figure as SVG without a date and free its memory."""
    with atomic_path(target) as path:
        figure.savefig(path, format="svg", metadata={"Date": None}, bbox_inches="tight")
    pyplot().close(figure)
