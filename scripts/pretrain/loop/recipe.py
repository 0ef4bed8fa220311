"""What a phase is asked to do: its length, its batches, its learning rate, its optimizer."""

from dataclasses import asdict, dataclass

from scripts.common.errors import UserError
from scripts.common.settings import setting
from scripts.pretrain.optimizers.registry import OptimizerSettings

DECAYS = ("linear", "polynomial", "exponential", "constant")


@dataclass(frozen=True)
class Recipe(OptimizerSettings):
    """One phase's settings. Exactly one of steps, epochs and hours bounds it.

    `batch_size` counts examples of the global batch; it grows from `batch_start` in equal stages
    over the first `batch_ramp` steps. `warmup` is a share of the phase. The learning rate then
    falls to `final_learning_rate` (linear, constant does not), as peak x (1 - progress)^decay_power
    (polynomial, NVIDIA's), or as peak x decay_rate^(steps / decay_steps) (exponential, AzureML's).
    """

    batch_size: int = setting(help="examples of a step, over all processes", minimum=1)
    learning_rate: float = setting(help="its peak", exclusiveMinimum=0)
    steps: int | None = setting(None, minimum=1)
    epochs: float | None = setting(None, exclusiveMinimum=0)
    hours: float | None = setting(None, "the learning rate follows the clock", exclusiveMinimum=0)
    warmup: float = setting(0.0, "share of the phase", minimum=0, exclusiveMaximum=1)
    decay: str = setting("linear", enum=DECAYS)
    decay_power: float = setting(0.5, exclusiveMinimum=0)
    decay_rate: float = setting(0.99, exclusiveMinimum=0, maximum=1)
    decay_steps: int = setting(1000, minimum=1)
    final_learning_rate: float = setting(0.0, minimum=0)
    batch_start: int | None = setting(None, minimum=1)
    batch_ramp: int = setting(0, minimum=0)
    dropout: float | None = setting(
        None, "in place of both of the model's rates", minimum=0, exclusiveMaximum=1
    )

    def __post_init__(self):
        if sum(value is not None for value in (self.steps, self.epochs, self.hours)) != 1:
            raise UserError("a phase needs exactly one of steps, epochs and hours")
        if (self.batch_start or 1) > self.batch_size:
            raise UserError("batch_start: must not be above batch_size")

    def given(self) -> dict:
        """The settings as plain values, without those that are absent."""
        return {name: value for name, value in asdict(self).items() if value is not None}
