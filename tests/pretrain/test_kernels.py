"""A device's kernels compute what the reference's do, forward and backward, in each precision."""

import math
from itertools import accumulate
from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock

import numpy as np
import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from scripts.common.errors import UserError
from scripts.pretrain.kernels import choice, cuda
from scripts.pretrain.kernels.choice import choose
from scripts.pretrain.kernels.cpu import CpuKernels
from scripts.pretrain.kernels.cuda import CudaKernels, flash_takes
from scripts.pretrain.kernels.reference import REFERENCE, Attention, Kernels

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

    def rows(*shape: int, precision: torch.dtype = dtype, scale: float = 1.0) -> torch.Tensor:
        return (scale * torch.randn(shape)).to(device, precision).requires_grad_()

    def labels(classes: int) -> torch.Tensor:
        return torch.randint(classes, (tokens,)).to(device)

    edges = torch.tensor(OFFSETS, dtype=torch.int32, device=device)
    batch = lengths(edges, OFFSETS, 64)
    # In any order, and some twice.
    some = torch.cat([torch.randperm(tokens)[:50].to(edges), edges[:-1]])
    how = Attention(batch, HEADS, 0.0, np.random.default_rng(0))
    attended = [
        rows(tokens, HIDDEN), rows(3 * HIDDEN, HIDDEN, scale=HIDDEN**-0.5), rows(3 * HIDDEN)
    ]  # fmt: skip
    fine = dtype if dtype == torch.float64 else torch.float32
    made = {
        "add_segments": lambda: [rows(tokens, HIDDEN), labels(2).int(), rows(2, HIDDEN)],
        "linear": lambda: [rows(tokens, HIDDEN), rows(24, HIDDEN), rows(24)],
        "layer_norm": lambda: [
            rows(tokens, HIDDEN), *(rows(HIDDEN, precision=fine) for _ in range(2)), 1e-12
        ],
        "dropout": lambda: [rows(tokens, HIDDEN), 0.0, np.random.default_rng(0)],
        "attention": lambda: [*attended, how],
        "attention of some": lambda: [*attended, how._replace(wanted=some)],
        "masked_loss": lambda: [
            rows(tokens, HIDDEN), rows(WORDS, HIDDEN), rows(WORDS), labels(WORDS)
        ],
        "loss": lambda: [rows(tokens, 2), labels(2)],
    }  # fmt: skip
    return made[name]()


def compute(kernels: Kernels, name: str, arguments: list) -> list[torch.Tensor]:
    """A kernel's results, and the gradients of its arguments for one random direction."""
    out = getattr(kernels, name.partition(" ")[0])(*arguments)
    out = list(out) if isinstance(out, tuple) else [out]
    wanted = [x for x in arguments if isinstance(x, torch.Tensor) and x.requires_grad]
    torch.manual_seed(1)
    direction = torch.randn(out[0].shape).to(out[0])
    return out + list(torch.autograd.grad(out[0], wanted, direction))


NAMES = [*(name for name in vars(Kernels) if not name.startswith("_")), "attention of some"]


def test_each_kernel_is_compared():
    for name in NAMES:
        assert inputs(name, torch.float32, CPU)


@pytest.mark.parametrize(("kernels", "device", "dtypes"), SIDES)
@pytest.mark.parametrize("name", NAMES)
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
    x = torch.ones(1000, 1001, requires_grad=True)
    y = kernels.dropout(x, 0.1, np.random.default_rng(0))
    y.sum().backward()
    assert torch.equal(x.grad, y)  # of ones: by the same mask
    assert abs((y == 0).double().mean() - 0.1) < 1e-3
    assert abs(y.double().mean() - 1) < 1e-3
    assert y.unique().tolist() == pytest.approx([0.0, 1 / 0.9])
    assert kernels.dropout(x, 0.0, np.random.default_rng(0)) is x


@pytest.mark.parametrize("kernels", [REFERENCE, CpuKernels()])
def test_the_hosts_generator_decides_attentions_dropout(kernels):
    *rows, how = inputs("attention", torch.float32, CPU)

    def attend(seed: int) -> torch.Tensor:
        draws = how._replace(rate=0.5, generator=np.random.default_rng(seed))
        return kernels.attention(*rows, draws)

    assert torch.equal(attend(1), attend(1))
    assert not torch.equal(attend(1), attend(2))


