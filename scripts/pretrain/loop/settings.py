"""What a run is told: the job, on which its result depends, and its upkeep, on which it does not."""

import json
from argparse import ArgumentParser, BooleanOptionalAction, Namespace
from dataclasses import dataclass
from pathlib import Path

import torch

from scripts.common.errors import UserError
from scripts.pretrain.architectures import model_folder
from scripts.pretrain.architectures.initialisation import KINDS

PRECISIONS = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}


@dataclass(frozen=True)
class Job:
    """All that a phase's result depends on but the recipe, and where it goes."""

    train: list[Path]
    validation: list[Path]
    output: Path
    tokenizer: Path
    init: Path | None
    config: dict
    initial_weights: str
    seed: int
    precision: str
    threads: int
    micro_batch_tokens: str
    log_steps: int
    validate_steps: int
    validation_examples: int
    recompute: bool


@dataclass(frozen=True)
class Upkeep:
    """What a run does on the way that changes nothing in its result."""

    checkpoints: Path
    minutes: float
    steps: int
    keep: int
    remove: bool
    compiled: bool
    sharded: bool
    progress_seconds: float


def add_arguments(parser: ArgumentParser) -> None:
    """Add the flags of a job and of its upkeep."""
    add = parser.add_argument
    add("train", nargs="+", type=Path, help="files of examples")
    add("-o", "--output", required=True, type=Path, help="folder of the model")
    add("--validation", nargs="*", type=Path, default=[], help="files of examples to validate on")
    add("--model", help="Hugging Face config of a new model: a JSON file, or the JSON itself")
    add("--initial-weights", choices=KINDS, default="bert", help="of a new model")
    add("--tokenizer", type=Path, help="tokenizer folder; default: that of --init")
    add("--init", type=Path, help="model folder to go on from instead of a new model")
    add("--seed", type=int, default=42)
    add("--precision", choices=["auto", *PRECISIONS], default="auto")
    add("--cpu-threads", type=int, default=2, help="a process's threads; sums depend on them")
    add("--micro-batch-tokens", default="8192", help="tokens a forward pass; auto: what fits")
    add("--log-steps", type=int, default=10, help="steps a row of metrics")
    add("--validate-steps", type=int, default=0, help="steps between validations; 0: at the end")
    add("--validation-examples", type=int, default=2048, help="how many of them at most")
    add(
        "--recompute",
        action=BooleanOptionalAction,
        default=False,
        help="compute activations again: less memory, 30%% slower",
    )
    group = parser.add_argument_group("upkeep", "These change nothing in the result.")
    add = group.add_argument
    add("--checkpoints", type=Path, help="folder of checkpoints; default: beside the output")
    add("--checkpoint-minutes", type=float, default=10)
    add("--checkpoint-steps", type=int, default=0)
    add("--keep", type=int, default=2, help="checkpoints to keep on the way")
    add(
        "--keep-checkpoints",
        action=BooleanOptionalAction,
        default=False,
        help="also when the model is safe",
    )
    add("--compile", choices=["auto", "always", "never"], default="auto", help="auto: on a GPU")
    add(
        "--sharded",
        action=BooleanOptionalAction,
        default=False,
        help="each process keeps a part of the optimizer's state",
    )
    add("--progress-seconds", type=float, default=5)


def job_of(arguments: Namespace, device: torch.device) -> Job:
    """The job that the command line names."""
    if (arguments.model is None) == (arguments.init is None):
        raise UserError("give either --model, for a new model, or --init, to go on from one")
    tokenizer = arguments.tokenizer or arguments.init
    if tokenizer is None:
        raise UserError("a new model needs --tokenizer")
    if arguments.init:
        config = model_folder.read_config(arguments.init)
    else:
        config = model_folder.new_config(
            read_model(arguments.model), model_folder.tokenizer_size(tokenizer)
        )
    tokens = arguments.micro_batch_tokens
    if tokens != "auto" and not (tokens.isdecimal() and int(tokens)):
        raise UserError(f"--micro-batch-tokens: {tokens!r} is neither a number nor auto")
    return Job(
        train=arguments.train,
        validation=arguments.validation,
        output=arguments.output,
        tokenizer=tokenizer,
        init=arguments.init,
        config=config,
        initial_weights=arguments.initial_weights,
        seed=arguments.seed,
        precision=resolve_precision(arguments.precision, device),
        threads=arguments.cpu_threads,
        micro_batch_tokens=tokens,
        log_steps=arguments.log_steps,
        validate_steps=arguments.validate_steps,
        validation_examples=arguments.validation_examples,
        recompute=arguments.recompute,
    )


def upkeep_of(arguments: Namespace, device: torch.device) -> Upkeep:
    """The upkeep that the command line names."""
    compiled = arguments.compile == "always"
    if arguments.compile == "auto":
        compiled = device.type == "cuda"
    return Upkeep(
        checkpoints=arguments.checkpoints or arguments.output / "checkpoints",
        minutes=arguments.checkpoint_minutes,
        steps=arguments.checkpoint_steps,
        keep=arguments.keep,
        remove=not arguments.keep_checkpoints,
        compiled=compiled,
        sharded=arguments.sharded,
        progress_seconds=arguments.progress_seconds,
    )


def read_model(text: str) -> dict:
    """A config from a JSON file, or from JSON itself."""
    source = "--model" if text.lstrip().startswith("{") else text
    if source != "--model":
        path = Path(text)
        if not path.is_file():
            raise UserError(f"{path}: no such file; give a Hugging Face config")
        text = path.read_text(encoding="utf-8")
    try:
        return json.loads(text)
    except ValueError as error:
        raise UserError(f"{source}: not JSON ({error})") from error


def resolve_precision(precision: str, device: torch.device) -> str:
    """What `auto` means here: bf16 on a GPU that has it, fp16 on an older one, fp32 on a CPU."""
    if precision != "auto":
        return precision
    if device.type == "cpu":
        return "fp32"
    return "bf16" if torch.cuda.is_bf16_supported(including_emulation=False) else "fp16"
