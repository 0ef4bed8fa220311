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
ALONE = 224  # tokens from which on a sequence is worth its own products
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
        return ONEDNN_LINEAR(plain(x), plain(weight), bias, "none", [], "")
    return F.linear(x, weight, bias)


def plain(x: Tensor) -> Tensor:
    """A matrix whose rows or columns lie end to end; of others oneDNN's product is slow."""
    return x if x.is_contiguous() or x.t().is_contiguous() else x.contiguous()


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
    the block's scores fit the cache. Long ones stay alone.
    """
    lengths = [stop - start for start, stop in pairwise(bounds)]
    cuts = []
    first = 0
    while first < len(lengths):
        last, low, high = first + 1, lengths[first], lengths[first]
        while last < len(lengths):
            low, high = min(low, lengths[last]), max(high, lengths[last])
            if (
                high >= ALONE
                or low < slack * high
                or (last - first + 1) * heads * high * high > SCORES
            ):
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
    """Attention within each sequence, for queries, keys and values [T, 3 x heads x width].

    Blocks of short sequences go through batched products. A long sequence goes through one head at
    a time, whose scores stay in the cache and whose products are the faster library's.
    """

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
                .contiguous()
                .view(3, b.count * heads, b.length, width)
            )
            q = q * ctx.scale
            weights = []
            mixed = q.new_empty(b.count * heads, b.length, width)
            for part in pieces(b, heads):
                scores = batched(q[part], k[part].transpose(1, 2))
                if b.padding is not None:
                    shape = (b.count, heads, b.length, b.length)
                    scores.view(shape).masked_fill_(b.padding, -torch.inf)
                scores = torch.softmax(scores, -1)
                keep = keep_mask(scores.shape, rate, generator) if rate else None
                mixed[part] = batched(dropped(scores, keep, rate), v[part])
                weights.append((scores, keep))
            mixed = mixed.view(b.count, heads, b.length, width).transpose(1, 2)
            mixed = mixed.reshape(b.count * b.length, heads * width)
            if b.places is None:
                out[b.start : b.stop] = mixed
            else:
                torch.index_select(mixed, 0, b.places, out=out[b.start : b.stop])
            ctx.kept.append((q, k, v, weights))
        return out

    @staticmethod
    def backward(ctx, grad: Tensor):
        heads = ctx.heads
        width = grad.shape[1] // heads
        out = grad.new_empty(len(grad), 3 * heads * width)
        for b, (q, k, v, weights) in zip(ctx.blocks, ctx.kept, strict=True):
            rows = grad[b.start : b.stop]
            if b.places is not None:
                padded = grad.new_zeros(b.count * b.length, heads * width)
                rows = padded.index_copy_(0, b.places, rows)
            rows = (
                rows.view(b.count, b.length, heads, width)
                .transpose(1, 2)
                .contiguous()
                .view(b.count * heads, b.length, width)
            )
            slopes = grad.new_empty(3, b.count * heads, b.length, width)
            for part, (scores, keep) in zip(pieces(b, heads), weights, strict=True):
                mixing = dropped(scores, keep, ctx.rate)
                slopes[2][part] = batched_slope(mixing, rows[part])
                slope = batched(rows[part], v[part].transpose(1, 2))
                slope = dropped(slope, keep, ctx.rate)
                slope = torch._softmax_backward_data(slope, scores, -1, scores.dtype)
                slopes[0][part] = batched(slope, k[part])
                slopes[1][part] = batched_slope(slope, q[part])
            slopes[0].mul_(ctx.scale)
            slopes = (
                slopes.view(3, b.count, heads, b.length, width)
                .permute(1, 3, 0, 2, 4)
                .reshape(b.count * b.length, 3 * heads * width)
            )
            if b.places is None:
                out[b.start : b.stop] = slopes
            else:
                torch.index_select(slopes, 0, b.places, out=out[b.start : b.stop])
        return out, None, None, None, None


def pieces(b: Block, heads: int) -> list[slice]:
    """How a block's sequences and heads are taken: one by one where they are long, else together."""
    total = b.count * heads
    if b.count == 1 and b.length >= ALONE:
        return [slice(i, i + 1) for i in range(total)]
    return [slice(0, total)]


def batched(a: Tensor, b: Tensor) -> Tensor:
    """a @ b for batches of matrices; a single one by the faster library."""
    return product(a[0], b[0].t())[None] if len(a) == 1 else torch.bmm(a, b)


def batched_slope(a: Tensor, b: Tensor) -> Tensor:
    """a.T @ b for batches of matrices, b being the narrower."""
    return weight_slope(a[0], b[0])[None] if len(a) == 1 else torch.bmm(a.transpose(1, 2), b)


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
