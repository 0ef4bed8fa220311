"""Products in 8 bits, which torch also has on a CPU: close to those in 16, and never silently wrong."""

import pytest
import torch
from torch.nn import functional as F

from scripts.common.errors import UserError
from scripts.pretrain.architectures.bert import Bert, Dropout
from scripts.pretrain.architectures.initialisation import initialise
from scripts.pretrain.architectures.model_config import Shape
from scripts.pretrain.kernels import choice, fp8
from scripts.pretrain.kernels.cuda import CudaKernels
from tests.pretrain.test_bert import random_batch

SHAPE = Shape(320, 64, 2, 2, 128, max_position_embeddings=64)
HOPPER = torch.device("cuda", 0)


def apart(found: torch.Tensor, exact: torch.Tensor) -> float:
    """The norm of the difference, as a share."""
    return ((found.double() - exact.double()).norm() / exact.double().norm()).item()


@pytest.mark.parametrize("rows", [1, 33, 64])
@pytest.mark.parametrize("size", [1e-4, 1.0, 1e4])
def test_a_layer_and_its_gradients(rows, size):
    torch.manual_seed(0)
    x = (torch.randn(rows, 48) * size).bfloat16().requires_grad_()
    weight = (torch.randn(32, 48) / size).bfloat16().requires_grad_()
    bias = torch.randn(32).bfloat16().requires_grad_()
    direction = torch.randn(rows, 32).bfloat16() * size
    given = (x, weight, bias)
    mine, exact = fp8.LinearFunction.apply(*given), F.linear(*given)
    assert mine.dtype == torch.bfloat16
    assert 1e-4 < apart(mine, exact) < 0.06
    slopes = torch.autograd.grad(mine, given, direction)
    others = torch.autograd.grad(exact, given, direction)
    for name, slope, other in zip(("x", "weight", "bias"), slopes, others, strict=True):
        assert slope.shape == other.shape
        assert apart(slope, other) < 0.09, name


def test_zeros_stay_zeros_and_what_is_no_number_shows():
    x, weight = torch.zeros(16, 32).bfloat16(), torch.randn(16, 32).bfloat16()
    assert not fp8.product(x, weight, fp8.VALUES).any()
    for wrong in (torch.nan, torch.inf):
        x[3, 4] = wrong
        assert fp8.product(x, weight, fp8.VALUES).isnan().any()


def test_layers_of_other_sides_and_no_rows_multiply_as_before():
    kernels = CudaKernels(flash=False, eight_bits=True)
    for rows, inner, outer in ((4, 24, 32), (4, 32, 2), (0, 32, 32)):
        x, weight, bias = torch.randn(rows, inner), torch.randn(outer, inner), torch.randn(outer)
        assert torch.equal(kernels.linear(x, weight, bias), F.linear(x, weight, bias))
    x, weight = torch.randn(4, 32).bfloat16(), torch.randn(32, 32).bfloat16()
    exact = F.linear(x, weight, weight[0])
    assert 0 < apart(kernels.linear(x, weight, weight[0]), exact) < 0.06


def trained(eight_bits: bool) -> list[float]:
    """Losses of some steps on one batch, in bf16 rows."""
    model, batch = Bert(SHAPE, torch.bfloat16), random_batch([64, 50, 33])
    initialise(model, 1)
    model.kernels = CudaKernels(flash=False, eight_bits=eight_bits)
    optimizer = torch.optim.Adam(model.parameters(), 1e-3)
    losses = []
    for _ in range(30):
        loss = model(batch, Dropout()).mlm_loss / len(batch.masked)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        losses.append(loss.item())
    return losses


def test_a_training_goes_as_in_16_bits():
    mine, other = trained(True), trained(False)
    assert mine[-1] < 0.5 * mine[0]
    assert mine == pytest.approx(other, rel=0.05)
    assert mine != other


def test_a_step_asks_the_host_for_nothing():
    with torch.device("meta"):
        model = Bert(SHAPE, torch.bfloat16)
    model.kernels = CudaKernels(flash=True, eight_bits=True)
    batch = random_batch([64, 33]).to(torch.device("meta"))
    model(batch, Dropout()).mlm_loss.backward()


@pytest.mark.parametrize(
    ("device", "dtype", "capability"),
    [
        (torch.device("cpu"), torch.bfloat16, (9, 0)),
        (HOPPER, torch.bfloat16, (8, 6)),
        (HOPPER, torch.float16, (9, 0)),
    ],
)
def test_where_it_cannot_be_had_it_is_refused(device, dtype, capability, monkeypatch):
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda _: capability)
    with pytest.raises(UserError, match=r"pretrain\.fp8: needs precision bf16 and a GPU"):
        choice.choose(device, dtype, SHAPE, eight_bits=True)


def test_where_it_can_it_is_taken(monkeypatch):
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda _: (8, 9))
    assert choice.choose(HOPPER, torch.bfloat16, SHAPE, eight_bits=True).eight_bits
    assert not choice.choose(HOPPER, torch.bfloat16, SHAPE).eight_bits
