"""Real tokens a second of a pretraining step against transformers' Trainer, in one run.

    python -m tests.benchmarks.pretrain EXAMPLES.h5… [--precision bf16] [--model JSON]

Both train the same weights on the same examples with the same masks, in the same order, with AdamW,
clipping and dropout; the Trainer has `BertForPreTraining` with SDPA attention on rows padded to the
longest of a batch. They take turns, each in a process of its own, so that a clock that drifts hits
both; the ratio is the median over the rounds. With --dropout 0 the losses must agree, which is checked.

Padding is not counted: real tokens are those of the examples. MFU is the model's floating-point
operations a second (padding and recomputation not counted) over those of a large matrix product,
measured here. On a GPU, use --micro-batch-tokens auto and --compile ours; a Trainer's pass that does not
fit the GPU's memory is halved.
"""

import argparse
import json
import multiprocessing
import os
import resource
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np
import torch
import transformers

from scripts.examples.h5.example_files import Examples
from scripts.pretrain.architectures.bert import Bert
from scripts.pretrain.architectures.initialisation import initialise
from scripts.pretrain.architectures.model_config import Shape, new_config
from scripts.pretrain.kernels import cpu
from scripts.pretrain.loop.batch_size_probe import micro_batch_tokens
from scripts.pretrain.loop.job import PRECISIONS, tokens_or_auto
from scripts.pretrain.loop.micro_batches import Stream, Work
from scripts.pretrain.loop.phase import sum_in_order
from scripts.pretrain.loop.processes import Processes
from scripts.pretrain.loop.recipe import Recipe
from scripts.pretrain.loop.training import Training, peak_flops, synchronise

SMALL = {
    "hidden_size": 256,
    "num_hidden_layers": 4,
    "num_attention_heads": 4,
    "intermediate_size": 1024,
}


@dataclass
class Measured:
    """A side's losses, and its tokens a second, step seconds and memory by round.

    `a_pass` is what a forward pass takes: tokens at most of ours, rows of the Trainer's.
    """

    losses: list[float] = field(default_factory=list)
    speeds: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    memory: int = 0
    a_pass: int = 0


