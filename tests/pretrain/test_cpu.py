"""A CPU's kernels compute what torch's own do."""

from itertools import accumulate
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from scripts.pretrain.kernels import cpu, cuda
from scripts.pretrain.kernels.reference import Attention
from scripts.pretrain.kernels.tiles import attention_tiles, query_tiles

ONEDNN = getattr(torch.ops.mkldnn, "_linear_pointwise", None)


@pytest.fixture(autouse=True, params=["oneDNN", "torch"])
def library(request, monkeypatch):
    """What multiplies: on a processor one of them is taken, and both are right on any."""
    if request.param == "oneDNN" and ONEDNN is None:
        pytest.skip("torch without oneDNN")
    monkeypatch.setattr(cpu, "ONEDNN_LINEAR", ONEDNN if request.param == "oneDNN" else None)


@pytest.mark.parametrize(
    ("rows", "inner", "outer"), [(70, 8, 24), (70, 24, 8), (1, 3, 5), (0, 4, 4)]
)
def test_the_products_of_a_linear_layer(rows, inner, outer):
    torch.manual_seed(0)
    x, weight, bias = torch.randn(rows, inner), torch.randn(outer, inner), torch.randn(outer)
    given = [value.requires_grad_() for value in (x, weight, bias)]
    mine, other = cpu.LinearFunction.apply(*given), torch.nn.functional.linear(*given)
    direction = torch.randn_like(other)
    torch.testing.assert_close(mine, other, rtol=1e-5, atol=1e-5)
    for found, expected in zip(
        torch.autograd.grad(mine, given, direction),
        torch.autograd.grad(other, given, direction),
        strict=True,
    ):
        torch.testing.assert_close(found, expected, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("lengths", [[60, 60, 59, 57, 40, 33, 7, 5], [300, 230, 229, 40, 39, 1]])
@pytest.mark.parametrize(("dtype", "bound"), [(torch.float32, 2e-5), (torch.float64, 1e-12)])
@pytest.mark.parametrize("some", [False, True])
def test_attention_equals_that_of_padded_rows(lengths, dtype, bound, some):
    torch.manual_seed(0)
    edges = torch.tensor([0, *accumulate(lengths)])
    x, weight, bias = (
        (scale * torch.randn(shape, dtype=dtype)).requires_grad_()
        for shape, scale in [((sum(lengths), 48), 1), ((3 * 48, 48), 48**-0.5), ((3 * 48,), 1)]
    )
    batch = SimpleNamespace(offsets=tuple(edges.tolist()), cu_seqlens=edges, longest=max(lengths))
    wanted = torch.cat([edges[:-1], torch.arange(sum(lengths) - 1, 0, -3)]) if some else None
    given, before = [x, weight, bias], x.detach().clone()
    mine, other = (
        kernels.attention(*given, Attention(batch, 4, 0.0, None, wanted))
        for kernels in (cpu.CpuKernels(), cuda.CudaKernels(flash=False))
    )
    torch.testing.assert_close(mine, other, rtol=bound, atol=bound)
    direction = torch.randn_like(mine)
    slopes, expected = (torch.autograd.grad(out, given, direction) for out in (mine, other))
    for slope, exact in zip(slopes, expected, strict=True):
        # Those of the weights are sums over all tokens.
        size = 1.0 if slope.shape == x.shape else exact.abs().max()
        torch.testing.assert_close(slope / size, exact / size, rtol=bound, atol=bound)
    assert torch.equal(x, before)


@pytest.mark.parametrize("alone", [4, 100])
@pytest.mark.parametrize("asking", [(0, 4, 6, 7), (0, 6, 11, 14)])
def test_attention_gradient_with_dropout(alone, asking):
    tiles = attention_tiles((0, 6, 11, 14), 2, alone)
    asked = query_tiles(tiles, asking)
    queries = torch.randn(asking[-1], 8, dtype=torch.float64, requires_grad=True)
    rows = torch.randn(14, 2 * 8, dtype=torch.float64, requires_grad=True)

    def attend(queries, rows):
        generator = np.random.default_rng(4)
        return cpu.AttentionFunction.apply(queries, rows, tiles, asked, 2, 0.3, generator)

    assert torch.autograd.gradcheck(attend, (queries, rows))
