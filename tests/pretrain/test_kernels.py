"""A device's kernels compute what the reference's do, forward and backward, in each precision."""

from itertools import accumulate
from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock

import pytest
import torch

from scripts.pretrain.kernels import choice, cuda
from scripts.pretrain.kernels.choice import choose
from scripts.pretrain.kernels.cpu import CpuKernels
from scripts.pretrain.kernels.cuda import CudaKernels, flash_takes
from scripts.pretrain.kernels.reference import REFERENCE, Kernels

HEADS, WIDTH, WORDS = 4, 16, 50
HIDDEN = HEADS * WIDTH
LENGTHS = [60, 60, 57, 33, 7, 1]
OFFSETS = (0, *accumulate(LENGTHS))
CPU, GPU = torch.device("cpu"), torch.device("cuda")
HALF = (torch.bfloat16, torch.float16)
# Of a difference, in units of the reference's norm: what rounding to the precision may do.
BOUNDS = {torch.float64: 1e-13, torch.float32: 2e-6, torch.float16: 4e-3, torch.bfloat16: 3e-2}
NEEDS_GPU = (
    pytest.mark.gpu,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU"),
)
SIDES = [
    pytest.param(CpuKernels(), CPU, tuple(BOUNDS), id="cpu"),
    pytest.param(CudaKernels(flash=False), CPU, tuple(BOUNDS), id="cuda-padded-on-cpu"),
    pytest.param(CudaKernels(flash=False), GPU, tuple(BOUNDS), marks=NEEDS_GPU, id="cuda"),
    pytest.param(CudaKernels(flash=True), GPU, HALF, marks=NEEDS_GPU, id="cuda-flash"),
]


def lengths(cu_seqlens: torch.Tensor, offsets: tuple[int, ...], longest: int) -> SimpleNamespace:
    """What attention reads of a micro-batch."""
    return SimpleNamespace(cu_seqlens=cu_seqlens, offsets=offsets, longest=longest)


def inputs(name: str, dtype: torch.dtype, device: torch.device) -> list:
    """A kernel's arguments, of which the floating tensors want a gradient."""
    torch.manual_seed(0)
    tokens = OFFSETS[-1]

    def rows(*shape: int, precision: torch.dtype = dtype) -> torch.Tensor:
        return torch.randn(shape).to(device, precision).requires_grad_()

    def labels(classes: int) -> torch.Tensor:
        return torch.randint(classes, (tokens,)).to(device)

    edges = torch.tensor(OFFSETS, dtype=torch.int32, device=device)
    batch = lengths(edges, OFFSETS, 64)
    attended = [batch, HEADS, 0.0, torch.Generator()]
    fine = dtype if dtype == torch.float64 else torch.float32
    made = {
        "linear": lambda: [rows(tokens, HIDDEN), rows(24, HIDDEN), rows(24)],
        "layer_norm": lambda: [
            rows(tokens, HIDDEN), *(rows(HIDDEN, precision=fine) for _ in range(2)), 1e-12
        ],
        "dropout": lambda: [rows(tokens, HIDDEN), 0.0, torch.Generator()],
        "attention": lambda: [rows(tokens, 3 * HIDDEN), *attended],
        "masked_loss": lambda: [
            rows(tokens, HIDDEN), rows(WORDS, HIDDEN), rows(WORDS), labels(WORDS)
        ],
        "loss": lambda: [rows(tokens, 2), labels(2)],
    }  # fmt: skip
    return made[name]()


def compute(kernels: Kernels, name: str, arguments: list) -> list[torch.Tensor]:
    """A kernel's results, and the gradients of its arguments for one random direction."""
    out = getattr(kernels, name)(*arguments)
    out = list(out) if isinstance(out, tuple) else [out]
    wanted = [x for x in arguments if isinstance(x, torch.Tensor) and x.requires_grad]
    torch.manual_seed(1)
    direction = torch.randn(out[0].shape).to(out[0])
    return out + list(torch.autograd.grad(out[0], wanted, direction))


def test_each_kernel_is_compared():
    kernels = {name for name in vars(Kernels) if not name.startswith("_")}
    for name in kernels:
        assert inputs(name, torch.float32, CPU)


