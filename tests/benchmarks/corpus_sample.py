"""The sample's speed, and that its memory does not grow with its size.

    python -m tests.benchmarks.corpus_sample [--articles 3000] [--times 8] [--processes 1]

Writes two worlds, one `--times` as large as the other, each in a process of its own, and prints XML a
second and the largest memory of any process; the last line is the ratio of the two memories.
"""

import argparse
import bz2
import subprocess
import sys
import tempfile
import time
from pathlib import Path

CHILD = """
import resource, sys
from pathlib import Path
from scripts.sample.make_sample import Settings, make_sample
make_sample(Settings(int(sys.argv[1])), [Path(sys.argv[2])], None, int(sys.argv[3]))
print(max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)))
"""


def measure(articles: int, processes: int) -> tuple[float, float, float]:
    """MB of XML, seconds, and peak MB of the largest process, for a world of this size."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "sample.xml.bz2"
        start = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-c", CHILD, str(articles), str(file), str(processes)],
            check=True,
            capture_output=True,
            text=True,
        )
        seconds = time.perf_counter() - start
        size = 0
        with bz2.open(file) as text:
            while block := text.read(1 << 20):
                size += len(block)
        unit = 1024 if sys.platform != "darwin" else 1024**2
        return size / 1e6, seconds, int(done.stdout) / unit


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=3000)
    parser.add_argument("--times", type=int, default=8)
    parser.add_argument("--processes", type=int, default=1)
    args = parser.parse_args()
    memories = []
    for articles in (args.articles, args.articles * args.times):
        megabytes, seconds, memory = measure(articles, args.processes)
        memories.append(memory)
        print(
            f"{articles:>8,} articles  {megabytes:7.1f} MB of XML  {megabytes / seconds:5.2f} MB/s  "
            f"{memory:6.1f} MB at most in a process"
        )
    print(f"memory at {args.times} times the size: x{memories[1] / memories[0]:.2f}")


if __name__ == "__main__":
    main()
