"""When steps begin, how large they are, and how fast they learn."""

import itertools

import pytest

from scripts.pretrain.loop.recipe import Recipe
from scripts.pretrain.loop.schedule import Schedule


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


def test_exponential_schedule_by_the_clock_falls_from_the_end_of_the_warm_up():
    """At 1,000 steps an hour, as with the same number of steps."""
    by_clock = Schedule(Recipe(8, 2e-4, hours=10.0, warmup=0.2, decay="exponential"), 1000)
    by_steps = Schedule(Recipe(8, 2e-4, steps=10_000, warmup=0.2, decay="exponential"), 1000)
    for step in (500, 1999, 2000, 6000, 9999):
        expected = by_steps.learning_rate(step)
        assert by_clock.learning_rate(step, (step + 1) / 1000) == pytest.approx(expected, rel=1e-4)


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
    sizes = [schedule.position(step + 1) - schedule.position(step) for step in range(20)]
    assert sizes[0] == 16
    assert sizes[12:] == [64] * 8
    assert sizes == sorted(sizes)
    positions = [schedule.position(step) for step in range(21)]
    assert [b - a for a, b in itertools.pairwise(positions)] == sizes


def test_a_tiny_share_of_an_epoch_is_one_step():
    recipe = Recipe(16, 1.0, epochs=0.001, batch_start=4, batch_ramp=10)
    assert Schedule(recipe, 100).steps == 1


@pytest.mark.parametrize("ramp", [{}, {"batch_start": 4, "batch_ramp": 10}])
@pytest.mark.parametrize("epochs", [0.01, 1.0, 2.5])
def test_epochs_become_steps(epochs, ramp):
    schedule = Schedule(Recipe(16, 1.0, epochs=epochs, **ramp), 1000)
    wanted = epochs * 1000
    assert schedule.position(schedule.steps) >= wanted > schedule.position(schedule.steps - 1)
