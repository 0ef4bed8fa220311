"""Attention over sequences of any lengths laid end to end, by torch's own GPU kernels."""

import torch
from torch import Tensor
from torch.nn import functional as F

try:
    from torch.nn.attention.varlen import varlen_attn
except ImportError:  # before torch 2.10
    varlen_attn = None


def attention(qkv: Tensor, bounds: Tensor, longest: int, heads: int, rate: float) -> Tensor:
    """Attention within each sequence for queries, keys and values [T, 3 x heads x width].

    `bounds` int32 [n + 1], `longest` at least the longest sequence. Flash attention takes half
    precision only; fp32 goes through padded rows.
    """
    q, k, v = qkv.view(len(qkv), 3, heads, -1).unbind(1)
    if qkv.dtype == torch.float32:
        out = padded_attention(q, k, v, bounds, longest, rate)
    elif rate or varlen_attn is None:
        out = torch.ops.aten._flash_attention_forward(
            q, k, v, bounds, bounds, longest, longest, rate, False, False
        )[0]
    else:
        out = varlen_attn(q, k, v, bounds, bounds, longest, longest)
    return out.reshape(len(qkv), -1)


def padded_attention(
    q: Tensor, k: Tensor, v: Tensor, bounds: Tensor, longest: int, rate: float
) -> Tensor:
    """The same through rows of length `longest`, in any precision: [T, heads, width]."""
    places = torch.arange(longest, device=q.device)
    lengths = bounds.diff()
    inside = places < lengths[:, None]
    token = torch.arange(len(q), device=q.device)
    sequence = torch.searchsorted(bounds[1:].contiguous(), token, right=True)
    spot = (sequence, token - bounds[sequence])
    rows = (x.new_zeros(len(lengths), longest, *x.shape[1:]).index_put(spot, x) for x in (q, k, v))
    mask = inside | (lengths == 0)[:, None]  # an empty row must not be all masked: NaN
    out = F.scaled_dot_product_attention(
        *(x.transpose(1, 2) for x in rows), attn_mask=mask[:, None, None], dropout_p=rate
    )
    return out.transpose(1, 2)[spot]
