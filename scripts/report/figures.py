"""What the report's pictures share: a plain style, and SVG files whose bytes depend on the data alone."""

from pathlib import Path

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt
from matplotlib.figure import Figure

from scripts.common.atomic import atomic_path

matplotlib.rcParams.update(
    {
        "svg.hashsalt": "dump2glue",
        "svg.fonttype": "none",
        "font.family": "sans-serif",
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.grid": True,
        "grid.alpha": 0.3,
        "legend.frameon": False,
    }
)
COLOURS = ["#1f6f8b", "#d1603d", "#6a994e", "#8e5572", "#b08900"]


def save(figure: Figure, target: Path) -> None:
    """Write a figure as SVG without a date and free its memory."""
    with atomic_path(target) as path:
        figure.savefig(path, format="svg", metadata={"Date": None}, bbox_inches="tight")
    plt.close(figure)
