"""Trainings, here or in processes of their own, which a server that has torch starts at once."""

import json
import multiprocessing
import os
import signal
import socket
import sys
import time
from itertools import chain, repeat
from pathlib import Path

import torch._dynamo  # noqa: F401, which several processes take a second to load: once, for all
from torch import Tensor
from torch.nn import functional

from scripts.common import cli
from scripts.pretrain import pretrain
from scripts.pretrain.architectures.bert import Bert, Dropout
from scripts.pretrain.architectures.micro_batch import MicroBatch
from scripts.pretrain.loop import checkpoint, phase  # noqa: F401, for the server to have it
from scripts.pretrain.loop.guard import Guard
from scripts.pretrain.loop.micro_batches import Stream
from scripts.pretrain.loop.training_run import STOP_SIGNALS

CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(["tests.pretrain.runs"])
# What may not differ between two runs of the same job.
DETERMINISTIC = (
    "config.json", "model.safetensors", "metrics.jsonl", "training.json", "vocab.txt",
    "tokenizer.json", "tokenizer_config.json",
)  # fmt: skip
MODEL = {
    "model_type": "bert",
    "hidden_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 64,
    "max_position_embeddings": 64,
}


def logits(model: Bert, batch: MicroBatch) -> tuple[Tensor, Tensor]:
    """Masked-LM logits [T, vocabulary] and next-sentence logits [n, 2], without dropout."""
    x = model.encode(batch, Dropout())
    hidden = model.masked_hidden(x)
    words = functional.linear(hidden, model.word_embeddings.weight, model.head_bias)
    return words, model.next_sentence(model.pooled(x[batch.cu_seqlens[:-1]]), model.kernels)


def enter(words: list[str], environment: dict[str, str], errors: Path) -> None:
    """Run the step as a command would."""
    os.environ.update(environment)
    if environment.get("RANK") == "1" and "SLOWED" in environment:
        read = Stream.read
        Stream.read = lambda *words: time.sleep(0.05) or read(*words)
    if "BESIDE" in environment:  # checkpoints as on a GPU, the first so many of them quickly
        quick, made = int(environment["BESIDE"]), checkpoint.Writer
        checkpoint.Writer = lambda folder, keep, beside: made(folder, keep, beside=True)
        pauses = chain(repeat(0, quick), repeat(600))
        save_file = checkpoint.save_file
        checkpoint.save_file = lambda *words: time.sleep(next(pauses)) or save_file(*words)
    if "EXPLODES_AT" in environment:  # so many judgements on, and once
        verdicts = chain(
            ["go on"] * int(environment["EXPLODES_AT"]), ["roll back"], repeat("go on")
        )
        Guard.watch = lambda *_: next(verdicts)
    handle = os.open(errors, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(handle, 2)
    sys.stderr = os.fdopen(2, "w", buffering=1)
    sys.argv = ["pretrain", *words]
    cli.run(pretrain.main)


class Training:
    """A tiny training's command, and how it ran."""

    def __init__(self, data: Path, tokenizer: Path, folder: Path, *words: str, steps: int = 12):
        self.output, self.errors = folder / "model", folder / "errors.txt"
        self.checkpoints = folder / "checkpoints"
        folder.mkdir(parents=True, exist_ok=True)
        start = [] if "--init" in words else ["--model", json.dumps(MODEL)]
        bound = [] if "--hours" in words or "--epochs" in words else ["--steps", str(steps)]
        self.words = [
            *(str(data / "train.h5"), "--validation", str(data / "validation.h5"), *start, *bound),
            *("--tokenizer", str(tokenizer), "--output", str(self.output)),
            *("--checkpoint-folder", str(self.checkpoints), "--batch-size", "16"),
            *("--learning-rate", "0.003", "--warmup", "0.2", "--cpu-threads", "1"),
            *("--micro-batch-tokens", "300", "--log-steps", "1", "--validation-examples", "20"),
            *("--initial-weights", "bert", "--validate-steps", "0"),
            *words,
        ]

    def start(self, **environment: str):
        """Start it and return the process."""
        process = CONTEXT.Process(target=enter, args=(self.words, environment, self.errors))
        process.start()
        return process

    def start_and_wait(self) -> int | None:
        """Run it in a process of its own; returns its status."""
        process = self.start()
        process.join(120)
        return process.exitcode

    def start_all(self, processes: int, **environment: str) -> list:
        """Start it in several processes; with SLOWED the second one lags behind."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = str(probe.getsockname()[1])
        shared = {"WORLD_SIZE": str(processes), "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port}
        return [
            self.start(**environment, **shared, RANK=str(rank), LOCAL_RANK=str(rank))
            for rank in range(processes)
        ]

    def run(self, processes: int = 1) -> int:
        """Run it to its end, here or in several processes; returns the worst status."""
        if processes == 1:
            return self.run_here()
        started = self.start_all(processes)
        for process in started:
            process.join(120)
        statuses = [process.exitcode for process in started]
        assert None not in statuses, "a process hangs"
        return max(statuses, key=abs)

    def run_here(self) -> int:
        """Run it in this process, which takes no time to start; returns its status."""
        kept = sys.argv, sys.stderr, {n: signal.getsignal(n) for n in STOP_SIGNALS}
        with open(self.errors, "a", buffering=1) as errors:
            sys.argv, sys.stderr = ["pretrain", *self.words], errors
            try:
                cli.run(pretrain.main)
            except SystemExit as end:
                return int(end.code or 0)
            finally:
                sys.argv, sys.stderr = kept[:2]
                cli.log.handlers.clear()  # they write to a file that is closed
                for number, handler in kept[2].items():
                    signal.signal(number, handler)
        return 0

    @property
    def said(self) -> str:
        """What it wrote to standard error."""
        return self.errors.read_text() if self.errors.exists() else ""

    def rows(self) -> list[dict]:
        """Its metrics."""
        return [json.loads(x) for x in (self.output / "metrics.jsonl").read_text().splitlines()]

    def same_as(self, other: "Training") -> bool:
        """Whether both ended with the same bytes."""
        return all(
            (self.output / name).read_bytes() == (other.output / name).read_bytes()
            for name in DETERMINISTIC
        )
