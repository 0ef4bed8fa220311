"""A check of the processor's products before a training, at a cost of some milliseconds.

A library that is promised threads it does not get (OMP_THREAD_LIMIT, a limit of processes) leaves parts of
a product uncomputed and says nothing.
"""

import os

import torch
from torch import Tensor

from scripts.common.cli import log
from scripts.common.errors import UserError
from scripts.pretrain.kernels import cpu

ROWS, INNER, COLUMNS = 512, 256, 384  # large enough to be dealt out to several threads


def check_products(threads: int) -> None:
    """Raise UserError where a product on the CPU, of the kinds that training uses, is wrong."""
    torch.set_num_threads(threads)
    if threads > (there := len(os.sched_getaffinity(0))):
        log.warning("%d threads share %d processors: training will be slow", threads, there)
    wrong = [name for name, product, exact in products() if not torch.equal(product, exact)]
    if wrong:
        raise UserError(
            f"{', '.join(wrong)}: wrong products with {threads} threads: the library gets fewer threads than "
            "it was promised; look at OMP_THREAD_LIMIT and ulimit -u, or set cpu_threads to 1"
        )


def products() -> list[tuple[str, Tensor, Tensor]]:
    """Products by each library, and what they are: of small whole numbers, whose sums fp32 holds exactly."""
    generator = torch.Generator().manual_seed(0)

    def whole(*shape: int) -> Tensor:
        return torch.randint(-4, 5, shape, generator=generator).float()

    x, weight = whole(ROWS, INNER), whole(COLUMNS, INNER)
    batch, columns = whole(8, ROWS // 4, INNER), x[:, :64].contiguous()
    exact_weights = (x.double().t() @ columns.double()).float()
    exact = (x.double() @ weight.double().t()).float()
    exact_batch = torch.stack([(one.double() @ one.double().t()).float() for one in batch])
    return [
        ("oneDNN", cpu.product(x, weight), exact),
        ("oneDNN (weights)", cpu.weight_gradient(x, columns), exact_weights),
        ("torch.mm", x @ weight.t(), exact),
        ("torch.bmm", torch.bmm(batch, batch.transpose(1, 2)), exact_batch),
    ]
