"""A phase from its examples to a model folder."""

import time
from contextlib import nullcontext
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import torch

from scripts.common.atomic import remove
from scripts.common.cli import log
from scripts.common.code import code_digest
from scripts.common.digest import file_digest, value_digest
from scripts.common.errors import UserError
from scripts.common.model_files import TOKENIZERS, VOCABULARY, weight_files
from scripts.examples.h5.example_files import Examples
from scripts.examples.tokenizer.given_tokenizer import read_tokenizer
from scripts.pretrain.architectures import initialisation, model_folder
from scripts.pretrain.architectures.bert import Bert
from scripts.pretrain.architectures.model_config import Shape
from scripts.pretrain.kernels import cpu
from scripts.pretrain.kernels.cuda import sum_in_order
from scripts.pretrain.kernels.self_check import check_products
from scripts.pretrain.loop import batch_size_probe, checkpoint
from scripts.pretrain.loop.job import PRECISIONS, Job, RuntimeOptions
from scripts.pretrain.loop.processes import Processes, join, leave
from scripts.pretrain.loop.schedule import Schedule
from scripts.pretrain.loop.training import Training, peak_flops
from scripts.pretrain.loop.training_run import TrainingRun
from scripts.pretrain.telling.journal import Journal
from scripts.pretrain.telling.leftovers import leftovers

PROBE = 64  # examples read together
COUNTED = 8192  # examples whose masked tokens tell how frequent each word is
ROOT = Path(__file__).parents[3]


def pretrain(job: Job, options: RuntimeOptions) -> None:
    """Do this process's share of a phase, among the processes that the launcher's environment names."""
    cpu.keep_memory()
    processes = join(job.settings.cpu_threads)
    if processes.device.type == "cpu":
        check_products(job.settings.cpu_threads)
    elif job.settings.deterministic:
        sum_in_order()
    if not processes.first:
        log.setLevel("WARNING")
    precision = resolve_precision(job.settings.precision, processes.device)
    try:
        train(replace(job, settings=replace(job.settings, precision=precision)), options, processes)
    finally:
        leave(processes)


def resolve_precision(precision: str, device: torch.device) -> str:
    """What `auto` means here: bf16 on a GPU that has it, fp16 on an older one, fp32 on a CPU."""
    if precision != "auto":
        return precision
    if device.type == "cpu":
        return "fp32"
    return "bf16" if torch.cuda.is_bf16_supported(including_emulation=False) else "fp16"


def train(job: Job, options: RuntimeOptions, processes: Processes) -> None:
    """Train, resuming where an earlier run of the same job stopped, and write the model folder."""
    settings, recipe = job.settings, job.recipe
    examples = Examples(job.train, settings.seed, job.tokenizer)
    validation = Examples(job.validation, settings.seed, job.tokenizer) if job.validation else None
    for data in filter(None, (examples, validation)):  # read once, each process its share
        start, size = time.perf_counter(), data.verify(processes.rank, processes.count)
        processes.agree([size])
        log.info("verified %.1f GB of examples in %.0f s", size / 1e9, time.perf_counter() - start)
    refuse_untrainable(job, examples, processes)
    if validation:
        refuse_unfit(job.config, validation, job.validation[0])
    digest = identity(job, examples, processes)
    checkpoints = Path(options.checkpoint_folder or job.output / "checkpoints")
    folder = checkpoints / f"{job.output.name}-{digest[:16]}"
    model = first_model(job, examples)
    model.recompute = settings.recompute
    for head in () if examples.next_sentence else (model.pooler, model.next_sentence):
        head.requires_grad_(False)  # no loss uses them: they would do nothing but decay
    gpu, sharded = processes.device.type == "cuda", options.sharded
    compiled = {"auto": gpu, "always": True, "never": False}[settings.compile]
    training = Training(
        model, recipe, processes, sharded, compiled, settings.flash_attention, settings.fp8
    )
    peak = peak_flops(processes.device, model.dtype) * processes.count
    training_run = TrainingRun(
        settings=settings,
        options=options,
        schedule=Schedule(recipe, len(examples)),
        micro_batch_tokens=micro_batch_tokens(job, training, examples, processes),
        processes=processes,
        examples=examples,
        validation=validation,
        folder=folder,
        training=training,
        journal=Journal(
            processes, model.shape.training_flops, peak, folder, options.progress_seconds
        ),
    )
    held = checkpoint.locked(folder) if processes.first else nullcontext()
    with held, training_run.writer.thread:  # whose work ends before others may have the folder
        for line in leftovers(checkpoints, job.output.name, but=folder):
            log.info("a training with other settings, data or code left behind %s", line)
        training_run.train_to_end()
        if processes.first:
            export(job, training_run)
            if not options.keep_checkpoints:
                remove(folder)
    processes.wait()


def refuse_untrainable(job: Job, examples: Examples, processes: Processes) -> None:
    """Raise UserError, naming the file or key, for what cannot be trained."""
    if len(examples) == 0:
        raise UserError(f"{job.train[0]}: no examples")
    refuse_unfit(job.config, examples, job.train[0])
    if job.init:
        refuse_other_vocabulary(job.init, job.tokenizer)
    if nothing_masked(examples):
        raise UserError(
            f"{job.train[0]}: in no example of this phase is a token masked; with whole_word, no word "
            "of the tokenizer's is short enough for mlm_probability and max_predictions"
        )
    if (job.recipe.batch_start or job.recipe.batch_size) < processes.count:
        raise UserError(f"batch_size: fewer examples than the {processes.count} processes")