@pytest.mark.parametrize("name", ["attention", "attention of some"])
@pytest.mark.parametrize("kernels", [REFERENCE, CpuKernels(), CudaKernels(flash=False)])
def test_attentions_dropout_keeps_the_mean(kernels, name):
    """Of values that are all 1 the output is the sum of a token's weights: 1, but for dropout."""
    torch.manual_seed(0)
    x, weight, bias, how = inputs(name, torch.float32, CPU)
    with torch.no_grad():
        weight[2 * HIDDEN :], bias[2 * HIDDEN :] = 0, 1
        out = kernels.attention(x, weight, bias, how._replace(rate=0.5))
    assert out.std() > 0.05
    assert abs(out.mean() - 1) < 0.05


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("kernels", [REFERENCE, CpuKernels(), CudaKernels(flash=False)])
def test_a_label_whose_share_is_nothing_has_its_loss(kernels, dtype):
    """exp(-200) is 0 in fp32; its logarithm is not asked for."""
    hidden, weight = torch.zeros(2, 4, dtype=dtype), torch.zeros(3, 4, dtype=dtype)
    bias = torch.tensor([0.0, 200.0, 0.0], dtype=dtype)
    loss, correct = kernels.masked_loss(hidden, weight, bias, torch.tensor([0, 1]))
    assert loss.item() == pytest.approx(200)
    assert int(correct) == 1


@pytest.mark.parametrize("kernels", [REFERENCE, CudaKernels(flash=False)])
def test_a_label_of_minus_one_counts_for_nothing(kernels):
    hidden, weight, bias, labels = inputs("masked_loss", torch.float64, CPU)
    part = kernels.masked_loss(hidden[:9], weight, bias, labels[:9])
    labels[9:] = -1
    whole = kernels.masked_loss(hidden, weight, bias, labels)
    assert whole[0].item() == pytest.approx(part[0].item(), rel=1e-12)
    assert int(whole[1]) == int(part[1])


@pytest.mark.parametrize("kinds", [1, 3])
def test_segments_are_of_any_number(kinds):
    torch.manual_seed(0)
    x, table = torch.randn(9, HIDDEN), torch.randn(kinds, HIDDEN)
    segments = torch.arange(9, dtype=torch.int32) % kinds
    found = CudaKernels(flash=False).add_segments(x, segments, table)
    torch.testing.assert_close(found, REFERENCE.add_segments(x, segments, table))


@pytest.mark.parametrize(("kernels", "device", "dtypes"), SIDES[1:3])
@pytest.mark.parametrize("rows", [1, 60, 109])
def test_a_loss_in_parts_is_the_loss(kernels, device, dtypes, rows, monkeypatch):
    """Parts of one row, with a remainder, and of equal sizes; some rows count for nothing."""
    monkeypatch.setattr(cuda, "LOGITS", rows * WORDS + 3)
    made = inputs

    def with_unlabelled(*words) -> list:
        arguments = made(*words)
        arguments[-1][::7] = -1
        return arguments

    monkeypatch.setitem(globals(), "inputs", with_unlabelled)
    test_kernels_equal_the_reference(kernels, device, dtypes, "masked_loss")


def bias_gradient(
    kernels: Kernels, dtype: torch.dtype, rows: int, logits: list[float], scale: float
) -> torch.Tensor:
    """The bias's, where each row has these logits and its label is the first."""
    bias = torch.tensor(logits, dtype=dtype, requires_grad=True)
    hidden = torch.zeros(rows, 4, dtype=dtype, requires_grad=True)
    weight = torch.zeros(len(logits), 4, dtype=dtype)
    labels = torch.zeros(rows, dtype=torch.int64)
    loss, _ = kernels.masked_loss(hidden, weight, bias, labels)
    loss.backward(torch.tensor(scale, dtype=loss.dtype))
    return bias.grad


def test_many_parts_of_a_loss_add_up(monkeypatch):
    """In bf16 a sum would end where it is 256 times what is added."""
    monkeypatch.setattr(cuda, "LOGITS", 4)
    found = bias_gradient(CudaKernels(False), torch.bfloat16, 1000, [0.0] * 4, 1.0)
    assert found.tolist() == pytest.approx([-750, 250, 250, 250], rel=0.01)


