"""The kernels of a training step on a GPU, torch's own; attention takes sequences of any lengths."""

import contextlib
import importlib
import os
from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional as F

from scripts.pretrain.architectures.micro_batch import MicroBatch
from scripts.pretrain.kernels.reference import Kernels

varlen_attn: Callable[..., Tensor] | None = None
if torch.backends.cuda.is_built():  # it brings torch's compiler, which takes more than a second
    with contextlib.suppress(ImportError):  # before torch 2.10
        varlen_attn = importlib.import_module("torch.nn.attention.varlen").varlen_attn


def sum_in_order() -> None:
    """Have a GPU take the algorithms that add in one order: attention's and embeddings' backward passes.

    torch refuses the rest; told only to warn, attention adds in any order. It reads the variable later.
    """
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    # Nothing reads it. The module makes its attribute when it is asked for.
    torch.utils.deterministic.fill_uninitialized_memory = False  # type: ignore[attr-defined]
    torch.use_deterministic_algorithms(True)


class CudaKernels(Kernels):
    """Flash attention where `flash` says that it takes the heads, else attention on padded rows.

    Dropout draws from the device's own generator.
    """

    def __init__(self, flash: bool):
        self.flash = flash

    def dropout(self, x: Tensor, rate: float, generator: torch.Generator) -> Tensor:
        return F.dropout(x, rate) if rate else x

    def attention(
        self, qkv: Tensor, batch: MicroBatch, heads: int, rate: float, generator: torch.Generator
    ) -> Tensor:
        q, k, v = qkv.view(len(qkv), 3, heads, -1).unbind(1)
        edges, longest = batch.cu_seqlens, batch.longest
        if not self.flash:
            out = padded_attention(q, k, v, edges, longest, rate)
        elif rate or varlen_attn is None:
            out = torch.ops.aten._flash_attention_forward(
                q, k, v, edges, edges, longest, longest, rate, False, False
            )[0]
        else:
            out = varlen_attn(q, k, v, edges, edges, longest, longest)
        return out.reshape(len(qkv), -1)


def flash_takes(dtype: torch.dtype, width: int, capability: tuple[int, int]) -> bool:
    """Whether flash attention 2 takes heads of this width on a GPU of this compute capability.

    Source: the checks of torch's aten/src/ATen/native/transformers/cuda/flash_attn/flash_api.cpp.
    """
    half = dtype in (torch.float16, torch.bfloat16)
    return capability >= (8, 0) and half and width % 8 == 0 and width <= 256


def padded_attention(
    q: Tensor, k: Tensor, v: Tensor, cu_seqlens: Tensor, longest: int, rate: float
) -> Tensor:
    """Attention through rows of length `longest`, in any precision: [T, heads, width]."""
    places = torch.arange(longest, device=q.device)
    lengths = cu_seqlens.diff()
    inside = places < lengths[:, None]
    token = torch.arange(len(q), device=q.device)
    sequence = torch.searchsorted(cu_seqlens[1:].contiguous(), token, right=True)
    spot = (sequence, token - cu_seqlens[sequence])
    empty = q.new_zeros(len(lengths), longest, *q.shape[1:])
    q, k, v = (empty.index_put(spot, x).transpose(1, 2) for x in (q, k, v))
    mask = inside | (lengths == 0)[:, None]  # an empty row must not be all masked: NaN
    out = F.scaled_dot_product_attention(q, k, v, mask[:, None, None], rate)
    return out.transpose(1, 2)[spot]
