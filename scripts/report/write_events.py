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
def main() -> None:
    parser = cli.Parser(__doc__)
    parser.add_argument("metrics", type=Path, help="metrics.jsonl of the training")
    parser.add_argument("timing", type=Path, help="timing.jsonl: when each row was made")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="EVENTS")
    args = parser.parse_args()
    data = b"".join(records(read_rows(args.metrics), read_rows(args.timing)))
    with atomic_path(args.output) as path:
        path.write_bytes(data)
