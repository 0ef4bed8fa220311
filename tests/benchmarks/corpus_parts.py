"""A dump as one file and the same as many: memory, time, and that the shards have the same bytes.

    python -m tests.benchmarks.corpus_parts ../shared/data/wikipedia/enwiki-206-pages.xml.bz2 \\
        [--mb 300] [--parts 16] [--cores 2] [--range-mb 256] [--folder FOLDER]

Makes a dump of so many MB of XML twice, as one file and as parts with the same pages in the same order,
by repeating the pages of the given one. Runs the workflow up to the shards on each, and prints for each
the time, the memory of all its processes, and of each rule what Snakemake measured of its largest job.
At the end, whether the shards' digests agree. A dump is removed once it was read, and so is all that a
run makes but its shards. --range-mb is that of the config, by which the one file is cut into jobs.

Disk, a GB of XML: 0.6 GB for both dumps, and 0.4 GB more for the files of a run.
"""

import argparse
import hashlib
import json
import shutil
import tempfile
import time
from pathlib import Path

from tests.benchmarks.dumps import write_dumps
from tests.benchmarks.watched import Watched, run


def config(dump: list[Path], range_mb: float) -> dict:
    """The settings of a run whose corpus is a dump."""
    paths = [str(path) for path in dump]
    corpus = {"source": "dump", "paths": paths, "shards": 16, "range_mb": range_mb}
    return {"keep_intermediates": False, "corpus": corpus}


def digests(watched: Watched) -> dict[str, str]:
    """The digests of the shards and of what is said of them."""
    found = {}
    for path in sorted((watched.results / "corpus/shards").rglob("*.*")):
        with open(path, "rb") as file:
            found[path.name if path.suffix == ".json" else f"{path.parent.name}/{path.name}"] = (
                hashlib.file_digest(file, "sha256").hexdigest()
            )
    return found


def tell(name: str, watched: Watched, megabytes: float) -> None:
    """Print what a run took."""
    print(
        f"{name}: {watched.seconds:.0f} s, {megabytes / watched.seconds:.1f} MB of XML/s; all processes "
        f"{watched.memory:.0f} MB at most, results {watched.most / 1e6:.0f} MB at most"
    )
    corpus = json.loads((watched.results / "corpus/shards/stats.json").read_text())
    print("  {documents:,} documents, {duplicates:,} duplicates, {bytes:,} bytes".format(**corpus))
    largest, seconds = watched.by_rule("max_rss"), watched.by_rule("cpu_time")
    for rule, memories in largest.items():
        print(
            f"  {rule:20} {len(seconds[rule]):4} jobs {sum(seconds[rule]):9.1f} CPU s "
            f"{max(memories, default=0):7.0f} MB of a job's processes at most"
        )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("dump", type=Path)
    parser.add_argument("--mb", type=float, default=300, help="of XML")
    parser.add_argument("--parts", type=int, default=16)
    parser.add_argument("--cores", type=int, default=2)
    parser.add_argument("--range-mb", type=float, default=256)
    parser.add_argument("--folder", type=Path, help="where there is room; default: TMPDIR")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=args.folder) as name:
        folder = Path(name)
        one = folder / "wiki.xml.bz2"
        parts = [folder / f"wiki{number:04d}.xml.bz2" for number in range(args.parts)]
        start = time.perf_counter()
        size = write_dumps(args.dump, args.mb, one, parts, args.cores)
        print(f"{size:.0f} MB of XML, written twice in {time.perf_counter() - start:.0f} s: "
              f"{one.stat().st_size / 1e6:.0f} MB in one file, {len(parts)} parts", flush=True)  # fmt: skip
        found = []
        for title, dump in (("one file", [one]), ("parts", parts)):
            settings = config(dump, args.range_mb)
            watched = run(
                folder / title.split()[0], settings, "--until", "shard_corpus", cores=args.cores
            )
            tell(title, watched, size)
            found.append(digests(watched))
            shutil.rmtree(watched.folder)
            for path in dump:
                path.unlink()
    print(f"{len(found[0])} files of shards, ", end="")
    print("the same bytes" if found[0] == found[1] else "NOT the same bytes", flush=True)
    if found[0] != found[1]:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
