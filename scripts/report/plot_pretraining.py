"""Draw the loss of each pretraining phase, training and validation.

python -m scripts.report.plot_pretraining results/pretrain/seq128/metrics.jsonl … -o pretraining.svg
"""

import os
from pathlib import Path

from scripts.common import cli
from scripts.common.text import read_rows
from scripts.report.drawing.figures import COLOURS, Figure, panels, save

PANELS = {
    "Masked-LM loss": "mlm_loss",
    "Next-sentence loss": "next_sentence_loss",
    "Learning rate": "learning_rate",
}


def draw(phases: dict[str, list[dict]]) -> Figure:
    """One panel a quantity, the phases one after another along the steps.

    `phases`: each phase's rows of metrics in order, by name, which a pretraining of several precedes.
    """
    known = {key for rows in phases.values() for row in rows for key in row}
    shown = {title: key for title, key in PANELS.items() if key in known}
    figure, axes = panels(len(shown), len(shown), 4.2, 3.2)
    for axis, (title, key) in zip(axes, shown.items(), strict=True):
        start, before = 0, ""
        for (name, rows), colour in zip(phases.items(), COLOURS * len(phases), strict=False):
            if os.path.dirname(name) != before:  # another pretraining
                start, before = 0, os.path.dirname(name)
            for prefix, line in (("", "-"), ("validation_", "--o")):
                points = [
                    (start + row["step"], row[f"{prefix}{key}"])
                    for row in rows
                    if row.get(f"{prefix}{key}") is not None
                ]
                if points:
                    style = {"color": colour, "markersize": 3, "linewidth": 1.2}
                    label = f"{name}, validation" if prefix else name
                    axis.plot(*zip(*points, strict=True), line, label=label, **style)
            start += max((row["step"] for row in rows), default=0)
        axis.set(title=title, xlabel="step")
    axes[0].legend()
    return figure


@cli.step
def main(metrics: list[Path], /, output: Path) -> None:
    base = os.path.commonpath([path.parent.parent for path in metrics])
    names = [path.parent.relative_to(base).as_posix() for path in metrics]
    save(draw(dict(zip(names, map(read_rows, metrics), strict=True))), output)
