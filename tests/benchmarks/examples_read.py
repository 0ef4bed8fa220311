"""Reading examples for training: random ones a second, masked and packed, alone and beside a step.

    python -m tests.benchmarks.examples_read results/examples/seq128/train/*.h5

One process, one thread of NumPy. "read": the reader's batches; "packed": the work of a training step as
pretraining takes it (drawn in its order, masked, cut into micro-batches, as tensors); "beside": the same
while another thread multiplies matrices on one core, as a training step on a CPU would. CPU seconds of
the reading thread, since other programs may share the machine. A BERT-large at length 512 on one H200
eats some 200,000 tokens a second. "cold": what 2,048 random examples read from the disk, in MB, of files that
the system holds nothing of.
"""

import argparse
import os
import time
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

import numpy as np

from scripts.examples.h5.example_files import Examples

NEED = 200_000  # tokens a second


def rate(name: str, examples: Examples, work, seconds: float) -> None:
    """Call `work` for so long; print what it read."""
    work()
    start, count, tokens = time.thread_time(), 0, 0
    while time.thread_time() - start < seconds:
        more, size = work()
        count, tokens = count + more, tokens + size
    spent = time.thread_time() - start
    print(
        f"{name:28} {count / spent:10,.0f} examples/s {tokens / spent / 1e6:7.2f} M tokens/s "
        f"({tokens / spent / NEED:.0f} times the need)"
    )


def reading(examples: Examples, size: int):
    """Random batches of so many examples."""
    random = np.random.default_rng(0)

    def work() -> tuple[int, int]:
        batch = examples.batch(random.integers(0, len(examples), size), 0)
        return size, len(batch.ids)

    return work


def packing(examples: Examples, size: int):
    """Steps of so many examples, as pretraining takes them."""
    from scripts.pretrain.loop.micro_batches import Stream

    stream = Stream(examples, 1, 16384, lambda step: step * size)
    number = iter(range(1 << 40))

    def work() -> tuple[int, int]:
        done = stream.work(next(number))
        return done.examples, done.tokens

    return work


@contextmanager
def training():
    """Matrix multiplications in a thread beside, outside Python's lock most of the time."""
    import torch

    torch.set_num_threads(1)
    stop, a = Event(), torch.randn(768, 3072)

    def multiply() -> None:
        while not stop.is_set():
            a @ a.T

    thread = Thread(target=multiply, daemon=True)
    thread.start()
    yield
    stop.set()
    thread.join()


def cold(files: list[Path]) -> None:
    """Print how much 2,048 random examples read from the disk."""

    def read() -> int:
        lines = Path("/proc/self/io").read_text().splitlines()
        return int(dict(line.split(": ") for line in lines)["read_bytes"])

    for file in files:
        handle = os.open(file, os.O_RDONLY)
        os.fsync(handle)
        os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
        os.close(handle)
    examples = Examples(files, seed=1)
    before = read()
    examples.batch(np.random.default_rng(0).integers(0, len(examples), 2048))
    size = sum(file.stat().st_size for file in files)
    print(f"cold: {(read() - before) / 1e6:.0f} MB of {size / 1e6:,.0f}")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("files", type=Path, nargs="+")
    parser.add_argument("--seconds", type=float, default=3, help="each (%(default)s)")
    args = parser.parse_args()
    cold(args.files)
    start = time.perf_counter()
    examples = Examples(args.files, seed=1)
    opened = time.perf_counter() - start
    examples.verify()
    verified = time.perf_counter() - start - opened
    print(
        f"{len(examples)} examples of up to {examples.seq_length}, {examples.lengths.mean():.0f} on "
        f"average, {len(args.files)} files: opened in {opened:.2f} s, verified in {verified:.2f} s"
    )
    for size in (64, 256):
        rate(f"read, batches of {size}", examples, reading(examples, size), args.seconds)
    rate("packed, steps of 256", examples, packing(examples, 256), args.seconds)
    with training():
        rate("packed, beside training", examples, packing(examples, 256), args.seconds)


if __name__ == "__main__":
    main()
