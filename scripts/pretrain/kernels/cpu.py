"""The kernels of a training step on a CPU, where torch's own leave speed unused.

In fp32, oneDNN multiplies matrices up to twice as fast as `torch.mm` on processors with AVX-512, and
not faster on others (tests/benchmarks/products.py). Dropout draws 16 random bits an element; attention
runs on groups of sequences of about one length, without padding.
"""

import ctypes
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.autograd import Function
from torch.nn import functional as F

from scripts.pretrain.kernels.reference import Attention, Kernels, upcast
from scripts.pretrain.kernels.tiles import Tile, attention_tiles, query_tiles

# Never by a timing: the same processor must give the same bytes.
AVX512 = "AVX512" in torch.backends.cpu.get_cpu_capability()
ONEDNN_LINEAR: Any = getattr(torch.ops.mkldnn, "_linear_pointwise", None) if AVX512 else None


def keep_memory() -> None:
    """Have the C library keep freed memory instead of giving it back to the system.

    A step frees and asks for the same large blocks again and again; each time the system would
    hand out zeroed pages one by one, which takes as long as the arithmetic. For glibc alone.
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError):
        return
    trim_threshold, top_pad, mmap_max = -1, -2, -4
    mallopt(mmap_max, 0)
    mallopt(trim_threshold, 2**31 - 1)
    mallopt(top_pad, 1 << 26)


def product(x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """x @ weight.T + bias for 2-D `x` and `weight`, by the faster library."""
    if faster(x) and x.numel() and weight.numel():
        return ONEDNN_LINEAR(plain(x), plain(weight), bias, "none", [], "")
    return F.linear(x, weight, bias)


def faster(x: Tensor) -> bool:
    return ONEDNN_LINEAR is not None and x.dtype == torch.float32


def plain(x: Tensor) -> Tensor:
    """A matrix whose rows or columns lie end to end; of others oneDNN's product is slow."""
    return x if x.is_contiguous() or x.t().is_contiguous() else x.contiguous()


def weight_gradient(grad: Tensor, x: Tensor) -> Tensor:
    """grad.T @ x, by oneDNN the way round that has fewer rows, which is the faster one."""
    if not faster(x):
        return grad.t() @ x
    if grad.shape[1] > x.shape[1]:
        return product(x.t(), grad.t()).t()
    return product(grad.t(), x.t())


