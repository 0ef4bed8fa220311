"""The model card: what a model is, how it was trained, on what, and how it ended."""

import json
from pathlib import Path

from scripts.common.atomic import write_text
from scripts.common.data import data_text
from scripts.examples.h5.example_files import Examples
from scripts.pretrain.architectures.bert import Bert
from scripts.pretrain.architectures.model_folder import save_model

TEMPLATE = data_text(__file__, "model_card.md")


def table(rows: list[tuple]) -> str:
    """Rows of a Markdown table."""
    return "\n".join("| " + " | ".join(map(cell, row)) + " |" for row in rows)


def cell(value) -> str:
    """A value as a table shows it."""
    if isinstance(value, (dict, list)):
        return f"`{json.dumps(value)}`"
    return f"{value:,}" if isinstance(value, int) else str(value)


def losses(rows: list[dict]) -> str:
    """The last training and the last validation values as a table."""
    last: dict[str, dict] = {}
    for row in rows:
        last["validation" if "validation_loss" in row else "training"] = row
    pairs = [
        (f"{kind} {key.removeprefix('validation_').replace('_', ' ')}", value)
        for kind, row in sorted(last.items())
        for key, value in row.items()
        if "loss" in key or "accuracy" in key
    ]
    return "| | value |\n| --- | --- |\n" + table(pairs) if pairs else "Not trained."


def card(
    title: str,
    settings: dict,
    model: Bert,
    data: list[tuple[str, Examples]],
    rows: list[dict],
    cost: str = "None.",
) -> str:
    """The card of a model that was trained on `data`, or of one that was not trained at all.

    `cost` is a sentence on the work that it took. The card says nothing that depends on the day, the
    machine or the time that it took.
    """
    shape = model.shape
    examples = [(name, len(part), f"`{part.digest[:16]}`") for name, part in data]
    first = data[0][1] if data else None
    return TEMPLATE.format(
        title=title,
        layers=shape.num_hidden_layers,
        hidden=shape.hidden_size,
        heads=shape.num_attention_heads,
        vocabulary=shape.vocab_size,
        parameters=sum(p.numel() for p in model.parameters()),
        origin=origin(first),
        settings=table([(k.replace("_", " "), v) for k, v in sorted(settings.items())]),
        data=table(examples),
        masking=masking(first) if first else "",
        cost=cost,
        losses=losses(rows),
    )


def origin(examples: Examples | None) -> str:
    """What the model was trained to do, in a few words."""
    if examples is None:
        return "with random weights, not trained"
    what = " and next sentences" if examples.next_sentence else ""
    return f"pretrained by dump2glue on masked words{what}"


def masking(examples: Examples) -> str:
    """How the examples were masked, in a sentence."""
    header = examples.header
    what = "whole words" if header.whole_word else "word pieces"
    when = "drawn anew each epoch" if header.masking == "dynamic" else "drawn once"
    return f"{header.mlm_probability:.0%} of the {what} are masked, {when}."


def save_untrained(
    folder: Path, settings: dict, model: Bert, config: dict, tokenizer: Path
) -> None:
    """Write the folder of a model that was not trained here, its card with `settings`."""
    write_text(folder / "README.md", card(folder.name, settings, model, [], []))
    save_model(folder, model.state_dict(), config, tokenizer)
