"""Show what pretraining gained: the medians of pretrained and untrained models, task by task.

    python -m scripts.glue.compare_pretraining --pretrained results/glue/*/seed*/metrics.json \\
        --random results/glue_random/*/seed*/metrics.json -o pretraining_gain.tsv

A gain's interval is for other dev examples, the same for both models, and other seeds of finetuning,
and of pretraining where there are several:
better or worse is where it leaves out 0, open where it does not. The last line counts the tasks other
than WNLI, by their scores (the mean of a task's metrics).
"""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from scripts.common import cli
from scripts.common.atomic import write_text
from scripts.common.digest import hash64
from scripts.glue.scores import finished_runs, intervals
from scripts.glue.scores.finished_runs import Run

HEADER = ["task", "metric", "pretrained", "random", "gain", "ci95_low", "ci95_high", "pretraining"]


def compare(pretrained: list[Run], random: list[Run], seed: int) -> Iterable[list[str]]:
    """The lines' cells: task, metric, both medians, the gain, its interval and what it says."""
    sides = [finished_runs.chosen(side) for side in (pretrained, random)]
    yield HEADER
    verdicts: Counter[str] = Counter()
    for row in sides[0]:
        groups = [side[row] for side in sides]
        examples = finished_runs.dev_examples([run for group in groups for run in group])
        draws = {}  # of each metric over dev examples [draws, runs], of all runs side by side
        for name, found in examples.items():
            metric, part = finished_runs.split_metric(name)
            draws[name] = found.draws(metric, hash64(seed, row, part))
        for metric in groups[0][0].report["metrics"]:
            yield [row, metric, *gain(groups, metric, draws.get(metric))]
        if row != "WNLI":
            every = np.mean(list(draws.values()), axis=0) if draws else None
            verdicts[gain(groups, None, every)[-1]] += 1
    said = ", ".join(f"{verdicts[word]} {word}" for word in ("better", "worse", "open"))
    yield ["tasks", f"{verdicts.total()} without WNLI", *[""] * 5, said]


def gain(groups: list[list[Run]], metric: str | None, draws: np.ndarray | None) -> list[str]:
    """Both medians of a metric, or of the score, their difference, its interval and a verdict."""
    values = [finished_runs.values(group, metric) for group in groups]
    medians = [float(np.median(side)) for side in values]
    found = medians[0] - medians[1]
    cells = [f"{100 * medians[0]:.1f}", f"{100 * medians[1]:.1f}", f"{100 * found:+.1f}"]
    if draws is None:
        return [*cells, "", "", "open"]
    drawn = np.split(draws, [len(groups[0])], axis=1)
    bounds = intervals.percentiles(found, np.subtract(*(np.median(side, axis=1) for side in drawn)))
    pretrainings = map(finished_runs.pretrainings, groups)
    reaches = map(intervals.run_reach, values, drawn, pretrainings)
    low, high = intervals.with_runs(found, bounds, *reaches)
    verdict = "better" if low > 0 else "worse" if high < 0 else "open"
    return [*cells, f"{100 * low:+.1f}", f"{100 * high:+.1f}", verdict]


@cli.step
def main(pretrained: list[Path], random: list[Path], output: Path, seed: int = 42) -> None:
    found = compare(finished_runs.read(pretrained), finished_runs.read(random), seed)
    text = "".join("\t".join(cells) + "\n" for cells in found)
    print(text.expandtabs(16), end="")
    write_text(output, text)
