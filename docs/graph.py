"""Draw docs/graph.svg, the sample's graph of rules, a colour a stage.

    python docs/graph.py

Needs graphviz (`apt install graphviz`). The rules that fetch one GLUE task each are drawn as one.
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
COLOURS = {
    "sample": "#8c6d31",
    "corpus": "#1f6f8b",
    "examples": "#2e7d32",
    "pretrain": "#b5482a",
    "glue": "#6a4c93",
    "report": "#7a7a7a",
}


def edges() -> set[tuple[str, str]]:
    """Pairs of rules of which the second reads what the first writes, as Snakemake has them."""
    with tempfile.TemporaryDirectory() as folder:
        words = ["--snakefile", str(ROOT / "Snakefile"), "--directory", folder, "--quiet", "all"]
        graph = subprocess.run(
            [sys.executable, "-m", "snakemake", *words, "--forceall", "--rulegraph"],
            stdout=subprocess.PIPE, text=True, check=True,
        ).stdout  # fmt: skip
    names = dict(re.findall(r'(\d+)\[label = "(\w+)', graph))
    pairs = re.findall(r"(\d+) -> (\d+)", graph)
    return {(folded(names[first]), folded(names[second])) for first, second in pairs}


def folded(rule: str) -> str:
    return re.sub(r"^fetch_glue_.*", "fetch_glue", rule)


def colour(rule: str) -> str:
    """The colour of the stage that has the rule's step."""
    stages = [stage for stage in COLOURS if (ROOT / f"scripts/{stage}/{rule}.py").exists()]
    return COLOURS[stages[0]] if stages else "#000000"


def dot(pairs: set[tuple[str, str]]) -> str:
    """The graph in graphviz' language."""
    nodes = sorted({name for pair in pairs for name in pair})
    return "\n".join(
        [
            "digraph rules {",
            'graph [bgcolor="white", margin=0, ranksep=0.35, nodesep=0.2]',
            "node [shape=box, style=rounded, fontname=sans, fontsize=10, penwidth=1.2, height=0.4]",
            "edge [penwidth=1.2, color=grey, arrowsize=0.7]",
            *(f'{name} [color="{colour(name)}"]' for name in nodes),
            'fetch_glue [label="fetch_glue (each task)"]',
            *(f"{first} -> {second}" for first, second in sorted(pairs)),
            "}",
        ]
    )


if __name__ == "__main__":
    target = ROOT / "docs/graph.svg"
    subprocess.run(["dot", "-Tsvg", "-o", str(target)], input=dot(edges()), text=True, check=True)