@pytest.mark.parametrize("kernels", [REFERENCE, CpuKernels(), CudaKernels(flash=False)])
def test_in_fp16_the_losss_scale_keeps_small_gradients(kernels):
    found = bias_gradient(kernels, torch.float16, 1, [0.0, -19.0], 2.0**16)
    assert float(found[1]) == pytest.approx(2.0**16 * math.exp(-19), rel=0.01)


class Seen(TorchDispatchMode):
    """Takes down the operations, and the sizes of what they give."""

    def __init__(self):
        super().__init__()
        self.names: list[str] = []
        self.sizes: list[int] = []

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        out = func(*args, **kwargs or {})
        self.names.append(func.overloadpacket.__name__)
        self.sizes += [x.numel() for x in tree_leaves(out) if isinstance(x, torch.Tensor)]
        return out


def loss_on_meta(kernels: Kernels, learn: bool = True) -> Seen:
    """What a masked loss does with 5,000 rows and BERT's vocabulary, where no value can be asked for."""
    shapes = (5000, HIDDEN), (30522, HIDDEN), (30522,)
    hidden, weight, bias = (
        torch.empty(shape, dtype=torch.bfloat16, device="meta", requires_grad=True)
        for shape in shapes
    )
    labels = torch.empty(5000, dtype=torch.int64, device="meta")
    with Seen() as seen, torch.set_grad_enabled(learn):
        loss, _ = kernels.masked_loss(hidden, weight, bias, labels)
        if learn:
            loss.backward()
            assert [x.grad.dtype for x in (hidden, weight, bias)] == 3 * [torch.bfloat16]
    return seen


def test_a_gpus_loss_never_holds_all_logits():
    assert max(loss_on_meta(REFERENCE).sizes) == 5000 * 30522
    assert max(loss_on_meta(CudaKernels(flash=False)).sizes) <= cuda.LOGITS


def test_a_gpus_validation_makes_no_gradients():
    products = [
        sum(name in ("addmm", "mm", "mv") for name in loss_on_meta(CudaKernels(False), learn).names)
        for learn in (True, False)
    ]
    assert products == [4 * 3, 3]  # of three parts


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
    x, weight, bias = (
        torch.empty(shape, dtype=torch.float16, device="meta")
        for shape in [(8, 64), (3 * 64, 64), (3 * 64,)]
    )
    how = Attention(lengths(edges, (0, 3, 8), 5), 4, 0.1, np.random.default_rng(0))
    out = CudaKernels(flash).attention(x, weight, bias, how)
    assert out.shape == (8, 64)
    assert padded.called != flash


@pytest.fixture
def hopper(monkeypatch):
    """A machine with a Hopper, whose torch takes down which attention it is told to take."""
    told: list[str] = []
    monkeypatch.setattr(choice.torch.cuda, "get_device_capability", lambda _: (9, 0))
    monkeypatch.setattr(torch.nn.attention, "activate_flash_attention_impl", told.append)
    return told


def test_flash_attention_3_is_taken_where_it_is_asked_for_and_runs(hopper, monkeypatch):
    said = []
    monkeypatch.setattr(choice.log, "info", lambda text, *values: said.append(text % values))

    def take(capability=(9, 0), dtype=torch.bfloat16, version=3, rate=0.0) -> tuple[list, str]:
        hopper.clear()
        monkeypatch.setattr(choice.torch.cuda, "get_device_capability", lambda _: capability)
        choose(torch.device("cuda", 0), dtype, with_heads(64), version, rate)
        return list(hopper), said[-1]

    older = ([], "attention: flash attention 2")
    assert take() == (["FA3"], "attention: flash attention 3")
    assert take(version=2) == take(capability=(8, 0)) == take(capability=(10, 0)) == older
    assert take(rate=0.1) == older
    assert take(dtype=torch.float32) == ([], "attention: on padded rows")
    monkeypatch.setattr(torch, "are_deterministic_algorithms_enabled", lambda: True)
    assert take() == older


def test_flash_attention_3_without_its_package_is_refused():
    assert not cuda.take_flash_3((8, 0), 0.0)
    with pytest.raises(
        UserError, match=r"flash_attention: 3 needs the package .*flash_attn_interface"
    ):
        cuda.take_flash_3((9, 0), 0.0)
