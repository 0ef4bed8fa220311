"""Speed from a dump to shards beside the peers', and memory at several sizes, in one run.

    python -m tests.benchmarks.corpus_speed ../shared/data/wikipedia/enwiki-206-pages.xml.bz2 \\
        [--sizes 50 200 2000] [--processes 2] [--rounds 3]

Makes a dump of each size (MB of XML) out of the given one, whose pages it repeats with ids, titles
and a first sentence of their own. On the first: MB of XML a second for extract_articles and for
wikiextractor's command line without templates, in rounds that take turns; sentences a second for
the rules and for a plain spaCy sentencizer, one process each, on the text extracted. On every size:
seconds and MB/s of all steps from the dump to shards, and the largest process of each.
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.benchmarks.corpus_sentences import ours, read_paragraphs, sentencizer
from tests.benchmarks.dumps import write_dumps

TEXT_MB = 3.0  # of the text extracted that the splitters are timed on
CHILD = """
import resource, subprocess, sys
done = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
if done.returncode:
    sys.exit(done.stderr.decode()[-2000:])
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


def timed(command: list[str]) -> tuple[float, float]:
    """Seconds, and MB of the largest process, of a command."""
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", CHILD, sys.executable, "-m", *command],
        check=True,
        capture_output=True,
        text=True,
    )
    unit = 1024 if sys.platform != "darwin" else 1024**2
    return time.perf_counter() - start, int(done.stdout) / unit


def extraction(dump: Path, folder: Path, processes: int) -> list[str]:
    output = folder / "articles.jsonl.zst"
    command = ["scripts.corpus.extract_articles", str(dump), "-o", str(output)]
    return [*command, "--statistics", str(folder / "a.json"), "--processes", str(processes)]


def wikiextractor(dump: Path, folder: Path, processes: int) -> list[str]:
    command = ["wikiextractor.WikiExtractor", "--json", "--no-templates", "-q", str(dump)]
    return [*command, "-o", str(folder / "theirs"), "--processes", str(processes)]


def compare_extraction(dump: Path, size: float, folder: Path, processes: int, rounds: int) -> None:
    seconds: dict[str, list[float]] = {"wikiextractor --no-templates": [], "extract_articles": []}
    for _ in range(rounds):
        for name, make in zip(seconds, (wikiextractor, extraction), strict=True):
            seconds[name].append(timed(make(dump, folder, processes))[0])
    medians = {name: statistics.median(values) for name, values in seconds.items()}
    print(f"Extraction of {size:.0f} MB of XML (bz2), {processes} processes, median of {rounds}")
    for name, took in medians.items():
        print(f"  {name:30} {size / took:6.2f} MB/s")
    theirs, mine = medians.values()
    print(f"  ratio {theirs / mine:.2f}")


def compare_sentences(articles: Path, rounds: int) -> None:
    texts = read_paragraphs(articles, TEXT_MB)
    size = sum(len(text.encode()) for text in texts) / 1e6
    splitters = {"spaCy sentencizer": sentencizer(), "rules": ours()}
    seconds: dict[str, list[float]] = {name: [] for name in splitters}
    counts = {}
    for _ in range(rounds):
        for name, run in splitters.items():
            start = time.process_time()
            counts[name] = sum(map(len, run(texts)))
            seconds[name].append(time.process_time() - start)
    medians = {name: statistics.median(values) for name, values in seconds.items()}
    print(f"Sentences of {size:.1f} MB of text, one process, median of {rounds}")
    for name, took in medians.items():
        print(f"  {name:30} {counts[name] / took:8,.0f} sentences/s  {size / took:6.2f} MB/s")
    theirs, mine = medians.values()
    print(f"  ratio {theirs / mine:.2f}")


def whole_way(dump: Path, size: float, folder: Path, processes: int) -> float:
    """Print what each step from the dump to shards took; return MB of the largest process."""
    articles, sentences = folder / "articles.jsonl.zst", folder / "a.txt.zst"
    split = ["scripts.corpus.split_sentences", str(articles), "-o", str(sentences)]
    split += ["--processes", str(processes)]
    assign = ["scripts.corpus.assign_documents", str(folder / "a.ids.zst"), "-o", str(folder)]
    assign += ["--statistics", str(folder / "stats.json"), "--shards", "4", "--seed", "42"]
    placed = folder / "placed" / "a.zst"
    place = [
        "scripts.corpus.place_documents",
        str(sentences),
        "--assigned",
        str(folder / "a.npy.zst"),
    ]
    place += ["-o", str(placed)]
    shard = ["scripts.corpus.shard_corpus", str(placed), "-o", str(folder / "shards")]
    shard += ["--shards", "4"]
    total = largest = 0.0
    print(f"Dump to shards, {size:.0f} MB of XML (bz2), {processes} processes")
    for command in (extraction(dump, folder, processes), split, assign, place, shard):
        took, memory = timed(command)
        total += took
        largest = max(largest, memory)
        name = command[0].rpartition(".")[2]
        print(f"  {name:30} {size / took:6.2f} MB/s  {took:7.1f} s  {memory:6.0f} MB at most")
    print(f"  {'all':30} {size / total:6.2f} MB/s  {total:7.1f} s", flush=True)
    return largest


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("dump", type=Path)
    parser.add_argument("--sizes", type=float, nargs="+", default=[50, 200], help="MB of XML")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    memories = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for number, wanted in enumerate(args.sizes):
            dump = folder / f"{number}.xml.bz2"
            size = write_dumps(args.dump, wanted, dump)
            if not number:
                compare_extraction(dump, size, folder, args.processes, args.rounds)
                compare_sentences(folder / "articles.jsonl.zst", args.rounds)
            memories[size] = whole_way(dump, size, folder, args.processes)
            dump.unlink()
    (small, least), (large, most) = min(memories.items()), max(memories.items())
    print(f"Largest process at {large / small:.0f} times the size: x{most / least:.2f}")


if __name__ == "__main__":
    main()