def read_options(words: list[str] | None = None) -> argparse.Namespace:
    """The options that the command line, or `words`, gives."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("examples", nargs="+", type=Path)
    add("--model", type=Path, help="Hugging Face config; default: 4 layers of 256")
    add("--precision", choices=list(PRECISIONS), default="fp32")
    add("--dropout", type=float, default=0.1)
    add("--batch-size", type=int, default=32)
    add(
        "--trainer-batch-size", type=int, help="rows a pass of the Trainer; default: the batch size"
    )
    add("--micro-batch-tokens", type=tokens_or_auto, default=8192, help="of ours, or auto")
    add("--steps", type=int, default=6, help="measured a round")
    add("--warm", type=int, default=2, help="steps before them")
    add("--rounds", type=int, default=3)
    add("--learning-rate", type=float, default=2e-4)
    add("--threads", type=int, default=2)
    add("--loader-workers", type=int, default=0, help="processes that make the Trainer's batches")
    add("--compile", choices=["never", "ours", "both"], default="never")
    add("--deterministic", action="store_true", help="sums in one order, of ours")
    add("--fp8", action="store_true", help="products in 8 bits, of ours")
    add("--flash-attention", type=int, choices=[2, 3], default=2, help="of ours")
    add("--only", choices=["ours", "trainer"], help="one side")
    add("--seed", type=int, default=1)
    add("--busy", action="store_true", help="count processor time: others use this machine too")
    return parser.parse_args(words)


def main() -> None:
    options = read_options()
    report(options, figures(options, measure(options)))


def measure(
    options: argparse.Namespace, method: str = "spawn"
) -> dict[str, tuple[Measured, float]]:
    """What each side measured, in turns, and a large matrix product's operations a second.

    `method` is how multiprocessing starts the sides.
    """
    names = [options.only] if options.only else ["ours", "trainer"]
    context = multiprocessing.get_context(method)
    sides, processes = {}, []
    for name in names:
        sides[name], theirs = context.Pipe()
        process = context.Process(target=work_side, args=(name, options, theirs))
        process.start()
        processes.append(process)
        theirs.close()  # a side that dies is then seen
    try:
        for pipe in sides.values():
            pipe.recv()
        peaks = {name: ask(pipe, "peak") for name, pipe in sides.items()}
        for number in range(options.rounds):
            for pipe in sides.values():
                ask(pipe, number)
        return {name: (ask(pipe, "end"), peaks[name]) for name, pipe in sides.items()}
    except EOFError:
        raise RuntimeError("a side's process ended; its error stands above") from None
    finally:
        for process in processes:
            process.kill()
            process.join()


def ask(pipe: Connection, question: int | str) -> Any:
    """A side's answer to "peak", "end" or a round's number."""
    pipe.send(question)
    return pipe.recv()


def work_side(name: str, options: argparse.Namespace, pipe: Connection) -> None:
    """A side in a process of its own: answers what it is asked until the end."""
    # A Trainer takes all GPUs that it sees.
    os.environ["CUDA_VISIBLE_DEVICES"] = os.environ.get("CUDA_VISIBLE_DEVICES", "0").split(",")[0]
    torch.set_num_threads(options.threads)
    if name == "ours":
        cpu.keep_memory()
        if options.deterministic:
            sum_in_order()
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    examples = Examples(options.examples, options.seed)
    measured = Measured()
    if name == "ours":
        side = our_side
    else:  # takes seconds to import
        from tests.benchmarks.pretrain_trainer import trainer_side as side
    config = config_of(options, examples)
    take = side(options, config, examples, device, measured, clock_of(options, device))
    pipe.send("ready")
    while (question := pipe.recv()) != "end":
        if question == "peak":
            pipe.send(peak_flops(device, getattr(torch, PRECISIONS[options.precision])))
            continue
        take(question)
        if device.type == "cuda":
            torch.cuda.empty_cache()
        else:
            measured.memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        pipe.send("done")
    pipe.send(measured)


def clock_of(options, device: torch.device) -> Callable[[], float]:
    """What tells the time when the device has done its work."""
    clock = time.process_time if options.busy else time.perf_counter

    def now() -> float:
        synchronise(device)
        return clock()

    return now


def config_of(options, examples: Examples) -> dict:
    """The config that both sides have."""
    shape = json.loads(options.model.read_text()) if options.model else SMALL
    rates = dict.fromkeys(("hidden_dropout_prob", "attention_probs_dropout_prob"), options.dropout)
    return new_config(shape | rates, examples.vocab_size)


def first_model(config: dict, seed: int, dtype: torch.dtype = torch.float32) -> Bert:
    """The weights that both sides start from."""
    model = Bert(Shape.from_config(config, "--model"), dtype)
    initialise(model, seed)
    return model


def make_training(options, config: dict, device: torch.device) -> Training:
    """Our model and its optimizer on a device, compiled where the options say so."""
    model = first_model(config, options.seed, getattr(torch, PRECISIONS[options.precision]))
    recipe = Recipe(options.batch_size, options.learning_rate, steps=1 << 30, decay="constant")
    return Training(
        model,
        recipe,
        Processes(0, 1, device),
        compiled=options.compile != "never",
        flash_attention=options.flash_attention,
        fp8=options.fp8,
    )


def make_stream(options, examples: Examples, training: Training) -> Stream:
    """The work of a training's steps."""
    tokens = options.micro_batch_tokens
    if tokens == "auto":
        length = examples.seq_length
        most = max(int(examples.lengths.mean() * options.batch_size), length)
        tokens = micro_batch_tokens(training.model, training.rates, length, most)
    place = lambda step: step * options.batch_size  # noqa: E731
    return Stream(examples, options.seed, tokens, place, training.processes)


def our_side(options, config, examples, device, measured: Measured, now):
    """A function that trains our model for a round."""
    training = make_training(options, config, device)
    stream = make_stream(options, examples, training)
    length, measured.a_pass = options.warm + options.steps, stream.tokens

    def take(number: int) -> None:
        start, tokens, sums = now(), 0, []
        begin_memory(device)
        for k, work in enumerate(stream.steps(number * length, (number + 1) * length)):
            if k == options.warm:
                start, tokens = now(), 0
            sums.append((training.step(work, options.learning_rate), work))
            tokens += work.tokens
        seconds = now() - start
        finish(measured, device, tokens, seconds, options.steps)
        measured.losses += [loss_of(values, work) for values, work in sums]

    return take


