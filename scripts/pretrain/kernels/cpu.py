"""The kernels of a training step on a CPU, where torch's own leave speed unused.

In fp32, oneDNN multiplies matrices up to twice as fast as the library behind `torch.mm` on
processors with AVX-512, and not faster on others (tests/benchmarks/products.py); dropout from 16
random bits an element is ten times as fast as `torch.dropout`; attention runs on groups of sequences
of about one length, without padding.
"""

import ctypes
from typing import Any

import torch
from torch import Tensor
from torch.autograd import Function
from torch.nn import functional as F

from scripts.pretrain.architectures.micro_batch import MicroBatch
from scripts.pretrain.kernels.reference import Kernels, upcast
from scripts.pretrain.kernels.tiles import Tile, attention_tiles

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


def keep_mask(shape: torch.Size, rate: float, generator: torch.Generator) -> Tensor:
    """A mask of bytes, 0 with probability `rate`, to the nearest 1/65536, and else 1."""
    count = shape.numel()
    bits = torch.empty(-(-count // 4), dtype=torch.int64)
    bits.random_(-(2**63), None, generator=generator)
    # What compares to Booleans, or multiplies by them, is not vectorized.
    keep, lowest = torch.empty(shape, dtype=torch.uint8), round(rate * 65536) - 32768
    return torch.ge(bits.view(torch.int16)[:count].view(shape), lowest, out=keep)


class AttentionFunction(Function):
    """Attention within each sequence, for queries, keys and values [T, 3 x heads x width].

    Tiles of short sequences go through batched products. A long sequence goes through one head at
    a time, whose scores stay in the cache and whose products are the faster library's.
    """

    @staticmethod
    def forward(ctx, qkv, tiles, heads: int, rate: float, generator):
        width = qkv.shape[1] // (3 * heads)
        ctx.tiles, ctx.heads, ctx.scale, ctx.rate = tiles, heads, width**-0.5, rate
        ctx.kept = []
        out = qkv.new_empty(len(qkv), heads * width)
        for tile in tiles:
            tokens = slice(tile.start, tile.stop)
            rows = qkv[tokens] if tile.rows is None else qkv.index_select(0, tile.rows)
            q, k, v = (
                rows.view(tile.count, tile.length, 3, heads, width)
                .permute(2, 0, 3, 1, 4)
                .contiguous()
                .view(3, tile.count * heads, tile.length, width)
            )
            kept, outputs = [], torch.empty_like(q)
            for part in pieces(tile, heads):
                scores = q.new_empty(len(q[part]), tile.length, tile.length)
                batched(q[part], k[part].transpose(1, 2), scores, ctx.scale)
                if tile.padding is not None:
                    by_sequence = scores.view(tile.count, heads, *scores.shape[1:])
                    by_sequence.masked_fill_(tile.padding, -torch.inf)
                scores = torch.softmax(scores, -1)
                keep = keep_mask(scores.shape, rate, generator) if rate else None
                batched(dropped(scores, keep, rate), v[part], outputs[part])
                kept.append((scores, keep))
            outputs = outputs.view(tile.count, heads, tile.length, width).transpose(1, 2)
            unpad(outputs.reshape(tile.count * tile.length, heads * width), tile, out)
            ctx.kept.append((q, k, v, kept))
        return out

    @staticmethod
    def backward(ctx, grad: Tensor):
        heads = ctx.heads
        width = grad.shape[1] // heads
        out = grad.new_empty(len(grad), 3 * heads * width)
        for tile, (q, k, v, kept) in zip(ctx.tiles, ctx.kept, strict=True):
            rows = grad[tile.start : tile.stop]
            if tile.places is not None:
                padded = grad.new_zeros(tile.count * tile.length, heads * width)
                rows = padded.index_copy_(0, tile.places, rows)
            rows = (
                rows.view(tile.count, tile.length, heads, width)
                .transpose(1, 2)
                .contiguous()
                .view(tile.count * heads, tile.length, width)
            )
            grads = grad.new_empty(3, tile.count * heads, tile.length, width)
            for part, (scores, keep) in zip(pieces(tile, heads), kept, strict=True):
                weights = dropped(scores, keep, ctx.rate)
                batched_gradient(weights, rows[part], grads[2][part])
                part_grad = torch.empty_like(scores)
                batched(rows[part], v[part].transpose(1, 2), part_grad)
                part_grad = dropped(part_grad, keep, ctx.rate)
                part_grad = torch._softmax_backward_data(part_grad, scores, -1, scores.dtype)
                batched(part_grad, k[part], grads[0][part], ctx.scale)
                batched_gradient(part_grad, q[part], grads[1][part], ctx.scale)
            grads = (
                grads.view(3, tile.count, heads, tile.length, width)
                .permute(1, 3, 0, 2, 4)
                .reshape(tile.count * tile.length, 3 * heads * width)
            )
            unpad(grads, tile, out)
        return out, None, None, None, None


def unpad(rows: Tensor, tile: Tile, out: Tensor) -> None:
    """Write a tile's rows [count x length, n] to their tokens in `out` [T, n]."""
    if tile.places is None:
        out[tile.start : tile.stop] = rows
    else:
        torch.index_select(rows, 0, tile.places, out=out[tile.start : tile.stop])


def pieces(tile: Tile, heads: int) -> list[slice]:
    """How a tile's sequences and heads are taken: one by one where they are long, else together."""
    if tile.alone:
        return [slice(i, i + 1) for i in range(heads)]
    return [slice(0, tile.count * heads)]


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


def dropped(x: Tensor, keep: Tensor | None, rate: float) -> Tensor:
    """`x` after dropout by a mask, or as it is where there is none."""
    return x if keep is None else (x * keep).mul_(1 / (1 - rate))


class MaskedLossFunction(Function):
    """The summed cross-entropy of a tied decoder, and how many of its first guesses are correct.

    One array [masked, vocabulary] serves as logits, log-probabilities and gradients in turn.
    """

    @staticmethod
    def forward(ctx, hidden: Tensor, weight: Tensor, bias: Tensor, labels: Tensor):
        logits = product(hidden, weight, bias)
        scores = torch.log_softmax(upcast(logits), -1)
        chosen = scores.gather(1, labels[:, None])
        correct = (scores.amax(1, keepdim=True) == chosen).sum()
        ctx.save_for_backward(hidden, weight, labels)
        ctx.scores = scores
        ctx.mark_non_differentiable(correct)
        return -chosen.sum(), correct

    @staticmethod
    def backward(ctx, grad: Tensor, _):
        hidden, weight, labels = ctx.saved_tensors
        grads = ctx.scores.exp_()
        ctx.scores = None
        grads.scatter_add_(1, labels[:, None], -grads.new_ones(len(labels), 1))
        grads = grads.mul_(grad).to(hidden.dtype)
        return product(grads, weight.t()), weight_gradient(grads, hidden), grads.sum(0), None


class CpuKernels(Kernels):
    """The functions above in the reference's places; of sequences' lengths, `offsets` alone is read."""

    def linear(self, x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        return LinearFunction.apply(x, weight, bias)

    def layer_norm(self, x: Tensor, weight: Tensor, bias: Tensor, eps: float) -> Tensor:
        return F.layer_norm(x, weight.shape, weight, bias, eps)  # takes two precisions

    def dropout(self, x: Tensor, rate: float, generator: torch.Generator) -> Tensor:
        return dropped(x, keep_mask(x.shape, rate, generator), rate) if rate else x

    def attention(
        self, qkv: Tensor, batch: MicroBatch, heads: int, rate: float, generator: torch.Generator
    ) -> Tensor:
        tiles = attention_tiles(batch.offsets, heads)
        return AttentionFunction.apply(qkv, tiles, heads, rate, generator)

    def masked_loss(
        self, hidden: Tensor, weight: Tensor, bias: Tensor, labels: Tensor
    ) -> tuple[Tensor, Tensor]:
        return MaskedLossFunction.apply(hidden, weight, bias, labels)
