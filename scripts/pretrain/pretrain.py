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

from argparse import Namespace
from inspect import getdoc
from pathlib import Path

from scripts.common import cli
from scripts.common.errors import UserError
from scripts.common.settings import add_flags, from_args
from scripts.pretrain.architectures import model_config
from scripts.pretrain.loop.job import Job, RuntimeOptions, Settings
from scripts.pretrain.loop.recipe import Recipe

# What this step imports and no weight depends on; other ways to make a digest show in the digests made.
TELLING = ("scripts/pretrain/telling", "scripts/common/code.py")


def job_of(arguments: Namespace) -> Job:
    """The job that the command line names."""
    settings, recipe = from_args(Settings, arguments), from_args(Recipe, arguments)
    if (arguments.model is None) == (arguments.init is None):
        raise UserError("give either --model, for a new model, or --init, to go on from one")
    tokenizer = arguments.tokenizer or arguments.init
    if tokenizer is None:
        raise UserError("a new model needs --tokenizer")
    from scripts.examples.tokenizer.vocabulary import load_vocabulary  # numpy

    vocabulary = load_vocabulary(tokenizer)
    if arguments.init:
        config = model_config.read_config(arguments.init)
    else:
        config = model_config.read_model(arguments.model)
        config = model_config.new_config(config, vocabulary.size)
        model_config.Shape.from_config(config, "--model")
    config = model_config.with_special_ids(config, vocabulary.special_ids)
    files = (arguments.train, arguments.validation, arguments.output, tokenizer, arguments.init)
    return Job(*files, config, settings, recipe)


@cli.step
def main() -> None:
    parser = cli.Parser(__doc__)
    add = parser.add_argument
    add("train", nargs="+", type=Path, help="files of examples")
    add("-o", "--output", required=True, type=Path, help="folder of the model")
    add("--validation", nargs="*", type=Path, default=[], help="files of examples to validate on")
    add("--model", help="Hugging Face config of a new model: a JSON file, or the JSON itself")
    add("--tokenizer", type=Path, help="tokenizer folder; default: that of --init")
    add("--init", type=Path, help="model folder to go on from instead of a new model")
    add_flags(parser, Settings)
    add_flags(parser.add_argument_group("recipe", getdoc(Recipe)), Recipe)
    runtime = parser.add_argument_group("runtime", "No weight depends on these.")
    add_flags(runtime, RuntimeOptions)
    arguments = parser.parse_args()
    job, options = job_of(arguments), from_args(RuntimeOptions, arguments)

    from scripts.pretrain.loop.phase import pretrain  # torch, once the flags are known to be right

    pretrain(job, options)
