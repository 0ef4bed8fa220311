"""Make the table of what went into pretraining, from pages to tokens.

    python -m scripts.report.describe_corpus --extraction results/corpus/articles/*.json \\
        --shards results/corpus/shards/stats.json --examples results/examples/*/*/*.json -o corpus.tsv
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from scripts.common import cli
from scripts.common.atomic import write_text
from scripts.common.json_text import read_json

OF_EXAMPLES = ("documents", "sentences", "examples", "tokens", "padding")


def totals(paths: Iterable[Path], names: Iterable[str] | None = None) -> dict[str, int]:
    """The sums of several statistics files, by name: of all whole numbers, or of those in `names`."""
    counts: Counter[str] = Counter()
    for path in paths:
        for name, value in read_json(path).items():
            if isinstance(value, int) and (names is None or name in names):
                counts[name] += value
    return dict(counts)


def rows(
    extraction: Iterable[Path], shards: Path, examples: list[Path]
) -> Iterable[tuple[str, str, int]]:
    """Rows of stage, quantity and count; examples are summed by phase and split."""
    for name, value in totals(extraction).items():
        yield "extract_articles", name, value
    for name, value in totals([shards]).items():
        yield "shard_corpus", name, value
    groups: dict[str, list[Path]] = {}
    for path in examples:
        groups.setdefault(f"{path.parent.parent.name}, {path.parent.name}", []).append(path)
    for group, paths in groups.items():
        for name, value in totals(paths, OF_EXAMPLES).items():
            yield f"build_examples ({group})", name, value


@cli.step
def main(shards: Path, examples: list[Path], output: Path, extraction: Sequence[Path] = ()) -> None:
    table = [("stage", "quantity", "count"), *rows(extraction, shards, examples)]
    write_text(output, "".join("\t".join(map(str, row)) + "\n" for row in table))
