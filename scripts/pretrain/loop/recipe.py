"""What a phase is asked to do: its settings, its schedules of learning rate and batch size."""

from dataclasses import asdict, dataclass, fields

import numpy as np

from scripts.common.errors import UserError

DECAYS = ("linear", "polynomial", "exponential", "constant")
OPTIMIZERS = ("adamw", "lamb")


@dataclass(frozen=True)
class Recipe:
    """One phase's settings. Exactly one of steps, epochs and hours bounds it.

    `batch_size` counts examples of the global batch; it grows from `batch_start` in equal stages
    over the first `batch_ramp` steps. `warmup` is a share of the phase. The learning rate then
    falls to `final_learning_rate` (linear, constant does not), as peak x (1 - progress)^decay_power
    (polynomial, NVIDIA's), or as peak x decay_rate^(steps / decay_steps) (exponential, AzureML's).
    `clip` bounds the gradient's norm (0: no bound). `dropout` overrides both of the model's rates.
    """

    batch_size: int
    learning_rate: float
    steps: int | None = None
    epochs: float | None = None
    hours: float | None = None
    warmup: float = 0.0
    decay: str = "linear"
    decay_power: float = 0.5
    decay_rate: float = 0.99
    decay_steps: int = 1000
    final_learning_rate: float = 0.0
    batch_start: int | None = None
    batch_ramp: int = 0
    optimizer: str = "adamw"
    weight_decay: float = 0.01
    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-6
    clip: float = 1.0
    dropout: float | None = None

    def __post_init__(self):
        if sum(value is not None for value in (self.steps, self.epochs, self.hours)) != 1:
            raise UserError("a phase needs exactly one of steps, epochs and hours")
        if self.decay not in DECAYS:
            raise UserError(f"decay {self.decay!r} is not one of {', '.join(DECAYS)}")
        if self.optimizer not in OPTIMIZERS:
            raise UserError(f"optimizer {self.optimizer!r} is not one of {', '.join(OPTIMIZERS)}")
        if not 0 <= self.warmup < 1:
            raise UserError(f"warmup {self.warmup} must be a share of the phase, 0 to below 1")

    @classmethod
    def from_namespace(cls, namespace) -> "Recipe":
        """The recipe among parsed arguments; those that were not given keep their defaults."""
        given = {field.name: getattr(namespace, field.name) for field in fields(cls)}
        return cls(**{name: value for name, value in given.items() if value is not None})

    def given(self) -> dict:
        """The settings as plain values, without those that are absent."""
        return {name: value for name, value in asdict(self).items() if value is not None}


def add_arguments(parser) -> None:
    """Add a flag for each of a recipe's settings to an argument parser."""
    group = parser.add_argument_group("recipe", Recipe.__doc__)
    for field in fields(Recipe):
        kinds = str(field.type).removeprefix("<class '").removesuffix("'>").split(" | ")
        kind = {"int": int, "float": float, "str": str}[kinds[0]]
        required = field.name in ("batch_size", "learning_rate")
        group.add_argument(
            f"--{field.name.replace('_', '-')}",
            type=kind,
            required=required,
            metavar=kinds[0].upper(),
            help=None if required or field.default is None else f"default {field.default}",
        )


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

    def batch_size(self, step: int) -> int:
        """Examples in a step's global batch."""
        recipe = self.recipe
        if recipe.batch_start is None or step >= recipe.batch_ramp:
            return recipe.batch_size
        grown = (recipe.batch_size - recipe.batch_start) * step // recipe.batch_ramp
        return recipe.batch_start + grown

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
        if self.steps is None:
            return min(1.0, hours / self.recipe.hours)
        return (step + 1) / self.steps

    def learning_rate(self, step: int, hours: float = 0.0) -> float:
        """The learning rate of a step; `hours` have been trained where the clock decides."""
        recipe, peak, final = (
            self.recipe,
            self.recipe.learning_rate,
            self.recipe.final_learning_rate,
        )
        done = self.progress(step, hours)
        if done < recipe.warmup:
            return peak * max(done, 1e-6) / recipe.warmup
        if recipe.decay == "constant":
            return peak
        if recipe.decay == "exponential":
            start = recipe.warmup * self.steps if self.steps else 0
            return peak * recipe.decay_rate ** (max(0.0, step - start) / recipe.decay_steps)
        # A step learns at the rate of its beginning, so that the last one is not wasted.
        begun = done - (1 / self.steps if self.steps else 0)
        if recipe.decay == "polynomial":
            return max(final, peak * max(0.0, 1 - begun) ** recipe.decay_power)
        left = min(1.0, max(0.0, 1 - begun) / (1 - recipe.warmup))
        return final + (peak - final) * left
