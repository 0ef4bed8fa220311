"""The kernels of a training step on a CPU, where torch's own leave speed unused.

In fp32, oneDNN multiplies matrices up to twice as fast as the library behind `torch.mm` on
processors with AVX-512; dropout from 16 random bits an element is ten times as fast as
`torch.dropout`; attention runs on groups of sequences of about one length, without padding.
"""

import ctypes
from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor
from torch.autograd import Function
from torch.nn import functional as F

ONEDNN_LINEAR = getattr(torch.ops.mkldnn, "_linear_pointwise", None)
SCORES = 1 << 21  # attention scores a block: what stays in the cache between two products


def keep_memory() -> None:
    """Have the C library keep freed memory instead of giving it back to the system.

    A step frees and asks for the same large blocks again and again; each time the system would
    hand out zeroed pages one by one, which takes as long as the arithmetic. Elsewhere than on
    glibc this does nothing.
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError):
        return
    trim_threshold, top_pad, mmap_max = -1, -2, -4
    mallopt(mmap_max, 0)
    mallopt(trim_threshold, 2**31 - 1)
    mallopt(top_pad, 1 << 26)


def upcast(x: Tensor) -> Tensor:
    """`x` in fp32 where its precision is lower."""
    return x.float() if x.dtype in (torch.float16, torch.bfloat16) else x


def product(x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """x @ weight.T + bias for 2-D `x` and `weight`."""
    if x.dtype == torch.float32 and ONEDNN_LINEAR is not None and x.numel() and weight.numel():
        return ONEDNN_LINEAR(x, weight, bias, "none", [], "")
    return F.linear(x, weight, bias)


def weight_slope(grad: Tensor, x: Tensor) -> Tensor:
    """grad.T @ x, computed the way round that has fewer rows, which is the faster one."""
    if x.dtype != torch.float32 or ONEDNN_LINEAR is None:
        return grad.t() @ x
    if grad.shape[1] > x.shape[1]:
        return product(x.t(), grad.t()).t()
    return product(grad.t(), x.t())


class Linear(Function):
    """`F.linear` for rows [T, K], with all three products by the faster library."""

    @staticmethod
    def forward(ctx, x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        ctx.save_for_backward(x, weight)
        return product(x, weight, bias)

    @staticmethod
    def backward(ctx, grad: Tensor):
        x, weight = ctx.saved_tensors
        grad = grad.contiguous()
        return product(grad, weight.t()), weight_slope(grad, x), grad.sum(0)


def keep_mask(shape: torch.Size, rate: float, generator: torch.Generator) -> Tensor:
    """A boolean mask that is False with probability `rate`, to the nearest 1/65536."""
    count = shape.numel()
    bits = torch.empty(-(-count // 4), dtype=torch.int64)
    bits.random_(-(2**63), None, generator=generator)
    return (bits.view(torch.int16)[:count] >= round(rate * 65536) - 32768).view(shape)


class Dropout(Function):
    """Inverted dropout with a fast mask."""

    @staticmethod
    def forward(ctx, x: Tensor, rate: float, generator: torch.Generator) -> Tensor:
        ctx.keep = keep_mask(x.shape, rate, generator)
        ctx.scale = 1 / (1 - rate)
        return (x * ctx.keep).mul_(ctx.scale)

    @staticmethod
    def backward(ctx, grad: Tensor):
        return (grad * ctx.keep).mul_(ctx.scale), None, None


@dataclass(frozen=True)
class Block:
    """Sequences [start, stop) of a flat token array, padded to one length.

    `rows` [count x length] says which token stands in each place of the padded block, `places`
    [stop - start] in which place each token stands; both are None where nothing is padded.
    `padding` [count, 1, 1, length] is True at padded places.
    """

    start: int
    stop: int
    count: int
    length: int
    rows: Tensor | None
    places: Tensor | None
    padding: Tensor | None


def blocks(bounds: list[int], heads: int, slack: float = 0.9) -> list[Block]:
    """Cut sequences, given by their bounds in the flat array, into blocks of similar length.

    Neighbours share a block while the shortest has at least `slack` of the longest's tokens and
    the block's scores fit the cache.
    """
    lengths = [stop - start for start, stop in pairwise(bounds)]
    cuts = []
    first = 0
    while first < len(lengths):
        last, low, high = first + 1, lengths[first], lengths[first]
        while last < len(lengths):
            low, high = min(low, lengths[last]), max(high, lengths[last])
            if low < slack * high or (last - first + 1) * heads * high * high > SCORES:
                break
            last += 1
        cuts.append((first, last))
        first = last
    return [block(bounds[first : last + 1]) for first, last in cuts]


def block(bounds: list[int]) -> Block:
    """One block of all the sequences between `bounds`."""
    start, stop, count = bounds[0], bounds[-1], len(bounds) - 1
    edges = torch.tensor(bounds)
    lengths = edges.diff()
    length = int(lengths.max())
    if count * length == stop - start:
        return Block(start, stop, count, length, None, None, None)
    places = torch.arange(length)
    padding = places >= lengths[:, None]
    rows = torch.where(padding, edges[:-1, None], edges[:-1, None] + places)
    return Block(
        start, stop, count, length, rows.view(-1),
        (~padding).view(-1).nonzero().view(-1), padding.view(count, 1, 1, length),
    )  # fmt: skip


class Attention(Function):
    """Attention within each sequence, for queries, keys and values [T, 3 x heads x width]."""

    @staticmethod
    def forward(ctx, qkv, blocks, heads: int, rate: float, generator):
        width = qkv.shape[1] // (3 * heads)
        ctx.blocks, ctx.heads, ctx.scale, ctx.rate = blocks, heads, width**-0.5, rate
        ctx.kept = []
        out = qkv.new_empty(len(qkv), heads * width)
        for b in blocks:
            rows = qkv[b.start : b.stop] if b.rows is None else qkv.index_select(0, b.rows)
            q, k, v = (
                rows.view(b.count, b.length, 3, heads, width)
                .permute(2, 0, 3, 1, 4)
                .reshape(3, b.count * heads, b.length, width)
            )
            scores = q.new_empty(b.count * heads, b.length, b.length)
            torch.baddbmm(scores, q, k.transpose(1, 2), beta=0, alpha=ctx.scale, out=scores)
            if b.padding is not None:
                scores.view(b.count, heads, b.length, b.length).masked_fill_(b.padding, -torch.inf)
            weights = torch.softmax(scores, -1)
            keep = keep_mask(weights.shape, rate, generator) if rate else None
            mixed = torch.bmm(dropped(weights, keep, rate), v)
            mixed = mixed.view(b.count, heads, b.length, width).transpose(1, 2)
            mixed = mixed.reshape(b.count * b.length, heads * width)
            if b.places is None:
                out[b.start : b.stop] = mixed
            else:
                torch.index_select(mixed, 0, b.places, out=out[b.start : b.stop])
            ctx.kept.append((q, k, v, weights, keep))
        return out

    @staticmethod
    def backward(ctx, grad: Tensor):
        heads, scale = ctx.heads, ctx.scale
        width = grad.shape[1] // heads
        out = grad.new_empty(len(grad), 3 * heads * width)
        for b, (q, k, v, weights, keep) in zip(ctx.blocks, ctx.kept, strict=True):
            rows = grad[b.start : b.stop]
            if b.places is not None:
                padded = grad.new_zeros(b.count * b.length, heads * width)
                rows = padded.index_copy_(0, b.places, rows)
            rows = (
                rows.view(b.count, b.length, heads, width)
                .transpose(1, 2)
                .reshape(b.count * heads, b.length, width)
            )
            parts = grad.new_empty(3, b.count * heads, b.length, width)
            torch.bmm(dropped(weights, keep, ctx.rate).transpose(1, 2), rows, out=parts[2])
            slope = dropped(torch.bmm(rows, v.transpose(1, 2)), keep, ctx.rate)
            slope = torch._softmax_backward_data(slope, weights, -1, weights.dtype)
            torch.baddbmm(parts[0], slope, k, beta=0, alpha=scale, out=parts[0])
            torch.baddbmm(parts[1], slope.transpose(1, 2), q, beta=0, alpha=scale, out=parts[1])
            parts = (
                parts.view(3, b.count, heads, b.length, width)
                .permute(1, 3, 0, 2, 4)
                .reshape(b.count * b.length, 3 * heads * width)
            )
            if b.places is None:
                out[b.start : b.stop] = parts
            else:
                torch.index_select(parts, 0, b.places, out=out[b.start : b.stop])
        return out, None, None, None, None


def dropped(x: Tensor, keep: Tensor | None, rate: float) -> Tensor:
    """`x` after dropout by a mask, or as it is where there is none."""
    return x if keep is None else (x * keep).mul_(1 / (1 - rate))


class MaskedLoss(Function):
    """The summed cross-entropy of a tied decoder, and how many of its first guesses are right.

    One array [masked, vocabulary] serves as logits, log-probabilities and slopes in turn.
    """

    @staticmethod
    def forward(ctx, hidden: Tensor, weight: Tensor, bias: Tensor, labels: Tensor):
        logits = product(hidden, weight, bias)
        scores = torch.log_softmax(upcast(logits), -1)
        chosen = scores.gather(1, labels[:, None])
        right = (scores.amax(1, keepdim=True) == chosen).sum()
        ctx.save_for_backward(hidden, weight, labels)
        ctx.scores = scores
        ctx.mark_non_differentiable(right)
        return -chosen.sum(), right

    @staticmethod
    def backward(ctx, grad: Tensor, _):
        hidden, weight, labels = ctx.saved_tensors
        slopes = ctx.scores.exp_()
        ctx.scores = None
        slopes.scatter_add_(1, labels[:, None], -slopes.new_ones(len(labels), 1))
        slopes = slopes.mul_(grad).to(hidden.dtype)
        return product(slopes, weight.t()), weight_slope(slopes, hidden), slopes.sum(0), None
