"""What a run from a dump to the examples leaves on the disk, and what `keep_intermediates: false` removes.

    python -m tests.benchmarks.corpus_disk [--articles FILE.jsonl.zst] [--mb 90] [--parts 8] [--shards 8] [--keep]

Makes a dump of so many MB of real articles, each once, in parts, and runs the workflow with
near-duplicates and the evaluation's texts left out, up to the examples of 128 and of 512. While it runs, looks
at the files that there are. Prints of each kind its bytes of a byte of text, whether they are left at the
end, and what they come to at 20 GB of text; and the most that there was at once. --keep sets
`keep_intermediates: true`.
"""

import argparse
import bz2
import json
import os
import tempfile
from collections import Counter
from pathlib import Path
from xml.sax.saxutils import escape

from scripts.common.text import read_lines
from tests.benchmarks import enwiki
from tests.benchmarks.watched import ROOT, run

SHARED = Path(os.environ.get("D2G_SHARED", ROOT.parent / "shared" / "data"))
APART = ("sample", "glue", "evaluation", "vocab")  # does not grow with the corpus
HEAD = (
    '<mediawiki xml:lang="en">\n  <siteinfo>\n    <base>https://en.wikipedia.org/wiki/Main_Page</base>\n'
    '    <namespaces>\n      <namespace key="0" />\n    </namespaces>\n  </siteinfo>\n'
)
PAGE = (
    "  <page>\n    <title>{title}</title>\n    <ns>0</ns>\n    <id>{number}</id>\n    <revision>\n"
    "      <id>{number}</id>\n      <timestamp>2025-11-01T00:00:00Z</timestamp>\n"
    "      <model>wikitext</model>\n      <text>{text}</text>\n    </revision>\n  </page>\n"
)
PHASE = {"batch_size": 16, "learning_rate": 1.0e-3, "steps": 1}
CONFIG = {
    "vocab": {"size": 30_522},
    "pretrain": {
        "phases": [{"name": f"seq{length}", "seq_length": length, **PHASE} for length in (128, 512)]
    },
    "glue": {"tasks": ["CoLA"]},
}


def write_dump(articles: Path, megabytes: float, files: list[Path]) -> None:
    """Dumps whose pages have the articles' paragraphs."""
    groups: list[list[str]] = [[] for _ in files]
    size = 0.0
    for number, line in enumerate(read_lines(articles), 1):
        if size >= megabytes * 1e6:
            break
        article = json.loads(line)
        text = article["text"].replace("\n", "\n\n")
        page = PAGE.format(title=escape(article["title"]), number=number, text=escape(text))
        groups[number % len(files)].append(page)
        size += len(text.encode())
    for file, group in zip(files, groups, strict=True):
        data = HEAD + "".join(group) + "</mediawiki>\n"
        file.write_bytes(bz2.compress(data.encode()))


def kind(name: str) -> str:
    """What a file of the results is, by its path."""
    parts = Path(name).parts
    if parts[0] in ("corpus", "examples"):
        return "/".join(parts[:2])
    return parts[0]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    default = SHARED / "articles/enwiki-2014-articles.jsonl.zst"
    parser.add_argument("--articles", type=Path, default=default)
    parser.add_argument("--mb", type=float, default=90, help="of text, at most")
    parser.add_argument("--parts", type=int, default=8)
    parser.add_argument("--shards", type=int, default=8)
    parser.add_argument("--cores", type=int, default=2)
    parser.add_argument("--keep", action="store_true", help="keep all")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files = [folder / f"part{number}.xml.bz2" for number in range(args.parts)]
        write_dump(args.articles, args.mb, files)
        corpus = {
            "source": "dump", "paths": [str(file) for file in files], "shards": args.shards,
            "deduplicate": "near", "decontaminate": True, "sample": {"articles": 300},
        }  # fmt: skip
        config = {**CONFIG, "corpus": corpus, "keep_intermediates": args.keep}
        seen = run(
            folder / "run", config, "--until", "build_examples", cores=args.cores, apart=APART
        )
        stats = json.loads((seen.results / "corpus/shards/stats.json").read_text())
        left, text = seen.left, stats["bytes"]
    print(
        f"{text / 1e6:.0f} MB of text in shards, {stats['documents']:,} documents; {seen.seconds:.0f} s, "
        f"all processes {seen.memory:.0f} MB at most"
    )
    print(
        "| files | bytes of a byte of text | at 20 GB of text, GB | at the end |\n| --- | --- | --- | --- |"
    )
    sizes: Counter[str] = Counter()
    stays: Counter[str] = Counter()
    for path, size in seen.seen.items():
        sizes[kind(path)] += size
        stays[kind(path)] += left.get(path, 0)
    large = [name for name, size in sizes.most_common() if size > text / 1000]
    for name in large:
        share = stays[name] / sizes[name]
        what = "left" if share > 0.99 else "removed" if share < 0.01 else f"{share:.0%} left"
        print(f"| {name} | {sizes[name] / text:.3f} | {carried(sizes[name], text):.1f} | {what} |")
    print(f"| all | {sizes.total() / text:.3f} | {carried(sizes.total(), text):.1f} | |")
    print(f"| left | {stays.total() / text:.3f} | {carried(stays.total(), text):.1f} | |")
    print(f"| at once, at most | {seen.most / text:.3f} | {carried(seen.most, text):.1f} | |")


def carried(size: float, text: float) -> float:
    """Bytes at so much text as GB at the English Wikipedia's."""
    return size / text * enwiki.TEXT / 1e3


if __name__ == "__main__":
    main()
