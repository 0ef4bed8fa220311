"""What a grid's best setting scores on dev examples that did not choose it.

The best figure of several on a dev set owes a part of itself to that set's luck. Here one half of the
dev examples chooses the setting and the other half measures it, both ways round, over random halves.
"""

import numpy as np

from scripts.common.digest import hash64
from scripts.glue.scores.finished_runs import split_metric
from scripts.glue.scores.intervals import Examples

SPLITS = 200


def nested_medians(examples: dict[str, Examples], runs: list[int], seed: int) -> dict[str, float]:
    """The median of each metric over the runs of the setting that the other half chooses.

    `examples` by metric, with the answers of all settings' runs side by side, so many `runs` of each.
    """
    if not examples:
        return {}
    edges = np.cumsum(runs)[:-1]
    medians = {}  # [2 halves, settings, SPLITS] of each metric
    for name, found in examples.items():
        metric, part = split_metric(name)
        rng = np.random.default_rng(hash64(seed, part))
        half = rng.multivariate_hypergeometric(found.counts, found.counts.sum() // 2, SPLITS)
        medians[name] = np.array(
            [
                [np.median(side, axis=1) for side in np.split(found.values(metric, rows), edges, 1)]
                for rows in (half, found.counts - half)
            ]
        )
    best = np.mean(list(medians.values()), axis=0).argmax(axis=1)[:, None]
    return {
        name: float(np.take_along_axis(values[::-1], best, axis=1).mean())
        for name, values in medians.items()
    }
