"""Real tokens a second of a pretraining step against transformers' Trainer, in one run.

    python -m tests.benchmarks.pretrain EXAMPLES.h5… [--precision bf16] [--model JSON]

Both train the same weights on the same examples with the same masks, in the same order, with AdamW,
clipping and dropout; the Trainer has `BertForPreTraining` with SDPA attention on rows padded to the
longest of a batch. They take turns, each in a process of its own, so that a clock that drifts hits
both; the ratio is the median over the rounds. With --dropout 0 the losses must agree, which is checked.

Padding is not counted: real tokens are those of the examples. MFU is the model's floating-point
operations a second (padding and recomputation not counted) over those of a large matrix product,
measured here. On a GPU, use --micro-batch-tokens 32768 and --compile.
"""

import argparse
import json
import multiprocessing
import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
import transformers
from transformers import BertConfig, BertForPreTraining, Trainer, TrainerCallback, TrainingArguments

from scripts.examples.h5.example_files import Examples
from scripts.pretrain.architectures import model_folder
from scripts.pretrain.architectures.bert import Bert
from scripts.pretrain.architectures.initialisation import initialise
from scripts.pretrain.architectures.model_config import Shape, new_config
from scripts.pretrain.kernels import cpu
from scripts.pretrain.loop.job import PRECISIONS
from scripts.pretrain.loop.micro_batches import Stream, order
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
    """A side's losses, and its tokens a second, step seconds and memory by round."""

    losses: list[float] = field(default_factory=list)
    speeds: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    memory: int = 0


class Rows(torch.utils.data.Dataset):
    """Examples in the order in which ours are read, with their masks, unpadded."""

    def __init__(self, examples: Examples, seed: int, first: int, last: int):
        size = len(examples)
        self.rows = []
        for epoch in range(first // size, (last - 1) // size + 1):
            start, stop = max(first, epoch * size), min(last, (epoch + 1) * size)
            indices = order(seed, epoch, np.arange(start, stop) - epoch * size, size)
            batch = examples.batch(indices, epoch)
            labels = np.full(len(batch.ids), -100)
            labels[batch.masked] = batch.labels
            for k in range(len(indices)):
                part = slice(batch.offsets[k], batch.offsets[k + 1])
                self.rows.append(
                    {
                        "input_ids": torch.from_numpy(batch.ids[part].astype(np.int64)),
                        "token_type_ids": torch.from_numpy(batch.segments[part].astype(np.int64)),
                        "labels": torch.from_numpy(labels[part]),
                        "next_sentence_label": int(batch.next_sentence[k]),
                    }
                )

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, index: int) -> dict:
        return self.rows[index]


def collate(rows: list[dict]) -> dict:
    """Pad rows to the longest."""
    pad = torch.nn.utils.rnn.pad_sequence
    result = {
        name: pad([row[name] for row in rows], batch_first=True, padding_value=fill)
        for name, fill in (("input_ids", 0), ("token_type_ids", 0), ("labels", -100))
    }
    lengths = torch.tensor([len(row["input_ids"]) for row in rows])
    result["attention_mask"] = (torch.arange(int(lengths.max())) < lengths[:, None]).long()
    result["next_sentence_label"] = torch.tensor([row["next_sentence_label"] for row in rows])
    return result


class Clock(TrainerCallback):
    """Times the steps of a Trainer after the first `warm` ones."""

    def __init__(self, warm: int, now: Callable[[], float]):
        self.warm, self.now, self.step, self.start, self.end = warm, now, 0, 0.0, 0.0

    def on_step_end(self, *_, **__):
        self.step += 1
        if self.step == self.warm:
            self.start = self.now()

    def on_train_end(self, *_, **__):
        self.end = self.now()


class Quiet(Trainer):
    """A Trainer that takes the rows in their order and keeps its losses."""

    kept: list

    def _get_train_sampler(self, *_):
        return torch.utils.data.SequentialSampler(self.train_dataset)

    def compute_loss(self, *args, **kwargs):
        loss = super().compute_loss(*args, **kwargs)
        self.kept.append((loss[0] if isinstance(loss, tuple) else loss).detach())
        return loss


