"""Finetuning examples a second, against a plain Trainer script that pads to a fixed length.

    python -m tests.benchmarks.glue_finetune SST-2 ../shared/data/glue/SST-2/train.tsv \\
        --config config/models/bert-small.json --examples 2000 --threads 2

Both sides train the same random encoder on the same examples, in turn and `--repeats` times, in one
process; the medians count. The plain script is what transformers' documentation shows: Trainer,
examples padded to `max_length`, all else by default. Tokenizing and loading are outside the times.
"""

import argparse
import json
import statistics
import tempfile
import time
from pathlib import Path

import torch
from transformers import (
    AutoModelForSequenceClassification,
    BertConfig,
    BertTokenizer,
    Trainer,
    TrainingArguments,
)

from scripts.glue.files import tables
from scripts.glue.finetuning import one_run, padded_batches, trainer
from scripts.glue.finetuning.hyperparameters import Settings
from scripts.glue.tasks.official_tasks import OFFICIAL

VOCAB = Path(__file__).parents[3] / "shared/data/vocab/bert-base-uncased-vocab.txt"


def make_model(shape: dict, task) -> torch.nn.Module:
    """The same random model each time."""
    torch.manual_seed(1)
    config = BertConfig(**shape, num_labels=max(1, len(task.labels)))
    config.problem_type = task.kind.problem
    return AutoModelForSequenceClassification.from_config(config)


def plain(model, rows, task, tokenizer, args) -> float:
    """Seconds of the plain script."""
    texts = zip(*rows.texts, strict=True)
    encoded = tokenizer(
        *map(list, texts), truncation=True, padding="max_length", max_length=args.max_length
    )
    labels = task.kind.targets(task, rows.labels, encoded).tolist()
    data = [
        {**{name: encoded[name][index] for name in encoded}, "labels": labels[index]}
        for index in range(len(rows))
    ]
    with tempfile.TemporaryDirectory() as folder:
        trainer = Trainer(
            model=model,
            args=TrainingArguments(
                output_dir=folder,
                per_device_train_batch_size=args.batch_size,
                num_train_epochs=1,
                save_strategy="no",
                report_to="none",
                disable_tqdm=True,
                bf16=args.both_bf16,
                use_cpu=not torch.cuda.is_available(),
            ),
            train_dataset=data,
        )
        start = time.perf_counter()
        trainer.train()
        return time.perf_counter() - start


def ours(model, rows, task, tokenizer, args) -> float:
    """Seconds of this project's finetuning, of a folder that holds the model."""
    settings = Settings(
        epochs=1, batch_size=args.batch_size, max_length=args.max_length, precision=args.precision
    )
    with tempfile.TemporaryDirectory() as folder:
        model.save_pretrained(folder)
        tokenizer.save_pretrained(folder)
        model = one_run.load(Path(folder), task, settings)
        examples = padded_batches.encode(rows, task, model.tokenizer, args.max_length)
    return trainer.train(model, examples, settings, 1, lambda model: {"none": 0.0}).seconds["train"]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("task")
    parser.add_argument("train", type=Path)
    parser.add_argument("--config", type=Path, default=Path("config/models/bert-small.json"))
    parser.add_argument("--vocab", type=Path, default=VOCAB)
    parser.add_argument("--examples", type=int, default=2000)
    parser.add_argument("--batch-size", type=int, default=32)
    parser.add_argument("--max-length", type=int, default=128)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--precision", default="auto")
    parser.add_argument("--both-bf16", action="store_true", help="the plain script too")
    parser.add_argument("--repeats", type=int, default=3)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    task = OFFICIAL[args.task]
    rows = tables.read(args.train, task, "train")
    rows = tables.Rows(rows.texts[: args.examples], rows.labels[: args.examples], [])
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "vocab.txt").write_bytes(args.vocab.read_bytes())
        tokenizer = BertTokenizer.from_pretrained(folder)
    shape = json.loads(args.config.read_text())
    seconds = {"plain": [], "ours": []}
    for _ in range(args.repeats):
        for name, side in (("plain", plain), ("ours", ours)):
            seconds[name].append(side(make_model(shape, task), rows, task, tokenizer, args))
    medians = {name: statistics.median(values) for name, values in seconds.items()}
    for name, value in medians.items():
        print(f"{name:6} {len(rows) / value:8.1f} examples/s")
    kind = str(trainer.precision(args.precision)).removeprefix("torch.")
    print(
        f"ratio  {medians['plain'] / medians['ours']:8.2f}  ({task.name}, {len(rows)} examples, "
        f"{args.config.stem}, {args.threads} threads; ours {kind}, plain "
        f"{'bf16' if args.both_bf16 else 'fp32'})"
    )


if __name__ == "__main__":
    main()
