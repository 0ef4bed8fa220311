"""Join what was found of evaluation texts in the parts of a corpus into a table.

    python -m scripts.corpus.report_contamination results/corpus/contamination/*.json -o table.tsv

One row an evaluation file: its texts of six words or more, how many of them the corpus holds, their
share, and the corpus's sentences that hold one. The last row is the corpus as a whole.
"""

import json
from pathlib import Path

from scripts.common import cli
from scripts.common.atomic import write_text
from scripts.common.errors import blaming

HEADER = ["task", "split", "texts", "found", "share", "sentences"]


def report_contamination(parts: list[Path], /, output: Path) -> list[list[str]]:
    reports = [read_report(part) for part in parts]
    rows = []
    for name, first in reports[0]["sets"].items():
        sets = [report["sets"][name] for report in reports]
        found = len(set().union(*(one["found"] for one in sets)))
        sentences = sum(one["sentences"] for one in sets)
        texts = first["texts"]
        rows.append([*name.split("/"), texts, found, f"{found / max(1, texts):.4f}", sentences])
    total = sum(report["sentences"] for report in reports)
    holding = sum(report["holding"] for report in reports)
    rows.append(["corpus", "", total, holding, f"{holding / max(1, total):.6f}", holding])
    cells = [list(map(str, row)) for row in rows]
    write_text(output, "".join("\t".join(row) + "\n" for row in [HEADER, *cells]))
    cli.log.info("%d of %d sentences hold a text of the evaluation", holding, total)
    return cells


def read_report(path: Path) -> dict:
    with blaming(path, "not a report of find_contamination; delete it and run again"):
        report = json.loads(path.read_text(encoding="utf-8"))
        report["sets"], report["sentences"], report["holding"]
    return report


main = cli.step(report_contamination, parts="reports of find_contamination")
