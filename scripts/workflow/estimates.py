"""What a run will take, estimated from its config and the size of its input.

The figures that they rest on are in estimates.yaml; the plan measures what this machine does.
"""

import math
from types import SimpleNamespace
from typing import Any

from scripts.common.data import data_yaml
from scripts.pretrain.architectures.model_config import Shape

FIGURES = SimpleNamespace(**data_yaml(__file__, "estimates.yaml"))


def text_bytes(files: dict[str, int], dump: bool) -> float:
    shares = FIGURES.text_of_dump if dump else FIGURES.text_of_text
    return sum(
        size
        * next((share for end, share in shares.items() if end and name.endswith(end)), shares[""])
        for name, size in files.items()
    )


def minutes(seconds: float, most: int) -> int:
    """Minutes to ask a cluster for: a quarter of an hour and three times the estimate; `most` if unknown."""
    return most if math.isnan(seconds) else min(most, 15 + math.ceil(seconds / 20))


def phase_tokens(phase: dict[str, Any], corpus_tokens: float) -> float:
    """Tokens that a phase trains on; NaN for one that goes by the clock."""
    if "hours" in phase:
        return math.nan
    if "epochs" in phase:
        return phase["epochs"] * corpus_tokens
    return phase["steps"] * phase["batch_size"] * phase["seq_length"] * FIGURES.fill


def finetune_flops(model: Shape, rows: int, settings: dict[str, Any]) -> float:
    """Floating-point operations of one run on a task, at the largest of its settings."""
    epochs = settings["epochs"]
    epochs = max(epochs) if isinstance(epochs, list) else epochs
    tokens = rows * epochs * FIGURES.row_tokens
    return model.training_flops(tokens, tokens * settings["max_length"], sequences=rows * epochs)


def peak_of(gpu: str) -> float:
    """A GPU's floating-point operations a second at its peak, by its name; NaN if it is unknown."""
    return next((peak * 1e12 for name, peak in FIGURES.gpu_peaks.items() if name in gpu), math.nan)


def disk_bytes(
    config: dict[str, Any], model: Shape, text: float, share: dict[str, float], download: float
) -> float:
    """Bytes that a run adds, where `share` says of each rule which part of its jobs would run."""
    tokens = text / FIGURES.bytes_of_token * (2 if model.vocab_size <= 65_536 else 4)  # in bytes
    examples, phases = config["examples"], len(config["pretrain"]["phases"])
    pretrainings = len(config["pretrain"]["seeds"] or [config["seed"]])
    made = tokens * examples["duplicates"] * FIGURES.example_tokens[examples["next_sentence"]]
    checkpoint = FIGURES.checkpoint_bytes * model.parameters
    weights = 4.0 * model.parameters
    packed = text / FIGURES.packing
    rules = {
        "download_dump": download,
        "make_sample": text,
        "download_glue": FIGURES.glue_bytes,
        "extract_articles": packed,
        "collect_text": 0 if share.get("extract_articles") else packed,
        "split_sentences": packed,
        "sign_documents": 8 * config["corpus"]["near"]["bands"] * text / FIGURES.text_of_article,
        "place_documents": packed,
        "shard_corpus": packed,
        "find_contamination": packed if config["corpus"]["decontaminate"] else 0,
        "tokenize_shard": tokens,
        "build_examples": made * FIGURES.example_bytes * phases,
        "pretrain": weights * phases * pretrainings
        + checkpoint * (config["pretrain"]["checkpoints"] + 1),
        "init_model": weights * pretrainings,
        "finetune_mnli": weights * pretrainings * len(config["glue"]["seeds"]),
    }
    return sum(size * share.get(rule, 0.0) for rule, size in rules.items())
