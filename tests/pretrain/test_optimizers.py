"""The optimizers' arithmetic, the scaler's skipping and clipping."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch

from scripts.pretrain.loop.recipe import Recipe
from scripts.pretrain.optimizers.adamw import AdamW
from scripts.pretrain.optimizers.grad_scaler import GradScaler
from scripts.pretrain.optimizers.lamb import Lamb
from scripts.pretrain.optimizers.registry import make_optimizer, parameter_groups, settle_state


class Small(torch.nn.Module):
    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.matrix = torch.nn.Parameter(torch.randn(4, 3))
        self.bias = torch.nn.Parameter(torch.randn(3))


def grads(seed: int) -> list[torch.Tensor]:
    torch.manual_seed(seed)
    return [torch.randn(4, 3), torch.randn(3)]


def train(model, optimizer, steps, scaler=None, max_norm=0.0, scale=1.0):
    scaler = scaler or GradScaler(False, torch.device("cpu"))
    for step in range(steps):
        for parameter, grad in zip(model.parameters(), grads(step), strict=True):
            parameter.grad = grad * scale
        scaler.step(optimizer, list(model.parameters()), max_norm)


def lamb(weights, gradient, steps, decay, rate=0.1, beta1=0.9, beta2=0.99, epsilon=1e-6):
    """Algorithm 2 of You et al. in numpy, for one tensor."""
    w = weights.astype(np.float64)
    m = v = np.zeros_like(w)
    for step in range(steps):
        g = gradient(step).astype(np.float64)
        m, v = beta1 * m + (1 - beta1) * g, beta2 * v + (1 - beta2) * g * g
        r = (m / (1 - beta1 ** (step + 1))) / (np.sqrt(v / (1 - beta2 ** (step + 1))) + epsilon)
        r = r + decay * w
        trust = np.linalg.norm(w) / np.linalg.norm(r) if decay else 1.0
        w = w - rate * trust * r
    return w


def test_lamb_follows_its_paper():
    model = Small()
    start = [p.detach().numpy().copy() for p in model.parameters()]
    optimizer = Lamb(parameter_groups(model, 0.05), lr=0.1, betas=(0.9, 0.99), eps=1e-6)
    train(model, optimizer, 5)
    for i, (parameter, decay) in enumerate(zip(model.parameters(), (0.05, 0.0), strict=True)):
        expected = lamb(start[i], lambda step, i=i: grads(step)[i].numpy(), 5, decay)
        np.testing.assert_allclose(parameter.detach().numpy(), expected, rtol=1e-5)


def test_lamb_takes_queries_keys_and_values_for_three_tensors():
    """As BERT has them; their biases do not decay, and so are not rescaled."""
    torch.manual_seed(0)
    model = torch.nn.ModuleDict({"qkv": torch.nn.Linear(4, 9)})
    scales = np.repeat(np.float32([1, 10, 0.1]), 3)[:, None]
    start = model["qkv"].weight.detach().numpy() * scales
    model["qkv"].weight.data = torch.from_numpy(start.copy())
    gradient = np.random.default_rng(1).normal(size=(5, 9, 4)).astype(np.float32)
    optimizer = make_optimizer(
        model, Recipe(8, 0.1, steps=5, optimizer="lamb", weight_decay=0.05, beta2=0.99), 0.1
    )
    for step in range(5):
        model["qkv"].weight.grad = torch.from_numpy(gradient[step])
        GradScaler(False, torch.device("cpu")).step(optimizer, list(model.parameters()), 0.0)
    for rows in (slice(0, 3), slice(3, 6), slice(6, 9)):
        expected = lamb(start[rows], lambda step, rows=rows: gradient[step, rows], 5, 0.05)
        np.testing.assert_allclose(model["qkv"].weight.detach().numpy()[rows], expected, rtol=1e-5)


def give(optimizer, model: Small, step: int) -> None:
    """Give an optimizer a step's learning rate, and its model the gradients."""
    for group in optimizer.param_groups:
        group["lr"] = 0.1 / (step + 1)
    for parameter, grad in zip(model.parameters(), grads(step), strict=True):
        parameter.grad = grad.clone()


def test_adamw_is_that_of_torch_bit_by_bit_and_spares_biases():
    recipe = Recipe(8, 0.1, steps=12, weight_decay=0.1)
    model, other = Small(), Small()
    ours = make_optimizer(model, recipe, 0.1)
    theirs = torch.optim.AdamW(
        [{"params": [other.matrix], "weight_decay": 0.1}, {"params": [other.bias], "weight_decay": 0}],
        lr=0.1, betas=(0.9, 0.999), eps=1e-6, fused=True,
    )  # fmt: skip
    scaler = GradScaler(False, torch.device("cpu"))
    for step in range(12):
        for optimizer, kind in ((ours, model), (theirs, other)):
            give(optimizer, kind, step)
            if step == 7:
                kind.bias.grad[1] = float("nan")  # the step is skipped
            scaler.step(optimizer, list(kind.parameters()), 0.5)
        for mine, its in zip(model.parameters(), other.parameters(), strict=True):
            assert torch.equal(mine, its)
            for name, value in theirs.state[its].items():
                assert torch.equal(ours.state[mine][name], value), name


def test_adamw_is_the_papers_also_where_torch_computes_it_plainly():
    model, other = Small(), Small()
    train(model, make_optimizer(model, Recipe(8, 0.1, steps=5, weight_decay=0.1), 0.1), 5)
    plain = torch.optim.AdamW(
        [{"params": [other.matrix], "weight_decay": 0.1}, {"params": [other.bias], "weight_decay": 0}],
        lr=0.1, betas=(0.9, 0.999), eps=1e-6, fused=False, foreach=False,
    )  # fmt: skip
    for step in range(5):
        for parameter, grad in zip(other.parameters(), grads(step), strict=True):
            parameter.grad = grad
        plain.step()
    torch.testing.assert_close(model.matrix, other.matrix)
    torch.testing.assert_close(model.bias, other.bias)