def main() -> None:
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
    add("--micro-batch-tokens", type=int, default=8192)
    add("--steps", type=int, default=6, help="measured a round")
    add("--warm", type=int, default=2, help="steps before them")
    add("--rounds", type=int, default=3)
    add("--learning-rate", type=float, default=2e-4)
    add("--threads", type=int, default=2)
    add("--compile", action="store_true", help="both sides")
    add("--only", choices=["ours", "trainer"], help="one side")
    add("--seed", type=int, default=1)
    add("--busy", action="store_true", help="count processor time: others use this machine too")
    options = parser.parse_args()
    names = [options.only] if options.only else ["ours", "trainer"]
    context = multiprocessing.get_context("spawn")
    sides = {}
    for name in names:
        mine, theirs = context.Pipe()
        context.Process(target=work_side, args=(name, options, theirs), daemon=True).start()
        sides[name] = (mine, mine.recv())
    for number in range(options.rounds):
        for pipe, _ in sides.values():
            pipe.send(number)
            pipe.recv()
    results = {}
    for name, (pipe, peak) in sides.items():
        pipe.send(None)
        results[name] = (pipe.recv(), peak)
    report(options, results)


def work_side(name: str, options, pipe) -> None:
    """A side in a process of its own: rounds as they are asked for, then what was measured."""
    torch.set_num_threads(options.threads)
    if name == "ours":
        cpu.keep_memory()
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    examples = Examples(options.examples, options.seed)
    measured = Measured()
    side = our_side if name == "ours" else trainer_side
    config = config_of(options, examples)
    take = side(options, config, examples, device, measured, clock_of(options, device))
    pipe.send(peak_flops(device, getattr(torch, PRECISIONS[options.precision])))
    while (number := pipe.recv()) is not None:
        take(number)
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


def our_side(options, config, examples, device, measured: Measured, now):
    """A function that trains our model for a round."""
    model = first_model(config, options.seed, getattr(torch, PRECISIONS[options.precision]))
    recipe = Recipe(options.batch_size, options.learning_rate, steps=1 << 30, decay="constant")
    processes = Processes(0, 1, device)
    training = Training(model, recipe, processes, compiled=options.compile)
    stream = Stream(
        examples,
        options.seed,
        options.micro_batch_tokens,
        lambda step: step * options.batch_size,
        processes,
    )
    length = options.warm + options.steps

    def take(number: int) -> None:
        start, tokens, sums = 0.0, 0, []
        begin_memory(device)
        for k, work in enumerate(stream.steps(number * length, (number + 1) * length)):
            if k == options.warm:
                start, tokens = now(), 0
            sums.append((training.step(work, options.learning_rate), work.masked, work.pairs))
            tokens += work.tokens
        seconds = now() - start
        finish(measured, device, tokens, seconds, options.steps)
        for values, masked, pairs in sums:
            measured.losses.append((values[0] / masked + values[1] / pairs).item())

    return take


