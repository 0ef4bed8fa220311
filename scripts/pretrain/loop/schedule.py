"""When a phase's steps begin, how many examples they take, and how fast they learn."""

from dataclasses import dataclass

import numpy as np

from scripts.pretrain.loop.recipe import Recipe


@dataclass(frozen=True)
class Schedule:
    """A recipe over a set of examples: when a step begins, and how fast it learns.

    `steps` is None where the phase ends by the clock.
    """

    recipe: Recipe
    examples: int

    @property
    def steps(self) -> int | None:
        """The number of steps, where it is known."""
        recipe = self.recipe
        if recipe.steps is not None or recipe.epochs is None:
            return recipe.steps
        wanted = round(recipe.epochs * self.examples)
        ramped = self.position(recipe.batch_ramp)
        if wanted <= ramped:
            ends = np.array([self.position(step) for step in range(recipe.batch_ramp + 1)])
            return max(1, int(np.searchsorted(ends, wanted)))
        return recipe.batch_ramp + -(-(wanted - ramped) // recipe.batch_size)

    def position(self, step: int) -> int:
        """How many examples the steps before this one take."""
        recipe = self.recipe
        if recipe.batch_start is None:
            return step * recipe.batch_size
        ramped = min(step, recipe.batch_ramp)
        growth = (recipe.batch_size - recipe.batch_start) * np.arange(ramped)
        total = ramped * recipe.batch_start + int((growth // max(recipe.batch_ramp, 1)).sum())
        return total + (step - ramped) * recipe.batch_size

    def progress(self, step: int, hours: float) -> float:
        """The share of the phase that is done when a step ends."""
        if self.recipe.hours is not None:
            return min(1.0, hours / self.recipe.hours)
        assert self.steps  # given, or by epochs
        return (step + 1) / self.steps

    def learning_rate(self, step: int, hours: float = 0.0) -> float:
        """The learning rate of a step; `hours` have been trained where the clock decides."""
        recipe = self.recipe
        peak, final = recipe.learning_rate, recipe.final_learning_rate
        done = self.progress(step, hours)
        if done < recipe.warmup:
            return peak * max(done, 1e-6) / recipe.warmup
        if recipe.decay == "constant":
            return peak
        if recipe.decay == "exponential":
            # By the clock the warm-up's steps are a share of those that the phase will have at this speed.
            start = recipe.warmup * (self.steps or step / max(done, 1e-6))
            return peak * recipe.decay_rate ** (max(0.0, step - start) / recipe.decay_steps)
        # A step learns at the rate of its beginning, so that the last one is not wasted.
        begun = done - (1 / self.steps if self.steps else 0)
        if recipe.decay == "polynomial":
            return max(final, peak * max(0.0, 1 - begun) ** recipe.decay_power)
        left = min(1.0, max(0.0, 1 - begun) / (1 - recipe.warmup))
        return final + (peak - final) * left