def test_adamw_as_finetuning_takes_it_has_torchs_defaults():
    """By itself, without a scaler; its gradients are forgotten."""
    model, other = Small(), Small()
    ours = AdamW(parameter_groups(model, 0.1), lr=0.0)
    theirs = torch.optim.AdamW(parameter_groups(other, 0.1), lr=1.0, fused=True)
    for step in range(12):
        for optimizer, kind in ((ours, model), (theirs, other)):
            give(optimizer, kind, step)
            optimizer.step()
            optimizer.zero_grad()
        assert all(parameter.grad is None for parameter in model.parameters())
        for mine, its in zip(model.parameters(), other.parameters(), strict=True):
            assert torch.equal(mine, its)


@pytest.mark.parametrize("name", ["adamw", "lamb"])
def test_what_has_no_gradient_stays(name):
    model = Small()
    optimizer = make_optimizer(model, Recipe(8, 0.1, steps=5, optimizer=name), 0.1)
    before = model.bias.detach().clone()
    for _ in range(2):
        model.matrix.grad = torch.ones(4, 3)
        optimizer.step()
    assert torch.equal(model.bias, before)
    assert (model.matrix < Small().matrix).all()


@pytest.mark.parametrize("name", ["adamw", "lamb"])
def test_clipping_and_loss_scaling_leave_the_same_step(name):
    recipe = Recipe(8, 0.1, steps=5, optimizer=name)
    clipped, scaled = Small(), Small()
    train(clipped, make_optimizer(clipped, recipe, 0.1), 3, max_norm=0.5)
    scaler = GradScaler(True, torch.device("cpu"))
    train(scaled, make_optimizer(scaled, recipe, 0.1), 3, scaler, max_norm=0.5, scale=2.0**16)
    torch.testing.assert_close(clipped.matrix, scaled.matrix)
    by_hand = Small()
    for step in range(3):
        parts = grads(step)
        norm = torch.cat([g.flatten() for g in parts]).norm()
        if step == 0:
            optimizer = make_optimizer(by_hand, recipe, 0.1)
        for parameter, grad in zip(by_hand.parameters(), parts, strict=True):
            parameter.grad = grad * min(1.0, 0.5 / norm)
        GradScaler(False, torch.device("cpu")).step(optimizer, list(by_hand.parameters()), 0.0)
    torch.testing.assert_close(clipped.matrix, by_hand.matrix)


@pytest.mark.parametrize("name", ["adamw", "lamb"])
@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_a_step_with_a_bad_gradient_changes_nothing(name, bad):
    model = Small()
    optimizer = make_optimizer(model, Recipe(8, 0.1, steps=5, optimizer=name), 0.1)
    scaler = GradScaler(True, torch.device("cpu"))
    train(model, optimizer, 2, scaler)
    weights = [p.detach().clone() for p in model.parameters()]
    state = [{k: v.clone() for k, v in optimizer.state[p].items()} for p in model.parameters()]
    for parameter, grad in zip(model.parameters(), grads(9), strict=True):
        parameter.grad = grad
    model.matrix.grad[1, 1] = bad
    before = scaler.scale.item()
    norm, skipped = scaler.step(optimizer, list(model.parameters()), 1.0)
    assert skipped == 1
    assert not torch.isfinite(norm)
    assert scaler.scale == before / 2
    for parameter, weight, old in zip(model.parameters(), weights, state, strict=True):
        assert torch.equal(parameter, weight)
        for key, value in old.items():
            assert torch.equal(optimizer.state[parameter][key], value), key


def test_the_scale_grows_after_good_steps():
    model = Small()
    scaler = GradScaler(True, torch.device("cpu"), patience=3)
    train(model, make_optimizer(model, Recipe(8, 0.1, steps=5), 0.1), 7, scaler)
    assert scaler.scale == 2.0**18


def test_an_optimizer_that_would_not_skip_is_refused():
    model = Small()
    with pytest.raises(TypeError, match="SGD does not take grad_scale and found_inf"):
        train(model, torch.optim.SGD(model.parameters(), lr=0.1), 1)


@pytest.mark.parametrize("name", ["adamw", "lamb"])
def test_a_step_asks_the_host_for_nothing(name):
    """On the meta device, where any question for a value is an error; also after a resume."""
    with torch.device("meta"):
        model = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.LayerNorm(4))
        optimizer = make_optimizer(model, Recipe(8, 0.1, steps=5, optimizer=name), 0.1)
        scaler = GradScaler(True, torch.device("meta"))
        for parameter in model.parameters():
            parameter.grad = torch.empty_like(parameter)
        scaler.step(optimizer, list(model.parameters()), 1.0)
        state = optimizer.state_dict()
        for values in state["state"].values():
            values["step"] = torch.tensor(1.0, device="cpu")
        optimizer.load_state_dict(state)
        assert {values["step"].device.type for values in optimizer.state.values()} == {"meta"}
        for values in optimizer.state.values():  # as a sharded optimizer leaves it
            values["step"] = torch.tensor(1.0, device="cpu")
        settle_state(SimpleNamespace(optim=optimizer))
        assert {v.device.type for s in optimizer.state.values() for v in s.values()} == {"meta"}
        scaler.step(optimizer, list(model.parameters()), 1.0)
