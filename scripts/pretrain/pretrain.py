"""Pretrain BERT for one phase on masked words and next sentences.

    python -m scripts.pretrain.pretrain TRAIN.h5… --validation VAL.h5… \\
        --model config/models/bert-tiny.json --tokenizer results/vocab -o results/pretrain/seq128 \\
        --steps 600 --batch-size 64 --learning-rate 1e-3 --warmup 0.1
    torchrun --standalone --nproc-per-node 8 -m scripts.pretrain.pretrain …
    python -m scripts.pretrain.pretrain TRAIN.h5… --init results/pretrain/seq128 -o …

Writes a model folder in Hugging Face's form, `metrics.jsonl`, `timing.jsonl`, a TensorBoard event
file and a model card. A run that was killed goes on from its newest checkpoint when the same command
is given again; SIGTERM and SIGUSR1 save one first and end with status 75.
"""

import json
from dataclasses import asdict
from pathlib import Path

from scripts.common import model_files
from scripts.common.atomic import remove, write_text
from scripts.common.cli import Parser, log, run
from scripts.common.code import code_digest
from scripts.common.digest import file_digest, value_digest
from scripts.common.errors import UserError
from scripts.examples.h5.example_files import Examples
from scripts.pretrain.architectures import model_folder
from scripts.pretrain.architectures.bert import Bert, Shape
from scripts.pretrain.architectures.initialisation import initialise
from scripts.pretrain.kernels import cpu
from scripts.pretrain.loop import batch_size_probe, metrics, model_card, processes
from scripts.pretrain.loop import recipe as recipes
from scripts.pretrain.loop import settings as flags
from scripts.pretrain.loop.journal import Journal
from scripts.pretrain.loop.processes import Processes
from scripts.pretrain.loop.recipe import Recipe, Schedule
from scripts.pretrain.loop.settings import PRECISIONS, Job, Upkeep
from scripts.pretrain.loop.training import Training, peak_flops
from scripts.pretrain.loop.training_run import Run

ROOT = Path(__file__).parents[2]


def main() -> None:
    parser = Parser(__doc__)
    flags.add_arguments(parser)
    recipes.add_arguments(parser)
    arguments = parser.parse_args()
    cpu.keep_memory()
    team = processes.join(arguments.cpu_threads)
    if not team.first:
        log.setLevel("WARNING")
    job = flags.job_of(arguments, team.device)
    upkeep = flags.upkeep_of(arguments, team.device)
    try:
        pretrain(job, Recipe.from_namespace(arguments), upkeep, team)
    finally:
        processes.leave(team)


def identity(job: Job, recipe: Recipe, train: Examples, validation: Examples | None) -> str:
    """A digest of all that the result depends on; runs with the same one are the same run."""
    outside = ("train", "validation", "output", "tokenizer", "init")
    files = [job.tokenizer / name for name in model_files.VOCABULARY]
    files += [job.init / model_files.WEIGHTS[0]] if job.init else []
    return value_digest(
        {
            "job": {key: value for key, value in asdict(job).items() if key not in outside},
            "recipe": asdict(recipe),
            "train": train.digest,
            "validation": validation.digest if validation else None,
            "files": [file_digest(file) for file in files if file.is_file()],
            "code": code_digest(ROOT, "scripts/pretrain/pretrain.py"),
        }
    )


def new_model(job: Job) -> Bert:
    """The model that training starts from."""
    dtype = PRECISIONS[job.precision]
    if job.init:
        return model_folder.load_model(job.init, dtype, job.seed)
    model = Bert(Shape.from_config(job.config, "--model"), dtype)
    initialise(model, job.seed, job.initial_weights)
    return model


def pretrain(job: Job, recipe: Recipe, upkeep: Upkeep, team: Processes) -> None:
    """Train, resuming where an earlier run of the same job stopped, and write the model folder."""
    train = Examples(job.train, job.seed, job.tokenizer)
    validation = Examples(job.validation, job.seed, job.tokenizer) if job.validation else None
    check(job, recipe, train, team)
    schedule = Schedule(recipe, len(train))
    digest = identity(job, recipe, train, validation)
    folder = upkeep.checkpoints / f"{job.output.name}-{digest[:16]}"
    model = new_model(job)
    model.recompute = job.recompute
    training = Training(model, recipe, team, upkeep.sharded, upkeep.compiled)
    peak = peak_flops(team.device, model.dtype) * team.count
    journal = Journal(team, model.flops, peak, folder, upkeep.progress_seconds)
    tokens = micro_batch_tokens(job, recipe, training, train, team)
    run = Run(job, schedule, tokens, upkeep, team, train, validation, folder, training, journal)
    run.train_to_end()
    if team.first:
        export(job, recipe, run)
        if upkeep.remove:
            remove(folder)
    team.wait()


def micro_batch_tokens(
    job: Job, recipe: Recipe, training: Training, train: Examples, team: Processes
) -> int:
    """The token budget of a micro-batch: the stated one, or the largest that fits the device."""
    if job.micro_batch_tokens != "auto":
        return int(job.micro_batch_tokens)
    most = max(int(train.lengths.mean() * recipe.batch_size / team.count), train.seq_length)
    found = 0
    if team.first:
        found = batch_size_probe.micro_batch_tokens(
            training.model, training.rates, train.seq_length, most
        )
    return team.agree([found])[0]


def check(job: Job, recipe: Recipe, train: Examples, team: Processes) -> None:
    """Refuse what cannot be trained, naming it."""
    if len(train) == 0:
        raise UserError(f"{job.train[0]}: no examples")
    places = job.config.get("max_position_embeddings", 512)
    if train.seq_length > places:
        raise UserError(
            f"{job.train[0]}: examples of up to {train.seq_length} tokens, but the model has only "
            f"{places} positions (max_position_embeddings)"
        )
    if train.vocab_size > job.config["vocab_size"]:
        raise UserError(
            f"{job.train[0]}: a vocabulary of {train.vocab_size}, but the model has "
            f"{job.config['vocab_size']} (vocab_size)"
        )
    if job.init and (job.init / "vocab.txt").is_file():
        theirs, ours = job.init / "vocab.txt", job.tokenizer / "vocab.txt"
        if file_digest(theirs) != file_digest(ours):
            raise UserError(
                f"{theirs}: another vocabulary than {ours}, from which the examples were built; "
                f"set vocab.path to {job.init}"
            )
    if min(recipe.batch_size, recipe.batch_start or recipe.batch_size) < team.count:
        raise UserError(f"batch_size: fewer examples than the {team.count} processes")


def export(job: Job, recipe: Recipe, run: Run) -> None:
    """Write the model folder."""
    model = run.training.model
    folder = job.output
    settings = {
        "precision": job.precision,
        "seed": job.seed,
        "sequence length": run.train.seq_length,
        **recipe.given(),
    }
    data = [("training", run.train)] + ([("validation", run.validation)] if run.validation else [])
    write_text(folder / "metrics.jsonl", metrics.lines(run.journal.rows))
    write_text(folder / "timing.jsonl", metrics.lines(run.journal.timing))
    write_text(folder / "cost.json", json.dumps(run.journal.cost(), indent=2) + "\n")
    times = {row["step"]: row["time"] for row in run.journal.timing}
    metrics.write_events(folder / metrics.EVENTS, run.journal.rows, times)
    write_text(
        folder / "README.md",
        model_card.card(folder.name, settings, model, data, run.journal.rows, run.journal.work()),
    )
    model_folder.save_model(folder, model.state_dict(), job.config, job.tokenizer)
    log.info("wrote %s", folder)


if __name__ == "__main__":
    run(main)
