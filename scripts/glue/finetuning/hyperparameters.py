"""What a finetuning depends on beside model, data and seed."""

from dataclasses import dataclass, fields

from scripts.common.settings import setting


@dataclass(frozen=True)
class Settings:
    """The hyperparameters of one run; those with `lists` can be tried out as a grid."""

    epochs: float = setting(3.0, lists="a positive number or a list of them", exclusiveMinimum=0)
    batch_size: int = setting(32, lists="a whole number from 1 or a list of them", minimum=1)
    learning_rate: float = setting(
        5e-4, "the highest", lists="a positive number or a list of them", exclusiveMinimum=0
    )
    warmup: float = setting(0.1, "share of the steps", minimum=0, exclusiveMaximum=1)
    weight_decay: float = setting(0.01, minimum=0)
    max_length: int = setting(128, "tokens of an example", minimum=8)
    keep: str = setting(
        "last", "the weights of the last epoch, or of the best on dev", enum=["last", "best"]
    )
    precision: str = setting(
        "auto", "auto: bf16 on hardware that computes in it", enum=["auto", "fp32", "bf16"]
    )


# What a grid can vary, in the order in which its folders name it.
GRID = [item.name for item in fields(Settings) if item.metadata["lists"]][::-1]