def trainer_side(options, config, examples, device, measured: Measured, now):
    """A function that trains transformers' model for a round."""
    transformers.logging.set_verbosity_error()
    model = BertForPreTraining(BertConfig(**config, attn_implementation="sdpa"))
    state = model_folder.export_state(first_model(config, options.seed).state_dict())
    model.load_state_dict(state, strict=False)
    model.tie_weights()
    plain = {"bias", "LayerNorm"}
    groups = [
        {"params": [], "weight_decay": 0.01},
        {"params": [], "weight_decay": 0.0},
    ]
    for name, parameter in model.named_parameters():
        groups[any(word in name for word in plain)]["params"].append(parameter)
    model.to(device)
    optimizer = torch.optim.AdamW(groups, lr=options.learning_rate, eps=1e-6, fused=True)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda _: 1.0)
    length = options.warm + options.steps
    rows_a_pass = options.trainer_batch_size or options.batch_size
    passes = options.batch_size // rows_a_pass

    def take(number: int) -> None:
        first = number * length * options.batch_size
        rows = Rows(examples, options.seed, first, first + length * options.batch_size)
        clock = Clock(options.warm, now)
        with tempfile.TemporaryDirectory() as folder:
            arguments = TrainingArguments(
                folder,
                max_steps=length,
                per_device_train_batch_size=rows_a_pass,
                gradient_accumulation_steps=passes,
                max_grad_norm=1.0,
                bf16=options.precision == "bf16",
                fp16=options.precision == "fp16",
                use_cpu=device.type == "cpu",
                torch_compile=options.compile,
                save_strategy="no",
                logging_strategy="no",
                report_to=[],
                disable_tqdm=True,
                seed=options.seed,
                dataloader_pin_memory=device.type == "cuda",
            )
            trainer = Quiet(
                model,
                arguments,
                data_collator=collate,
                train_dataset=rows,
                optimizers=(optimizer, schedule),
                callbacks=[clock],
            )
            trainer.kept = []
            begin_memory(device)
            trainer.train()
        late = rows.rows[options.warm * options.batch_size :]
        tokens = sum(len(row["input_ids"]) for row in late)
        finish(measured, device, tokens, clock.end - clock.start, options.steps)
        values = [value.item() for value in trainer.kept]
        measured.losses += [
            statistics.fmean(values[k : k + passes]) for k in range(0, len(values), passes)
        ]

    return take


def begin_memory(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats()


def finish(measured: Measured, device, tokens: int, seconds: float, steps: int) -> None:
    """Take down a round."""
    measured.speeds.append(tokens / seconds)
    measured.seconds.append(seconds / steps)
    if device.type == "cuda":
        measured.memory = max(measured.memory, torch.cuda.max_memory_allocated())


def report(options, results: dict[str, tuple[Measured, float]]) -> None:
    """Print the figures."""
    examples = Examples(options.examples, options.seed)
    config = config_of(options, examples)
    gpu = torch.cuda.is_available()
    name = torch.cuda.get_device_name() if gpu else f"CPU, {options.threads} threads"
    peak = max(peak for _, peak in results.values())
    print(
        f"{name}; torch {torch.__version__}, transformers {transformers.__version__}; "
        f"{config['num_hidden_layers']} layers of {config['hidden_size']}, vocabulary "
        f"{config['vocab_size']}; length {examples.seq_length}, fill "
        f"{examples.lengths.mean() / examples.seq_length:.2f}; {options.precision}, dropout "
        f"{options.dropout}, batch {options.batch_size}; matrix product {peak / 1e12:.2f} TFLOP/s"
    )
    work = flops_a_token(config, examples)
    for title, (side, _) in results.items():
        speed = statistics.median(side.speeds)
        print(
            f"{title:8} {speed:10,.0f} real tokens/s, {statistics.median(side.seconds):.3f} s a "
            f"step, {side.memory / 2**30:.1f} GiB, {work * speed / peak:.0%} of the matrix "
            "product's speed; rounds " + " ".join(f"{value:,.0f}" for value in side.speeds)
        )
    if options.only:
        return
    (ours, _), (trainer, _) = results.values()
    ratios = [a / b for a, b in zip(ours.speeds, trainer.speeds, strict=True)]
    print(f"ratio    {statistics.median(ratios):.2f}  ({' '.join(f'{r:.2f}' for r in ratios)})")
    last = max(1, len(ours.losses) // 10)
    a, b = (statistics.fmean(side.losses[-last:]) for side in (ours, trainer))
    print(
        f"loss, mean of the last tenth: ours {a:.4f}, Trainer {b:.4f}, apart {abs(a / b - 1):.2%}"
    )


def flops_a_token(config: dict, examples: Examples) -> float:
    """Operations a real token takes, forward and backward."""
    lengths = examples.lengths.astype(np.int64)
    masked = int(lengths.sum() * (examples.header.mlm_probability or 0.15))
    with torch.device("meta"):
        model = Bert(Shape.from_config(config, "--model"))
    return model.shape.training_flops(int(lengths.sum()), int((lengths**2).sum()), masked) / int(
        lengths.sum()
    )


if __name__ == "__main__":
    main()
