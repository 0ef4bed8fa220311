"""Matrix products of a training step in fp32 on a CPU, by oneDNN and by torch.mm.

    python -m tests.benchmarks.products [--threads 2]

A row is a product of BERT's, a column a direction: forward, the weights' gradient and the inputs' one.
GFLOP/s of oneDNN / torch.mm, the best of the rounds; scripts/pretrain/kernels/cpu.py takes oneDNN on
processors with AVX-512. Where only such a one is at hand, one without it is imitated by

    ONEDNN_MAX_CPU_ISA=AVX2 MKL_ENABLE_INSTRUCTIONS=AVX2 ATEN_CPU_CAPABILITY=avx2
"""

import argparse
import math
import os
import time
from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor

from scripts.pretrain.kernels import cpu

SHAPES = {  # rows, in, out
    "q, k, v": (8192, 256, 768),
    "attention's output": (8192, 256, 256),
    "feed-forward, up": (8192, 256, 1024),
    "feed-forward, down": (8192, 1024, 256),
    "decoder, vocabulary 30,528": (1200, 256, 30528),
    "decoder, vocabulary 4,096": (1200, 256, 4096),
    "attention, 512": (512, 64, 512),
    "attention, 256": (256, 64, 256),
    "BERT-base, q, k, v": (8192, 768, 2304),
    "BERT-base, down": (8192, 3072, 768),
}
ROUNDS, SECONDS = 5, 0.2


def speed(product: Callable[[], Tensor], operations: float) -> float:
    """GFLOP/s of a product: the best of the rounds."""
    product()
    best = math.inf
    for _ in range(ROUNDS):
        start, count = time.perf_counter(), 0
        while time.perf_counter() - start < SECONDS:
            product()
            count += 1
        best = min(best, (time.perf_counter() - start) / count)
    return operations / best / 1e9


def cell(one: Callable[[], Tensor], other: Callable[[], Tensor], work: float) -> str:
    """Both libraries' speeds."""
    return f"{speed(one, work):6.0f} / {speed(other, work):4.0f}"


def onednn(x: Tensor, weight: Tensor) -> Tensor:
    """x @ weight.T by oneDNN."""
    return torch.ops.mkldnn._linear_pointwise(cpu.plain(x), cpu.plain(weight), None, "none", [], "")


def row(rows: int, inner: int, outer: int) -> list[str]:
    """The three directions of a product."""
    x, weight, grad = torch.randn(rows, inner), torch.randn(outer, inner), torch.randn(rows, outer)
    first, second = (grad, x) if outer <= inner else (x, grad)
    work = 2.0 * rows * inner * outer
    return [
        cell(lambda: onednn(x, weight), lambda: x @ weight.t(), work),
        cell(lambda: onednn(first.t(), second.t()), lambda: grad.t() @ x, work),
        cell(lambda: onednn(grad, weight.t()), lambda: grad @ weight, work),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    name = next(
        (line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
         if line.startswith("model name")), "unknown",
    )  # fmt: skip
    print(
        f"{name}, {torch.backends.cpu.get_cpu_capability()}, {args.threads} threads, torch {torch.__version__}"
    )
    print(f"{'(rows, in, out)':48} {'forward':>14} {'weights':>14} {'inputs':>14}")
    for what, shape in SHAPES.items():
        print(f"{what + f', {shape}':48} {' '.join(row(*shape))}")


if __name__ == "__main__":
    main()
