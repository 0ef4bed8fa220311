"""What a run will take, estimated from its config and the size of its input.

All figures that the estimates rest on are here. Training on a CPU is reckoned from the README's runs on
two cores of an AMD EPYC; text and GPUs are assumed. Expect to be wrong by a factor of two.
"""

import math
from dataclasses import dataclass
from typing import Any

from scripts.pretrain.architectures.flops import training_flops

# Bytes of plain text a byte of input, by the input's ending; MediaWiki XML is mostly markup.
TEXT_OF_DUMP = {"": 0.18, ".bz2": 0.7, ".gz": 0.6, ".zst": 0.7}
TEXT_OF_TEXT = {"": 1.0, ".bz2": 3.5, ".gz": 2.7, ".zst": 2.8}
TEXT_OF_ARTICLE = 1700  # bytes of an article of the sample
BYTES_OF_TOKEN = 4.6  # of text, for a word piece
COMPRESSED = 1 / 2.8  # of text by zstd
EXAMPLE_TOKENS = {True: 1.45, False: 1.05}  # of a corpus token, with next-sentence pairs or without
EXAMPLE_BYTES = 1.2  # of a token's own bytes in a file of examples, with its offsets
FILL = 0.9  # tokens of an example that are not padding

# Bytes of a parameter: fp32 weights and two moments in a checkpoint; gradients and a copy in memory.
CHECKPOINT_BYTES = 12
MEMORY_BYTES = 18

START_SECONDS = {"pretrain": 8, "finetune": 8, "finetune_mnli": 8, "finetune_random": 8}
OTHER_START_SECONDS = 2
TEXT_SECONDS = 2.0  # of one core, a MB of text, from the dump to the examples of one phase
CPU_FLOPS = 40e9  # of one core, fp32
GPU_SHARE = 0.4  # of its peak, assumed for BERT-large; others report as much
GPU_PEAKS = {  # dense, half precision
    "H200": 989e12, "H100": 989e12, "A100": 312e12, "L40": 181e12, "A10": 125e12, "L4": 121e12,
    "V100": 125e12, "T4": 65e12, "4090": 165e12, "3090": 71e12,
}  # fmt: skip

SAMPLE_ROWS = 500  # of a task's training set, where GLUE is the sample's
OTHER_ROWS = 10_000  # of that of a task of the user's own
ROW_TOKENS = 40
GLUE_BYTES = 1.2e9  # the official archives and what is unpacked of them


@dataclass(frozen=True)
class Model:
    """The shape of a BERT."""

    layers: int
    hidden: int
    intermediate: int
    positions: int
    vocabulary: int

    @property
    def parameters(self) -> int:
        """Weights and biases of the encoder, the embeddings and the heads, the output's tied."""
        h = self.hidden
        layer = 4 * h * h + 2 * h * self.intermediate + 9 * h + self.intermediate
        return self.layers * layer + (self.vocabulary + self.positions) * h + 2 * h * h

    def flops(self, tokens: float, length: int, masked: float = 0.0) -> float:
        """Floating-point operations of training on so many tokens in sequences of this length."""
        return training_flops(
            layers=self.layers,
            hidden=self.hidden,
            intermediate=self.intermediate,
            vocabulary=self.vocabulary,
            tokens=tokens,
            square_tokens=tokens * length,
            masked=tokens * masked,
        )


def model_of(config: dict[str, Any], vocabulary: int) -> Model:
    """The shape that a Hugging Face config gives a model."""
    hidden = config.get("hidden_size", 768)
    return Model(
        config.get("num_hidden_layers", 12),
        hidden,
        config.get("intermediate_size", 4 * hidden),
        config.get("max_position_embeddings", 512),
        vocabulary,
    )


def text_bytes(files: dict[str, int], dump: bool) -> float:
    """Plain text in files of these sizes."""
    shares = TEXT_OF_DUMP if dump else TEXT_OF_TEXT
    return sum(
        size
        * next((share for end, share in shares.items() if end and name.endswith(end)), shares[""])
        for name, size in files.items()
    )


def phase_tokens(phase: dict[str, Any], corpus_tokens: float) -> float:
    """Tokens that a phase trains on; NaN for one that goes by the clock."""
    if "hours" in phase:
        return math.nan
    if "epochs" in phase:
        return phase["epochs"] * corpus_tokens
    return phase["steps"] * phase["batch_size"] * phase["seq_length"] * FILL


def finetune_flops(model: Model, rows: int, settings: dict[str, Any]) -> float:
    """Floating-point operations of one run on a task, at the largest of its settings."""
    epochs = settings["epochs"]
    epochs = max(epochs) if isinstance(epochs, list) else epochs
    return model.flops(rows * epochs * ROW_TOKENS, settings["max_length"])


def peak_of(gpu: str) -> float:
    """A GPU's floating-point operations a second at its peak, by its name; NaN if it is unknown."""
    return next((peak for name, peak in GPU_PEAKS.items() if name in gpu), math.nan)


def disk_bytes(
    config: dict[str, Any], model: Model, text: float, share: dict[str, float], download: float
) -> float:
    """Bytes that a run adds, where `share` says of each rule which part of its jobs would run."""

    tokens = text / BYTES_OF_TOKEN * (2 if model.vocabulary <= 65_536 else 4)  # in bytes
    examples, phases = config["examples"], len(config["pretrain"]["phases"])
    example_tokens = tokens * examples["duplicates"] * EXAMPLE_TOKENS[examples["next_sentence"]]
    checkpoint = CHECKPOINT_BYTES * model.parameters
    weights = 4.0 * model.parameters
    packed = text * COMPRESSED
    rules = {
        "download_dump": download,
        "make_sample": text,
        "download_glue": GLUE_BYTES,
        "extract_articles": packed,
        "collect_text": 0 if share.get("extract_articles") else packed,
        "split_sentences": packed,
        "shard_corpus": packed,
        "find_contamination": packed if config["corpus"]["decontaminate"] else 0,
        "tokenize_shard": tokens,
        "build_examples": example_tokens * EXAMPLE_BYTES * phases,
        "pretrain": weights * phases + checkpoint * (config["pretrain"]["checkpoints"] + 1),
        "init_model": weights,
        "finetune_mnli": weights * len(config["glue"]["seeds"]),
    }
    return sum(size * share.get(rule, 0.0) for rule, size in rules.items())
