"""Write a pretrained model's card: what it is, how it was trained, on what, and how it ended.

    python -m scripts.report.describe_model results/pretrain/seq128/config.json \\
        results/pretrain/seq128/training.json results/pretrain/seq128/metrics.jsonl -o README.md

The card says nothing that depends on the day, the machine or the time that the training took.
"""

import json
from pathlib import Path

from scripts.common import cli
from scripts.common.atomic import write_text
from scripts.common.data import data_text
from scripts.common.json_text import read_json
from scripts.common.text import read_rows

TEMPLATE = data_text(__file__, "model_card.md")


def table(rows: list[tuple]) -> str:
    return "\n".join("| " + " | ".join(map(cell, row)) + " |" for row in rows)


def cell(value) -> str:
    if isinstance(value, (dict, list)):
        return f"`{json.dumps(value)}`"
    return f"{value:,}" if isinstance(value, int) else str(value)


def losses(rows: list[dict]) -> str:
    last: dict[str, dict] = {}
    for row in rows:
        last["validation" if "validation_loss" in row else "training"] = row
    pairs = [
        (f"{kind} {key.removeprefix('validation_').replace('_', ' ')}", value)
        for kind, row in sorted(last.items())
        for key, value in row.items()
        if "loss" in key or "accuracy" in key
    ]
    return "| | value |\n| --- | --- |\n" + table(pairs)


def card(title: str, config: dict, training: dict, rows: list[dict]) -> str:
    work = training["work"]
    return TEMPLATE.format(
        title=title,
        layers=config["num_hidden_layers"],
        hidden=config["hidden_size"],
        heads=config["num_attention_heads"],
        vocabulary=config["vocab_size"],
        parameters=training["parameters"],
        next_sentences=" and next sentences" if training["next_sentence"] else "",
        settings=table([(k.replace("_", " "), v) for k, v in sorted(training["settings"].items())]),
        data=table([(name, n, f"`{sha[:16]}`") for name, (n, sha) in training["data"].items()]),
        share=f"{training['mlm_probability']:.0%}",
        what="whole words" if training["whole_word"] else "word pieces",
        when="drawn anew each epoch" if training["masking"] == "dynamic" else "drawn once",
        losses=losses(rows),
        **work,
    )


@cli.step
def main(config: Path, training: Path, metrics: Path, /, output: Path) -> None:
    title = config.absolute().parent.name
    write_text(output, card(title, read_json(config), read_json(training), read_rows(metrics)))