class LinearFunction(Function):
    """`F.linear` for rows [T, K], with all three products by the faster library."""

    @staticmethod
    def forward(ctx, x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        ctx.save_for_backward(x, weight)
        return product(x, weight, bias)

    @staticmethod
    def backward(ctx, grad: Tensor):
        x, weight = ctx.saved_tensors
        grad = grad.contiguous()
        return product(grad, weight.t()), weight_gradient(grad, x), grad.sum(0)


def keep_mask(shape: torch.Size, rate: float, generator: np.random.Generator) -> Tensor:
    """A mask of bytes, 0 with probability `rate`, to the nearest 1/65536, and else 1."""
    count = shape.numel()
    bits = torch.from_numpy(generator.bit_generator.random_raw(-(-count // 4)))
    # What compares to Booleans, or multiplies by them, is not vectorized.
    keep, lowest = torch.empty(shape, dtype=torch.uint8), round(rate * 65536) - 32768
    return torch.ge(bits.view(torch.int16)[:count].view(shape), lowest, out=keep)


class AttentionFunction(Function):
    """Attention within each sequence, of keys and values [T, 2 x heads x width] in `tiles`.

    Queries [n, heads x width] are of all tokens or of some, in their order; `asked` are their tiles.
    Tiles of short sequences go through batched products. A long sequence goes through one head at
    a time, whose scores stay in the cache and whose products are the faster library's.
    """

    @staticmethod
    def forward(ctx, queries, rows, tiles, asked, heads: int, rate: float, generator):
        width = queries.shape[1] // heads
        ctx.tiles, ctx.asked, ctx.heads, ctx.scale = tiles, asked, heads, width**-0.5
        ctx.kept, ctx.gain = [], 1 / (1 - rate)
        out = torch.empty_like(queries)
        for tile, mine in zip(tiles, asked, strict=True):
            (q,) = split_heads(queries, mine, heads, width)
            k, v = split_heads(rows, tile, heads, width)
            kept, outputs = [], torch.empty_like(q)
            for qs, ks, vs, out_s in groups(mine, heads, q, k, v, outputs):
                scores = q.new_empty(len(qs), mine.length, tile.length)
                batched(qs, ks.transpose(1, 2), scores, ctx.scale)
                if tile.padding is not None:
                    by_sequence = scores.view(tile.count, heads, *scores.shape[1:])
                    by_sequence.masked_fill_(tile.padding, -torch.inf)
                scores = torch.softmax(scores, -1)
                keep = keep_mask(scores.shape, rate, generator) if rate else None
                weights = scores if keep is None else scores * keep
                batched(weights, vs, out_s, ctx.gain)
                kept.append((scores, keep))
            join_heads(outputs[None], mine, out)
            ctx.kept.append((q, k, v, kept))
        return out

    @staticmethod
    def backward(ctx, grad: Tensor):
        heads, width = ctx.heads, grad.shape[1] // ctx.heads
        to_queries = torch.empty_like(grad)
        to_rows = grad.new_empty(ctx.tiles[-1].stop, 2 * heads * width)
        for tile, mine, (q, k, v, kept) in zip(ctx.tiles, ctx.asked, ctx.kept, strict=True):
            (rows,) = split_heads(grad, mine, heads, width)
            to_q, to_kv = torch.empty_like(q), k.new_empty(2, *k.shape)
            made = groups(mine, heads, q, k, v, rows, to_q, *to_kv)
            for parts, (scores, keep) in zip(made, kept, strict=True):
                qs, ks, vs, to_out, to_qs, to_ks, to_vs = parts
                weights = scores if keep is None else scores * keep
                batched_gradient(weights, to_out, to_vs, ctx.gain)
                to_scores = torch.empty_like(scores)
                batched(to_out, vs.transpose(1, 2), to_scores, ctx.gain)
                if keep is not None:
                    to_scores.mul_(keep)
                to_scores = torch._softmax_backward_data(to_scores, scores, -1, scores.dtype)
                batched(to_scores, ks, to_qs, ctx.scale)
                batched_gradient(to_scores, qs, to_ks, ctx.scale)
            join_heads(to_q[None], mine, to_queries)
            join_heads(to_kv, tile, to_rows)
        return to_queries, to_rows, None, None, None, None, None


def split_heads(rows: Tensor, tile: Tile, heads: int, width: int) -> Tensor:
    """A tile's of [T, parts x heads x width] as [parts, count x heads, length, width], 0 at padded places."""
    parts, rows = rows.shape[1] // (heads * width), rows[tile.start : tile.stop]
    if tile.places is not None:
        padded = rows.new_zeros(tile.count * tile.length, rows.shape[1])
        rows = padded.index_copy_(0, tile.places, rows)
    split = rows.view(tile.count, tile.length, parts, heads, width).permute(2, 0, 3, 1, 4)
    return split.reshape(parts, tile.count * heads, tile.length, width)


def join_heads(split: Tensor, tile: Tile, out: Tensor) -> None:
    """Write a tile's [parts, count x heads, length, width] to its rows in `out` [T, parts x heads x width]."""
    parts, width = len(split), split.shape[-1]
    rows = split.view(parts, tile.count, -1, tile.length, width).permute(1, 3, 0, 2, 4)
    rows = rows.reshape(tile.count * tile.length, -1)
    if tile.places is None:
        out[tile.start : tile.stop] = rows
    else:
        torch.index_select(rows, 0, tile.places, out=out[tile.start : tile.stop])


def groups(tile: Tile, heads: int, *tensors: Tensor) -> Iterator[tuple[Tensor, ...]]:
    """Tensors [count x heads, …] as they are taken: one by one where sequences are long, else together."""
    size = 1 if tile.alone else tile.count * heads
    return zip(*(x.split(size) for x in tensors), strict=True)


def batched(a: Tensor, b: Tensor, out: Tensor, scale: float = 1.0) -> None:
    """Write scale x a @ b of batches of matrices to `out`; a single one by the faster library."""
    if faster(a) and len(a) == 1:
        torch.mul(product(a[0], b[0].t()), scale, out=out[0])
    else:
        out.baddbmm_(a, b, beta=0, alpha=scale)


def batched_gradient(a: Tensor, b: Tensor, out: Tensor, scale: float = 1.0) -> None:
    """Write scale x a.T @ b of batches of matrices to `out`, b being the narrower."""
    if faster(a) and len(a) == 1:
        torch.mul(weight_gradient(a[0], b[0]), scale, out=out[0])
    else:
        out.baddbmm_(a.transpose(1, 2), b, beta=0, alpha=scale)


class MaskedLossFunction(Function):
    """The summed cross-entropy of a tied decoder, and how many of its first guesses are correct.

    One array [masked, vocabulary] serves as logits, probabilities and gradients in turn.
    """

    @staticmethod
    def forward(ctx, hidden: Tensor, weight: Tensor, bias: Tensor, labels: Tensor):
        logits = upcast(product(hidden, weight, bias))
        labels, highest = labels[:, None], logits.amax(1, keepdim=True)
        chosen = logits.gather(1, labels)
        ctx.scores = torch.softmax(logits, -1, out=logits)
        # By the likeliest word's share, as the label's may be 0: the logarithm of the sum.
        total = highest - ctx.scores.amax(1, keepdim=True).log()
        loss, correct = (total - chosen).sum(), (chosen == highest).sum()
        ctx.save_for_backward(hidden, weight, labels)
        ctx.mark_non_differentiable(correct)
        return loss, correct

    @staticmethod
    def backward(ctx, grad: Tensor, _):
        hidden, weight, labels = ctx.saved_tensors
        grads, ctx.scores = ctx.scores, None
        grads.scatter_add_(1, labels, -grads.new_ones(labels.shape))
        if hidden.dtype != grads.dtype:  # before the loss's scale, small ones would vanish
            grads, grad = grads.mul_(grad).to(hidden.dtype), torch.ones_like(grad)
        to_hidden = product(grads, weight.t()).mul_(grad)
        return to_hidden, weight_gradient(grads, hidden * grad), grads.sum(0) * grad, None


class CpuKernels(Kernels):
    """The functions above in the reference's places; of sequences' lengths, `offsets` alone is read."""

    def linear(self, x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        return LinearFunction.apply(x, weight, bias)

    def layer_norm(self, x: Tensor, weight: Tensor, bias: Tensor, eps: float) -> Tensor:
        return F.layer_norm(x, weight.shape, weight, bias, eps)  # takes two precisions

    def dropout(self, x: Tensor, rate: float, generator: np.random.Generator) -> Tensor:
        return (x * keep_mask(x.shape, rate, generator)).mul_(1 / (1 - rate)) if rate else x

    def attention(self, x: Tensor, weight: Tensor, bias: Tensor, how: Attention) -> Tensor:
        batch, heads, *draws, wanted = how
        width = len(weight) // 3
        asked = tiles = attention_tiles(batch.offsets, heads)
        asking, order = x, None
        if wanted is not None:
            places, order = wanted.sort(stable=True)
            edges = torch.searchsorted(places, torch.tensor(batch.offsets, dtype=places.dtype))
            asked, asking = query_tiles(tiles, edges.tolist()), x.index_select(0, places)
        queries = self.linear(asking, weight[:width], bias[:width])
        rows = self.linear(x, weight[width:], bias[width:])
        out = AttentionFunction.apply(queries, rows, tiles, asked, heads, *draws)
        return out if order is None else out.index_select(0, order.argsort())

    def masked_loss(
        self, hidden: Tensor, weight: Tensor, bias: Tensor, labels: Tensor
    ) -> tuple[Tensor, Tensor]:
        return MaskedLossFunction.apply(hidden, weight, bias, labels)