def loss_of(sums: torch.Tensor, work: Work) -> float:
    """The loss of a step, of the sums that it returned."""
    return (sums[0] / work.masked + sums[1] / work.pairs).item()


def begin_memory(device: torch.device) -> None:
    """Forget the most memory that was held so far."""
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats()


def finish(measured: Measured, device, tokens: int, seconds: float, steps: int) -> None:
    """Take down a round."""
    measured.speeds.append(tokens / seconds)
    measured.seconds.append(seconds / steps)
    if device.type == "cuda":
        measured.memory = max(measured.memory, torch.cuda.max_memory_allocated())


def figures(options, results: dict[str, tuple[Measured, float]]) -> dict[str, Any]:
    """What was measured, as plain values: of each side, and of both beside each other."""
    examples = Examples(options.examples, options.seed)
    config = config_of(options, examples)
    peak = max(peak for _, peak in results.values())
    work = flops_a_token(config, examples)
    found: dict[str, Any] = {
        "layers": config["num_hidden_layers"],
        "hidden_size": config["hidden_size"],
        "vocab_size": config["vocab_size"],
        "seq_length": examples.seq_length,
        "fill": float(examples.lengths.mean()) / examples.seq_length,
        "precision": options.precision,
        "dropout": options.dropout,
        "batch_size": options.batch_size,
        "peak_flops": peak,
    }
    for name, (side, _) in results.items():
        speed = statistics.median(side.speeds)
        found[name] = {
            "tokens_per_second": speed,
            "step_seconds": statistics.median(side.seconds),
            "memory_bytes": side.memory,
            "mfu": work * speed / peak,
            "a_pass": side.a_pass,
            "rounds": side.speeds,
        }
    if len(results) == 2:
        (ours, _), (trainer, _) = results.values()
        found["ratios"] = [a / b for a, b in zip(ours.speeds, trainer.speeds, strict=True)]
        found["ratio"] = statistics.median(found["ratios"])
        last = max(1, len(ours.losses) // 10)
        found["losses"] = [statistics.fmean(side.losses[-last:]) for side in (ours, trainer)]
    return found


def report(options, found: dict[str, Any]) -> None:
    """Print the figures."""
    gpu = torch.cuda.is_available()
    name = torch.cuda.get_device_name() if gpu else f"CPU, {options.threads} threads"
    print(
        f"{name}; torch {torch.__version__}, transformers {transformers.__version__}; "
        f"{found['layers']} layers of {found['hidden_size']}, vocabulary {found['vocab_size']}; "
        f"length {found['seq_length']}, fill {found['fill']:.2f}; {options.precision}, dropout "
        f"{options.dropout}, batch {options.batch_size}; matrix product "
        f"{found['peak_flops'] / 1e12:.2f} TFLOP/s"
    )
    for title in ("ours", "trainer"):
        if side := found.get(title):
            print(
                f"{title:8} {side['tokens_per_second']:10,.0f} real tokens/s, "
                f"{side['step_seconds']:.3f} s a step, {side['memory_bytes'] / 2**30:.1f} GiB, "
                f"{side['mfu']:.0%} of the matrix product's speed; rounds "
                + " ".join(f"{value:,.0f}" for value in side["rounds"])
            )
    if "ratio" in found:
        print(f"ratio    {found['ratio']:.2f}  ({' '.join(f'{r:.2f}' for r in found['ratios'])})")
        a, b = found["losses"]
        print(
            f"loss, mean of the last tenth: ours {a:.4f}, Trainer {b:.4f}, apart {abs(a / b - 1):.2%}"
        )


def flops_a_token(config: dict, examples: Examples) -> float:
    """Operations a real token takes, forward and backward."""
    lengths = examples.lengths.astype(np.int64)
    masked = int(lengths.sum() * (examples.header.mlm_probability or 0.15))
    with torch.device("meta"):
        model = Bert(Shape.from_config(config, "--model"))
    tokens, squares = int(lengths.sum()), int((lengths**2).sum())
    return model.shape.training_flops(tokens, squares, masked, len(lengths)) / tokens


if __name__ == "__main__":
    main()
