"""Building examples from real text: speed, memory, size, and what the examples are like, against a peer.

    python -m tests.benchmarks.examples_build [--articles FILE.jsonl.zst] [--mb 20] [--memory]

Whole processes, one after the other in the same run: `tokenize_shard` and `build_examples` here, a
plain rewriting of NVIDIA's builder there (examples_peer.py; its own is not at hand). Seconds are CPU
seconds of all threads, since other programs may share the machine; wall seconds stand beside them.
Text is unique, BERT's vocabulary. At the end, the bytes that each step writes, of a byte of its file.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from scripts.common.text import read_lines
from scripts.examples.h5.example_files import Examples
from scripts.examples.import_vocab import import_vocab
from scripts.examples.tokenizer.form import Form

ROOT = Path(__file__).resolve().parents[2]
SHARED = Path(os.environ.get("D2G_SHARED", ROOT.parent / "shared" / "data"))
MASKS = {128: 20, 512: 80}


@dataclass
class Run:
    """CPU and wall seconds, peak memory in MB, bytes written, standard error."""

    cpu: float
    wall: float
    peak: float
    written: int = 0
    log: str = ""

    def __add__(self, other: "Run") -> "Run":
        return Run(self.cpu + other.cpu, self.wall + other.wall, max(self.peak, other.peak))


def written() -> int:
    """Bytes that this process has written, and those that it started and that have ended."""
    lines = Path("/proc/self/io").read_text().splitlines()
    return int(dict(line.split(": ") for line in lines)["wchar"])


def run(*commands: list) -> Run:
    """Run commands at once, to their end."""
    start, before = time.perf_counter(), written()
    environment = os.environ | {"OMP_NUM_THREADS": "1", "TOKENIZERS_PARALLELISM": "false"}
    with tempfile.TemporaryFile("w+") as log:
        processes = [
            subprocess.Popen(
                [sys.executable, "-m", *map(str, command)], cwd=ROOT, env=environment, stderr=log
            )
            for command in commands
        ]
        usages = [os.wait4(process.pid, 0) for process in processes]
        wall = time.perf_counter() - start
        log.seek(0)
        text = log.read()
    if any(status for _, status, _ in usages):
        raise SystemExit(text)
    cpu = sum(usage.ru_utime + usage.ru_stime for _, _, usage in usages)
    peak = max(usage.ru_maxrss for _, _, usage in usages) / 1024
    return Run(cpu, wall, peak, written() - before, text)


def write_text(articles: Path, target: Path, megabytes: float) -> float:
    """Sentences of articles, one a line, empty lines between; the megabytes written."""
    size = 0
    with open(target, "w", encoding="utf-8") as file:
        for line in read_lines(articles):
            for paragraph in json.loads(line)["text"].split("\n"):
                for sentence in re.split(r"(?<=[.!?])\s+(?=[A-Z\"(])", paragraph.strip()):
                    size += file.write(sentence + "\n" if sentence else "")
            size += file.write("\n")
            if size >= megabytes * 1e6:
                break
    return target.stat().st_size / 1e6


def ours(
    folder: Path, text: Path, length: int, duplicates: int, name: str = "a"
) -> tuple[Run, Run]:
    """Both steps' runs."""
    tokens, target = folder / f"{name}.tokens.h5", folder / f"{name}.h5"
    first = run(
        ["scripts.examples.tokenize_shard", text, "--tokenizer", folder / "vocab", "-o", tokens]
    )
    second = run(build(tokens, target, length, duplicates))
    return first, second


def build(
    tokens: Path, target: Path, length: int, duplicates: int, masking: str = "dynamic"
) -> list:
    return [
        "scripts.examples.build_examples", tokens, "-o", target, "--seq-length", length,
        "--next-sentence", "--duplicates", duplicates, "--masking", masking,
    ]  # fmt: skip


def bytes_written(folder: Path, text: Path) -> None:
    """What each step writes, of a byte of the file that it leaves."""
    tokens, target = folder / "a.tokens.h5", folder / "a.h5"
    first, _ = ours(folder, text, 128, 1)
    print(
        f"written, of a byte of the file: tokens {first.written / tokens.stat().st_size:.3f}",
        end="",
    )
    for masking in ("dynamic", "static"):
        for length in (128, 512):
            made = run(build(tokens, target, length, 1, masking))
            share = made.written / target.stat().st_size
            print(f"; {length}, {masking} {share:.3f}", end="")
    print(flush=True)


def peer(folder: Path, text: Path, length: int, duplicates: int) -> Run:
    return run(
        [
            "tests.benchmarks.examples_peer", text, "-o", folder / "peer.hdf5", "--vocab",
            folder / "vocab/vocab.txt", "--seq-length", length, "--max-predictions", MASKS[length],
            "--duplicates", duplicates,
        ]
    )  # fmt: skip