def refuse_unfit(config: dict, data: Examples, file: Path) -> None:
    """Raise UserError, naming the file, for examples that a model of this config cannot read."""
    places, types = config.get("max_position_embeddings", 512), config.get("type_vocab_size", 2)
    if data.seq_length > places:
        raise UserError(
            f"{file}: examples of up to {data.seq_length} tokens, but the model has "
            f"only {places} positions (max_position_embeddings)"
        )
    if data.vocab_size > config["vocab_size"]:
        raise UserError(
            f"{file}: a vocabulary of {data.vocab_size}, but the model has "
            f"{config['vocab_size']} (vocab_size)"
        )
    if data.next_sentence and types < 2:
        raise UserError(
            f"{file}: examples of two segments, but the model tells none apart (type_vocab_size); "
            "build them without next_sentence"
        )


def refuse_other_vocabulary(init: Path, tokenizer: Path) -> None:
    """Raise UserError where the tokenizer beside a model's weights, if any, has other ids than ours."""
    theirs = init / VOCABULARY[-1]
    if theirs.is_file() and file_digest(theirs) == file_digest(tokenizer / theirs.name):
        return
    if any((init / name).is_file() for name in TOKENIZERS) and (
        read_tokenizer(init).get_vocab() != read_tokenizer(tokenizer).get_vocab()
    ):
        raise UserError(
            f"{init}: another vocabulary than {tokenizer}, from which the examples were built; "
            f"set vocab.path to {init}"
        )


def nothing_masked(examples: Examples) -> bool:
    """Whether no token of any example is to be predicted; reads until there is one."""
    starts = range(0, len(examples), PROBE)
    parts = (np.arange(start, min(start + PROBE, len(examples))) for start in starts)
    return not any(len(examples.batch(part).masked) for part in parts)


def identity(job: Job, examples: Examples, processes: Processes) -> str:
    """A digest of all that the weights depend on; runs with the same one are the same run.

    How many GPUs there are may change on the way, as a cluster has them; a CPU's results are exact,
    and depend on its instructions.
    """
    files = [job.tokenizer / name for name in VOCABULARY]
    files += map(Path, weight_files(job.init)) if job.init else []
    return value_digest(
        {
            "settings": asdict(job.settings),
            "recipe": asdict(job.recipe),
            "config": job.config,
            "train": examples.digest,
            "files": [file_digest(file) for file in files if file.is_file()],
            "cpu": [processes.count, processes.instructions] if processes.instructions else None,
            "code": code_digest(ROOT, "scripts/pretrain/pretrain.py"),
        }
    )


def first_model(job: Job, examples: Examples) -> Bert:
    """The model that training starts from."""
    dtype = getattr(torch, PRECISIONS[job.settings.precision])
    if job.init:
        model = model_folder.load_model(job.init, dtype, job.settings.seed)
        initialisation.lengthen(model, examples.seq_length)
        return model
    model = Bert(Shape.from_config(job.config, "--model"), dtype)
    initialisation.initialise(model, job.settings.seed, job.settings.initial_weights)
    if job.settings.initial_weights != "bert":
        initialisation.predict_by_frequency(model, label_counts(examples, model.shape.vocab_size))
    return model


def label_counts(examples: Examples, vocab_size: int) -> np.ndarray:
    """How often each token is to be predicted, int64 [vocab_size], in examples spread over all."""
    spread = np.linspace(0, len(examples) - 1, min(COUNTED, len(examples))).astype(np.int64)
    parts = np.array_split(spread, -(-len(spread) // PROBE))
    labels = np.concatenate([examples.batch(part).labels for part in parts])
    return np.bincount(labels, minlength=vocab_size)


def micro_batch_tokens(
    job: Job, training: Training, examples: Examples, processes: Processes
) -> int:
    """The token budget of a micro-batch: the stated one, or the largest that fits the device."""
    if isinstance(job.settings.micro_batch_tokens, int):
        return job.settings.micro_batch_tokens
    most = int(examples.lengths.mean() * job.recipe.batch_size / processes.count)
    found = 0
    if processes.first:
        found = batch_size_probe.micro_batch_tokens(
            training.model, training.rates, examples.seq_length, max(most, examples.seq_length)
        )
    return processes.agree([found])[0]


def export(job: Job, done: TrainingRun) -> None:
    model, examples = done.training.model, done.examples
    data = {"training": examples} | ({"validation": done.validation} if done.validation else {})
    facts = {
        "parameters": sum(parameter.numel() for parameter in model.parameters()),
        "settings": {
            "precision": job.settings.precision,
            "seed": job.settings.seed,
            "sequence length": examples.seq_length,
            **job.recipe.given(),
        },
        "data": {name: [len(part), part.digest] for name, part in data.items()},
        "next_sentence": examples.next_sentence,
        "masking": examples.header.masking,
        "whole_word": examples.header.whole_word,
        "mlm_probability": examples.header.mlm_probability,
    }
    done.journal.export(job.output, facts, done.spent)
    model_folder.save_model(job.output, model.state_dict(), job.config, job.tokenizer)
    log.info("wrote %s", job.output)
