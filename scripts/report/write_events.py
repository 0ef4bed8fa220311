"""Write the metrics of a training as events for TensorBoard.

    python -m scripts.report.write_events results/pretrain/seq128/metrics.jsonl \\
        results/pretrain/seq128/timing.jsonl -o results/pretrain/seq128/events.out.tfevents.0.pretrain
"""

from pathlib import Path

from scripts.common import cli
from scripts.common.atomic import atomic_path
from scripts.common.text import read_rows
from scripts.pretrain.telling.events import records


@cli.step
def main(metrics: Path, timing: Path, /, output: Path) -> None:
    data = b"".join(records(read_rows(metrics), read_rows(timing)))
    with atomic_path(output) as path:
        path.write_bytes(data)
