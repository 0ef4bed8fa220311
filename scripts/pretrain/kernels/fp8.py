"""Matrix products of linear layers in floats of 8 bits, on GPUs that multiply those twice as fast.

Activations and weights have 4 bits of exponent, gradients 5 (Micikevicius et al., "FP8 Formats for Deep
Learning", 2022, section 3); each matrix is scaled by its largest value as it is. Sums are in fp32.
"""

import torch
from torch import Tensor
from torch.autograd import Function
from torch.nn import functional as F

VALUES, GRADIENTS = torch.float8_e4m3fn, torch.float8_e5m2
MULTIPLE = 16  # of which the library takes a matrix's sides


class LinearFunction(Function):
    """`F.linear` for rows [T, K] and weights [N, K] with all three products in 8 bits."""

    @staticmethod
    def forward(ctx, x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        ctx.save_for_backward(x, weight)
        return product(x, weight, VALUES) + bias

    @staticmethod
    def backward(ctx, grad: Tensor):
        x, weight = ctx.saved_tensors
        to_x = product(grad, weight.t(), GRADIENTS)
        return to_x, product(grad.t(), x.t(), GRADIENTS), grad.sum(0)


def takes(x: Tensor, weight: Tensor) -> bool:
    """Whether a layer's products can be had in 8 bits."""
    return len(x) > 0 and all(size % MULTIPLE == 0 for size in weight.shape)


def product(a: Tensor, b: Tensor, kind: torch.dtype) -> Tensor:
    """a @ b.T for [M, K] and [N, K], `a` in this type of 8 bits, in their own precision."""
    if spare := -a.shape[1] % MULTIPLE:
        a, b = F.pad(a, (0, spare)), F.pad(b, (0, spare))
    left, right = scaled(a, kind), scaled(b, VALUES)
    return torch._scaled_mm(
        left[0], right[0].t(), scale_a=left[1], scale_b=right[1], out_dtype=a.dtype
    )


def scaled(x: Tensor, kind: torch.dtype) -> tuple[Tensor, Tensor]:
    """A matrix in 8 bits, as many times too large as makes use of their range, and the factor back."""
    factor = x.abs().amax().float().clamp(min=1e-12) / torch.finfo(kind).max
    return (x / factor).to(kind).contiguous(), factor