def portrait(path: Path) -> dict[str, float]:
    """What the examples of a file are like, whichever its schema."""
    examples = Examples([path], tokenizer=path.parent / "vocab")
    batch = examples.batch(np.arange(len(examples)))
    lengths = examples.lengths
    first = batch.offsets[:-1]
    second = np.add.reduceat(batch.segments, first).astype(int)
    return {
        "examples": len(examples),
        "tokens": int(lengths.sum()),
        "mean length": lengths.mean(),
        "full": (lengths == examples.seq_length).mean(),
        "shorter than a quarter": (lengths < examples.seq_length / 4).mean(),
        "random B": (batch.next_sentence == 1).mean(),
        "tokens in B": second.sum() / lengths.sum(),
        "masked": len(batch.masked) / len(batch.ids),
        "bytes an example": path.stat().st_size / len(examples),
    }


def portray(path: Path) -> dict[str, float]:
    """`portrait` in a process of its own: a child's peak memory counts its parent's before it."""
    command = [sys.executable, "-m", "tests.benchmarks.examples_build", "--portrait", str(path)]
    return json.loads(subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout)


def compare(folder: Path, text: Path, all_duplicates: list[int]) -> None:
    """Speed and size, length by length."""
    print(
        "CPU s (wall s)   | tokenize | build | both | peer | ratio | M tokens/s | peak MB | bytes"
    )
    for length in (128, 512):
        for duplicates in all_duplicates:
            first, second = ours(folder, text, length, duplicates)
            both, other = first + second, peer(folder, text, length, duplicates)
            mine, theirs = portray(folder / "a.h5"), portray(folder / "peer.hdf5")
            print(
                f"{length}, {duplicates:2} duplicates | {first.cpu:.2f} ({first.wall:.2f}) | "
                f"{second.cpu:.2f} ({second.wall:.2f}) | {both.cpu:.2f} ({both.wall:.2f}) | "
                f"{other.cpu:.2f} ({other.wall:.2f}) | "
                f"{(other.cpu / theirs['tokens']) / (both.cpu / mine['tokens']):.1f} | "
                f"{mine['tokens'] / both.cpu / 1e6:.2f}, {theirs['tokens'] / other.cpu / 1e6:.2f} | "
                f"{both.peak:.0f}, {other.peak:.0f} | "
                f"{mine['bytes an example']:.0f}, {theirs['bytes an example']:.0f}",
                flush=True,
            )
        print("  ours, peer: " + "; ".join(f"{k} {mine[k]:.4g}, {theirs[k]:.4g}" for k in mine))


def two_at_once(folder: Path, text: Path) -> None:
    """Two shards in two processes, against one after the other."""
    run_of = lambda name: [  # noqa: E731
        "scripts.examples.tokenize_shard", text, "--tokenizer", folder / "vocab", "-o",
        folder / f"{name}.tokens.h5",
    ]  # fmt: skip
    one, two = run(run_of("a")), run(run_of("a"), run_of("b"))
    print(f"tokenize: one {one.wall:.2f} s, two at once {two.wall:.2f} s")
    steps = [build(folder / f"{name}.tokens.h5", folder / f"{name}.h5", 128, 10) for name in "ab"]
    one, two = run(steps[0]), run(*steps)
    print(f"build: one {one.wall:.2f} s, two at once {two.wall:.2f} s", flush=True)


def memory(folder: Path, articles: Path, megabytes: float) -> None:
    """The peak for a shard and for one of ten times its size."""
    for factor in (1, 10):
        size = write_text(articles, folder / "large.txt", megabytes * factor)
        first, second = ours(folder, folder / "large.txt", 128, 1, "large")
        print(
            f"{size:.1f} MB: tokenize {first.cpu:.1f} s ({size / first.cpu:.1f} MB/s), peak "
            f"{first.peak:.0f} MB; build {second.cpu:.1f} s, peak {second.peak:.0f} MB",
            flush=True,
        )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    default = SHARED / "articles/enwiki-2014-articles.jsonl.zst"
    parser.add_argument(
        "--articles", type=Path, default=default, help="JSON lines with a text each"
    )
    parser.add_argument("--vocab", type=Path, default=SHARED / "vocab/bert-base-uncased-vocab.txt")
    parser.add_argument("--mb", type=float, default=20, help="of text (%(default)s)")
    parser.add_argument(
        "--memory", action="store_true", help="only the peak of 1 and 10 times --mb"
    )
    parser.add_argument("--written", action="store_true", help="only the bytes that are written")
    parser.add_argument("--duplicates", type=int, nargs="+", default=[1, 10])
    parser.add_argument("--portrait", type=Path, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.portrait:
        print(json.dumps({key: float(value) for key, value in portrait(args.portrait).items()}))
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        import_vocab(args.vocab, folder / "vocab", Form(lowercase=True))
        if args.memory:
            memory(folder, args.articles, args.mb)
            return
        megabytes = write_text(args.articles, folder / "text.txt", args.mb)
        print(f"{megabytes:.2f} MB of unique text", flush=True)
        if args.written:
            bytes_written(folder, folder / "text.txt")
            return
        compare(folder, folder / "text.txt", args.duplicates)
        two_at_once(folder, folder / "text.txt")
        bytes_written(folder, folder / "text.txt")


if __name__ == "__main__":
    main()
