"""What a phase is told: the job, on which its weights depend, and runtime options, on which not."""

from argparse import ArgumentTypeError
from dataclasses import dataclass
from pathlib import Path

from scripts.common.settings import setting
from scripts.pretrain.architectures.model_config import NewModel
from scripts.pretrain.loop.recipe import Recipe

PRECISIONS = {"fp32": "float32", "bf16": "bfloat16", "fp16": "float16"}  # and torch's names
CPU_TOKENS = 8192  # of a micro-batch: more is not faster


def tokens_or_auto(text: str) -> int | str:
    if text == "auto":
        return text
    if text.isdecimal() and int(text):
        return int(text)
    raise ArgumentTypeError(f"{text!r} is neither a number nor auto")


@dataclass(frozen=True)
class Settings(NewModel):
    """What all phases of a model have in common."""

    precision: str = setting("auto", "auto: bf16 on a GPU, else fp32", enum=("auto", *PRECISIONS))
    cpu_threads: int = setting(2, "a process's threads; sums depend on them", minimum=1)
    micro_batch_tokens: int | str = setting(
        "auto",
        f"tokens a forward pass; auto: what fits the GPU, and {CPU_TOKENS} on a CPU",
        parse=tokens_or_auto,
        description="auto or a number of tokens",
        anyOf=[{"const": "auto"}, {"type": "integer", "minimum": 16}],
    )
    recompute: bool = setting(False, "compute activations again: less memory, slower")
    deterministic: bool = setting(
        False, "a GPU's sums always in one order, so that a resumed run ends bit for bit; slower"
    )
    compile: str = setting("auto", "auto: on a GPU", enum=("auto", "always", "never"))
    flash_attention: int = setting(2, "3: on Hopper GPUs, without dropout", enum=(2, 3))
    fp8: bool = setting(False, "on Ada and Hopper GPUs, linear layers multiply in 8 bits")


@dataclass(frozen=True)
class RuntimeOptions:
    """What a run does and says on the way, on which no weight depends."""

    log_steps: int = setting(10, "steps a row of metrics", minimum=1)
    validate_steps: int = setting(200, "steps between validations; 0: at the end only", minimum=0)
    validation_examples: int = setting(512, "how many of them at most", minimum=1)
    checkpoint_folder: str | None = setting(None, "default: beside the output", own_key=False)
    checkpoint_minutes: float = setting(10, exclusiveMinimum=0)
    checkpoint_steps: int = setting(0, "also every so many steps; 0: by minutes only", minimum=0)
    checkpoints: int = setting(2, "how many to keep on the way", minimum=1)
    keep_checkpoints: bool = setting(False, "also when the model is safe")
    sharded: bool = setting(False, "each process keeps a part of the optimizer's state")
    progress_seconds: float = setting(5, "between lines of the log", own_key=False)


@dataclass(frozen=True)
class Job:
    """What a phase trains on, what it tells by (validation), and where it goes. `config` is the model's."""

    train: list[Path]
    validation: list[Path]
    output: Path
    tokenizer: Path
    init: Path | None
    config: dict
    settings: Settings
    recipe: Recipe
