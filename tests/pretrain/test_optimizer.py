"""The optimizers' arithmetic, the scaler's skipping and clipping, the schedules."""

import itertools

import numpy as np
import pytest
import torch

from scripts.common.errors import UserError
from scripts.pretrain.loop.recipe import Recipe, Schedule
from scripts.pretrain.optimizers.optimizer import Lamb, Scaler, make_optimizer, parameter_groups


class Small(torch.nn.Module):
    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.matrix = torch.nn.Parameter(torch.randn(4, 3))
        self.bias = torch.nn.Parameter(torch.randn(3))


def grads(seed: int) -> list[torch.Tensor]:
    torch.manual_seed(seed)
    return [torch.randn(4, 3), torch.randn(3)]


def train(model, optimizer, steps, scaler=None, clip=0.0, scale=1.0):
    scaler = scaler or Scaler(False, torch.device("cpu"))
    for step in range(steps):
        for parameter, grad in zip(model.parameters(), grads(step), strict=True):
            parameter.grad = grad * scale
        scaler.step(optimizer, list(model.parameters()), clip)


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


def test_adamw_is_that_of_torch_and_spares_biases():
    recipe = Recipe(8, 0.1, steps=5, weight_decay=0.1)
    model, other = Small(), Small()
    train(model, make_optimizer(model, recipe), 5)
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


@pytest.mark.parametrize("name", ["adamw", "lamb"])
def test_clipping_and_loss_scaling_leave_the_same_step(name):
    recipe = Recipe(8, 0.1, steps=5, optimizer=name)
    clipped, scaled = Small(), Small()
    train(clipped, make_optimizer(clipped, recipe), 3, clip=0.5)
    scaler = Scaler(True, torch.device("cpu"))
    train(scaled, make_optimizer(scaled, recipe), 3, scaler, clip=0.5, scale=2.0**16)
    torch.testing.assert_close(clipped.matrix, scaled.matrix)
    by_hand = Small()
    for step in range(3):
        parts = grads(step)
        norm = torch.cat([g.flatten() for g in parts]).norm()
        if step == 0:
            optimizer = make_optimizer(by_hand, recipe)
        for parameter, grad in zip(by_hand.parameters(), parts, strict=True):
            parameter.grad = grad * min(1.0, 0.5 / norm)
        Scaler(False, torch.device("cpu")).step(optimizer, list(by_hand.parameters()), 0.0)
    torch.testing.assert_close(clipped.matrix, by_hand.matrix)


@pytest.mark.parametrize("name", ["adamw", "lamb"])
@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_a_step_with_a_bad_gradient_changes_nothing(name, bad):
    model = Small()
    optimizer = make_optimizer(model, Recipe(8, 0.1, steps=5, optimizer=name))
    scaler = Scaler(True, torch.device("cpu"))
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
    scaler = Scaler(True, torch.device("cpu"), patience=3)
    train(model, make_optimizer(model, Recipe(8, 0.1, steps=5)), 7, scaler)
    assert scaler.scale == 2.0**18


def rates(recipe: Recipe, examples: int = 1000) -> list[float]:
    schedule = Schedule(recipe, examples)
    return [schedule.learning_rate(step) for step in range(schedule.steps)]


def test_linear_schedule():
    values = rates(Recipe(8, 1.0, steps=100, warmup=0.1))
    assert values[:10] == pytest.approx([0.1 * k for k in range(1, 11)])
    assert values[10:] == pytest.approx([(100 - k) / 90 for k in range(10, 100)])
    assert rates(Recipe(8, 1.0, steps=10, final_learning_rate=0.5))[-1] == pytest.approx(0.55)


def test_exponential_schedule_is_that_of_azureml():
    values = rates(Recipe(8, 2e-4, steps=187000, warmup=0.02, decay="exponential"))
    assert max(values) == pytest.approx(2e-4)
    assert values[-1] == pytest.approx(3.2e-5, rel=0.01)  # where AzureML-BERT's ends
    assert values[3740 + 1000] / values[3740] == pytest.approx(0.99)


def test_polynomial_schedule_is_that_of_nvidia():
    values = rates(Recipe(8, 6e-3, steps=7038, warmup=0.2843, decay="polynomial"))
    assert values[2500] == pytest.approx(6e-3 * (1 - 2500 / 7038) ** 0.5)
    assert values[1000] == pytest.approx(6e-3 * 1001 / 7038 / 0.2843)


def test_constant_schedule_and_one_by_the_clock():
    assert rates(Recipe(8, 1.0, steps=20, decay="constant"))[-1] == 1.0
    schedule = Schedule(Recipe(8, 1.0, hours=2.0, warmup=0.1), 100)
    assert schedule.steps is None
    assert schedule.learning_rate(5, 0.1) == pytest.approx(0.5)
    assert schedule.learning_rate(500, 1.1) == pytest.approx(0.5)
    assert schedule.learning_rate(900, 2.0) == 0.0


def test_batches_that_grow():
    schedule = Schedule(Recipe(64, 1.0, steps=50, batch_start=16, batch_ramp=12), 1000)
    sizes = [schedule.batch_size(step) for step in range(20)]
    assert sizes[0] == 16
    assert sizes[12:] == [64] * 8
    assert sizes == sorted(sizes)
    positions = [schedule.position(step) for step in range(21)]
    assert [b - a for a, b in itertools.pairwise(positions)] == sizes


@pytest.mark.parametrize("ramp", [{}, {"batch_start": 4, "batch_ramp": 10}])
@pytest.mark.parametrize("epochs", [0.01, 1.0, 2.5])
def test_epochs_become_steps(epochs, ramp):
    schedule = Schedule(Recipe(16, 1.0, epochs=epochs, **ramp), 1000)
    wanted = epochs * 1000
    assert schedule.position(schedule.steps) >= wanted > schedule.position(schedule.steps - 1)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({}, "exactly one of steps"),
        ({"steps": 1, "hours": 1.0}, "exactly one of steps"),
        ({"steps": 1, "decay": "cosine"}, "decay 'cosine'"),
        ({"steps": 1, "optimizer": "sgd"}, "optimizer 'sgd'"),
        ({"steps": 1, "warmup": 1.5}, "warmup 1.5"),
    ],
)
def test_a_recipe_refuses_what_it_cannot_do(settings, said):
    with pytest.raises(UserError, match=said):
        Recipe(8, 0.1, **settings)