@pytest.mark.parametrize(("kernels", "device", "dtypes"), SIDES)
@pytest.mark.parametrize("name", [name for name in vars(Kernels) if not name.startswith("_")])
def test_kernels_equal_the_reference(kernels, device, dtypes, name):
    for dtype in dtypes:
        mine = compute(kernels, name, inputs(name, dtype, device))
        exact = compute(REFERENCE, name, inputs(name, torch.float64, CPU))
        plain = compute(REFERENCE, name, inputs(name, dtype, device))
        for got, kind, expected in zip(mine, plain, exact, strict=True):
            assert got.dtype == kind.dtype
            if not got.is_floating_point():
                assert abs(int(got) - int(expected)) <= (2 if dtype in HALF else 0)
                continue
            apart = torch.linalg.norm(got.detach().cpu().double() - expected.detach())
            assert apart <= BOUNDS[dtype] * torch.linalg.norm(expected.detach()), (name, dtype)


@pytest.mark.parametrize("kernels", [REFERENCE, CpuKernels(), CudaKernels(flash=False)])
def test_dropout_keeps_its_share_and_its_mean(kernels):
    torch.manual_seed(0)
    x = torch.ones(1000, 1001)
    y = kernels.dropout(x, 0.1, torch.Generator().manual_seed(0))
    assert abs((y == 0).double().mean() - 0.1) < 1e-3
    assert abs(y.double().mean() - 1) < 1e-3
    assert y.unique().tolist() == pytest.approx([0.0, 1 / 0.9])
    assert kernels.dropout(x, 0.0, torch.Generator()) is x


@pytest.mark.parametrize("kernels", [REFERENCE, CpuKernels()])
def test_the_hosts_generator_decides_attentions_dropout(kernels):
    qkv, batch, heads, _, _ = inputs("attention", torch.float32, CPU)

    def attend(seed: int) -> torch.Tensor:
        generator = torch.Generator().manual_seed(seed)
        return kernels.attention(qkv, batch, heads, 0.5, generator)

    assert torch.equal(attend(1), attend(1))
    assert not torch.equal(attend(1), attend(2))


@pytest.mark.parametrize("kernels", [REFERENCE, CudaKernels(flash=False)])
def test_a_label_of_minus_one_counts_for_nothing(kernels):
    hidden, weight, bias, labels = inputs("masked_loss", torch.float64, CPU)
    part = kernels.masked_loss(hidden[:9], weight, bias, labels[:9])
    labels[9:] = -1
    whole = kernels.masked_loss(hidden, weight, bias, labels)
    assert whole[0].item() == pytest.approx(part[0].item(), rel=1e-12)
    assert int(whole[1]) == int(part[1])


def with_heads(width: int) -> Any:
    """As much of a model's shape as tells the width of its heads."""
    return SimpleNamespace(hidden_size=2 * width, num_attention_heads=2)


@pytest.mark.parametrize(
    ("dtype", "width", "capability", "flash"),
    [
        (torch.float16, 64, (8, 0), True),
        (torch.bfloat16, 64, (12, 0), True),
        (torch.float16, 64, (7, 5), False),
        (torch.float32, 64, (9, 0), False),
        (torch.bfloat16, 12, (9, 0), False),
        (torch.bfloat16, 264, (9, 0), False),
    ],
)
def test_a_gpu_takes_flash_attention_where_it_fits(dtype, width, capability, flash, monkeypatch):
    assert flash_takes(dtype, width, capability) == flash
    monkeypatch.setattr(choice.torch.cuda, "get_device_capability", lambda _: capability)
    kernels = choose(torch.device("cuda", 0), dtype, with_heads(width))
    assert isinstance(kernels, CudaKernels)
    assert kernels.flash == flash


def test_other_devices_take_their_own_kernels_or_the_references():
    assert isinstance(choose(CPU, torch.bfloat16, with_heads(64)), CpuKernels)
    assert choose(torch.device("mps"), torch.float32, with_heads(64)) is REFERENCE


@pytest.mark.parametrize("flash", [True, False])
def test_attention_goes_through_the_kernel_that_was_chosen(flash, monkeypatch):
    padded = Mock(wraps=cuda.padded_attention)
    monkeypatch.setattr(cuda, "padded_attention", padded)
    edges = torch.tensor([0, 3, 8], dtype=torch.int32, device="meta")
    qkv = torch.empty(8, 3 * 64, dtype=torch.float16, device="meta")
    out = CudaKernels(flash).attention(qkv, lengths(edges, (0, 3, 8), 5), 4, 0.1, torch.Generator())
    assert out.shape == (8, 64)
    assert padded.called != flash
