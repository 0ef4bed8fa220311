"""The kernels of a training step on a GPU, torch's own; attention takes sequences of any lengths."""

import contextlib
import importlib
from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional as F

varlen_attn: Callable[..., Tensor] | None = None
if torch.backends.cuda.is_built():  # it brings torch's compiler, which takes more than a second
    with contextlib.suppress(ImportError):  # before torch 2.10
        varlen_attn = importlib.import_module("torch.nn.attention.varlen").varlen_attn


def linear(x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    """x @ weight.T + bias for rows [T, K]."""
    return F.linear(x, weight, bias)


def dropout(x: Tensor, rate: float, generator: torch.Generator) -> Tensor:
    """Inverted dropout, drawn from the device's own generator."""
    return F.dropout(x, rate)


def attention(
    qkv: Tensor,
    cu_seqlens: Tensor,
    offsets: tuple[int, ...],
    longest: int,
    heads: int,
    rate: float,
    generator: torch.Generator,
) -> Tensor:
    """Attention within each sequence for queries, keys and values [T, 3 x heads x width].

    Sequences are told by `cu_seqlens` int32 [n + 1], where each begins, which `offsets` repeats for
    the host; `longest` is at least the longest one. What flash attention does not take goes through
    padded rows.
    """
    q, k, v = qkv.view(len(qkv), 3, heads, -1).unbind(1)
    capable = not qkv.is_cuda or torch.cuda.get_device_properties(qkv.device).major >= 8
    if not capable or not flash_takes(qkv.dtype, q.shape[-1]):
        out = padded_attention(q, k, v, cu_seqlens, longest, rate)
    elif rate or varlen_attn is None:
        out = torch.ops.aten._flash_attention_forward(
            q, k, v, cu_seqlens, cu_seqlens, longest, longest, rate, False, False
        )[0]
    else:
        out = varlen_attn(q, k, v, cu_seqlens, cu_seqlens, longest, longest)
    return out.reshape(len(qkv), -1)


def flash_takes(dtype: torch.dtype, width: int) -> bool:
    """Whether flash attention 2 takes heads of this width, from compute capability 8.0 on.

    Source: the checks of torch's aten/src/ATen/native/transformers/cuda/flash_attn/flash_api.cpp.
    """
    return dtype in (torch.float16, torch.bfloat16) and width % 8 == 0 and width <= 256


def padded_attention(
    q: Tensor, k: Tensor, v: Tensor, cu_seqlens: Tensor, longest: int, rate: float
) -> Tensor:
    """The same through rows of length `longest`, in any precision: [T, heads, width]."""
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


def masked_loss(hidden: Tensor, weight: Tensor, bias: Tensor, labels: Tensor):
    """Summed cross-entropy of the tied decoder for rows [M, hidden], and correct first guesses.

    A label of -1 counts for nothing (padding to a fixed shape).
    """
    logits = F.linear(hidden, weight, bias).float()
    loss = F.cross_entropy(logits, labels, ignore_index=-1, reduction="sum")
    return loss, (logits.argmax(1) == labels).sum()
