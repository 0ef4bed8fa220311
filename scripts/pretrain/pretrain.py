"""Pretrain BERT for one phase on masked words and next sentences.

    python -m scripts.pretrain.pretrain TRAIN.h5… --validation VAL.h5… \\
        --model config/models/bert-tiny.json --tokenizer results/vocab -o results/pretrain/seq128 \\
        --steps 600 --batch-size 64 --learning-rate 1e-3 --warmup 0.1
    torchrun --standalone --nproc-per-node 8 -m scripts.pretrain.pretrain …
    python -m scripts.pretrain.pretrain TRAIN.h5… --init results/pretrain/seq128 -o …

Writes a model folder in Hugging Face's form, `metrics.jsonl`, `timing.jsonl`, `cost.json` and
`training.json`, of which scripts/report makes a card, events for TensorBoard and pictures. A run that
was killed goes on from its newest checkpoint when the same command is given again; SIGTERM, SIGUSR1,
SIGINT (Ctrl-C) and SIGHUP save one first and end with status 75.
"""

from collections.abc import Sequence
from pathlib import Path

from scripts.common import cli
from scripts.common.errors import UserError
from scripts.pretrain.architectures import model_config
from scripts.pretrain.loop.job import Job, RuntimeOptions, Settings
from scripts.pretrain.loop.recipe import Recipe

# What this step imports and no weight depends on; other ways to make a digest show in the digests made.
TELLING = ("scripts/pretrain/telling", "scripts/common/code.py")


def pretrain(
    train: list[Path],
    /,
    output: Path,
    settings: Settings,
    recipe: Recipe,
    runtime: RuntimeOptions,
    validation: Sequence[Path] = (),
    model: str | None = None,
    tokenizer: Path | None = None,
    init: Path | None = None,
) -> None:
    """Do this process's share of a phase. Raises UserError, naming flag or file, for what cannot be."""
    if (model is None) == (init is None):
        raise UserError("give either --model, for a new model, or --init, to go on from one")
    tokenizer = tokenizer or init
    if tokenizer is None:
        raise UserError("a new model needs --tokenizer")
    from scripts.examples.tokenizer.vocabulary import load_vocabulary  # numpy

    vocabulary = load_vocabulary(tokenizer)
    if init is not None:
        config = model_config.read_config(init)
    else:
        assert model is not None
        config = model_config.new_config(model_config.read_model(model), vocabulary.size)
        model_config.Shape.from_config(config, "--model")
    config = model_config.with_special_ids(config, vocabulary.special_ids)
    job = Job(train, [*validation], output, tokenizer, init, config, settings, recipe)

    from scripts.pretrain.loop import phase  # torch, once the flags are known to be right

    phase.pretrain(job, runtime)


main = cli.step(
    pretrain,
    train="files of examples",
    output="folder of the model",
    validation="files of examples to validate on",
    model="Hugging Face config of a new model: a JSON file, or the JSON itself",
    tokenizer="tokenizer folder; default: that of --init",
    init="model folder to go on from instead of a new model",
)
