"""The kernels of a training step on a GPU, torch's own; attention takes sequences of any lengths."""

import os

import numpy as np
import torch
from torch import Tensor
from torch.autograd import Function
from torch.nn import functional as F

from scripts.common.errors import UserError
from scripts.pretrain.kernels import fp8
from scripts.pretrain.kernels.reference import Attention, Kernels, upcast, wanted_rows

LOGITS = 1 << 26  # of a part of a loss: with their scores in fp32 10 bytes each, 0.7 GB in bf16


def sum_in_order() -> None:
    """Have a GPU take the algorithms that add in one order: attention's and embeddings' backward passes.

    torch refuses the rest; told only to warn, attention adds in any order. It reads the variable later.
    """
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    # Nothing reads it. The module makes its attribute when it is asked for.
    torch.utils.deterministic.fill_uninitialized_memory = False  # type: ignore[attr-defined]
    torch.use_deterministic_algorithms(True)


class MaskedLossFunction(Function):
    """The reference's `masked_loss` a part of the rows at a time, so that logits fill no memory.

    A part's logits become their gradients at once, in fp32 sums, which the backward pass rescales (as in
    Hsu et al., "Liger Kernel", 2024, section 3.2).
    """

    @staticmethod
    def forward(ctx, hidden: Tensor, weight: Tensor, bias: Tensor, labels: Tensor, learn: bool):
        fine = upcast(hidden[:0]).dtype
        loss, correct = hidden.new_zeros((), dtype=fine), labels.new_zeros(())
        to_weight, to_bias = (torch.zeros_like(x, dtype=fine) for x in (weight, bias))
        to_hidden, size = [], max(1, LOGITS // len(weight))
        for rows, wanted in zip(hidden.split(size), labels.split(size), strict=True):
            logits = F.linear(rows, weight, bias)
            correct += (logits.argmax(1) == wanted).sum()
            scores = torch.log_softmax(logits, 1, dtype=fine)
            place, counts = wanted.clamp(min=0)[:, None], (wanted >= 0)[:, None]
            chosen = scores.gather(1, place)
            loss -= (chosen * counts).sum()
            if learn:
                grads = torch.exp(scores, out=logits)
                grads.scatter_(1, place, torch.expm1(chosen).to(grads.dtype))
                to_hidden.append((grads @ weight) * counts)
                to_weight += grads.t() @ (rows * counts)
                to_bias += grads.t() @ counts[:, 0].to(grads.dtype)
        if learn:
            ctx.save_for_backward(torch.cat(to_hidden), to_weight, to_bias)
        ctx.mark_non_differentiable(correct)
        return loss, correct

    @staticmethod
    def backward(ctx, grad: Tensor, _):
        saved = ctx.saved_tensors
        return (*((part * grad).to(saved[0].dtype) for part in saved), None, None)


class CudaKernels(Kernels):
    """Flash attention where `flash` says that it takes the heads, else attention on padded rows.

    With `eight_bits` linear layers multiply in floats of so many.

    Dropout draws from the device's own generator.
    """

    def __init__(self, flash: bool, eight_bits: bool = False):
        self.flash, self.eight_bits = flash, eight_bits

    def linear(self, x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        if self.eight_bits and fp8.takes(x, weight):
            return fp8.LinearFunction.apply(x, weight, bias)
        return super().linear(x, weight, bias)

    def dropout(self, x: Tensor, rate: float, generator: np.random.Generator) -> Tensor:
        return F.dropout(x, rate) if rate else x

    def attention(self, x: Tensor, weight: Tensor, bias: Tensor, how: Attention) -> Tensor:
        qkv = self.linear(x, weight, bias)
        q, k, v = qkv.view(len(qkv), 3, how.heads, -1).unbind(1)
        edges, longest, rate = how.batch.cu_seqlens, how.batch.longest, how.rate
        if self.flash:
            out = torch.ops.aten._flash_attention_forward(
                q, k, v, edges, edges, longest, longest, rate, False, False
            )[0]
        else:
            out = padded_attention(q, k, v, edges, longest, rate)
        return wanted_rows(out.reshape(len(qkv), -1), how.wanted)

    def add_segments(self, x: Tensor, segments: Tensor, table: Tensor) -> Tensor:
        if len(table) != 2:
            return super().add_segments(x, segments, table)
        # A look-up's backward pass would add all tokens up into the two rows, one after the other.
        return torch.addcmul(x + table[0], segments[:, None].to(x.dtype), table[1] - table[0])

    def masked_loss(
        self, hidden: Tensor, weight: Tensor, bias: Tensor, labels: Tensor
    ) -> tuple[Tensor, Tensor]:
        if hidden.dtype == torch.float16:  # without the loss's scale, small gradients would vanish
            return super().masked_loss(hidden, weight, bias, labels)
        return MaskedLossFunction.apply(hidden, weight, bias, labels, torch.is_grad_enabled())


def flash_takes(dtype: torch.dtype, width: int, capability: tuple[int, int]) -> bool:
    """Whether flash attention 2 takes heads of this width on a GPU of this compute capability.

    Source: the checks of torch's aten/src/ATen/native/transformers/cuda/flash_attn/flash_api.cpp.
    """
    return capability >= (8, 0) and dtype.itemsize == 2 and width % 8 == 0 and width <= 256


def take_flash_3(capability: tuple[int, int], rate: float) -> bool:
    """Have torch take flash attention 3 on Hopper, without dropout, and where sums may be in any order.

    Raises UserError where its package is missing.
    """
    if capability[0] != 9 or rate or torch.are_deterministic_algorithms_enabled():
        return False
    try:
        torch.nn.attention.activate_flash_attention_impl("FA3")
    except (ImportError, RuntimeError) as error:
        raise UserError(f"flash_attention: 3 needs the package flash-attn-3: {error}") from error
    return True


def padded_attention(
    q: Tensor, k: Tensor, v: Tensor, cu_seqlens: Tensor, longest: int, rate: float
) -> Tensor:
    """Attention through rows of length `longest`, in any precision: [T, heads, width]."""
    lengths = cu_seqlens.diff()
    inside = torch.arange(longest, device=q.device) < lengths[:, None]
    token = torch.arange(len(q), device=q.device)
    sequence = torch.searchsorted(cu_seqlens[1:].contiguous(), token, right=True)
    spot = (sequence, token - cu_seqlens[sequence])
    empty = q.new_zeros(len(lengths), longest, *q.shape[1:])
    q, k, v = (empty.index_put(spot, x).transpose(1, 2) for x in (q, k, v))
    mask = inside | (lengths == 0)[:, None]  # an empty row must not be all masked: NaN
    out = F.scaled_dot_product_attention(q, k, v, mask[:, None, None], rate)
    return out.transpose(1, 2)[spot]
