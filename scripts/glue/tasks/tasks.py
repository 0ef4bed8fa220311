"""The tasks: their files, columns, labels and metrics, official ones and a user's own."""

import json
from dataclasses import dataclass, field
from typing import Any

from scripts.common.errors import UserError

REGRESSION = ("pearson", "spearman")
CLASSIFICATION = ("accuracy", "f1", "mcc", "f1_macro")


@dataclass(frozen=True)
class Task:
    """One task of sentences or sentence pairs.

    `texts` and `label` are column names. `labels` are the classes, the positive one last; empty
    for regression, and for a task of the user's whose classes are those of its training set.
    `parts` are the evaluation sets beside one training set ("" where there is only one).
    The splits `headless` have no header but `columns` columns, named by `positions` (from 0).
    """

    name: str
    texts: tuple[str, ...]
    label: str
    labels: tuple[str, ...]
    metrics: tuple[str, ...]
    parts: tuple[str, ...] = ("",)
    drops_short_rows: bool = False
    headless: tuple[str, ...] = ()
    positions: dict[str, int] = field(default_factory=dict)
    columns: int = 0

    @property
    def regression(self) -> bool:
        """Whether the label is a number."""
        return bool(self.metrics) and self.metrics[0] in REGRESSION

    def files(self, split: str) -> dict[str, str]:
        """The file name of each part of `split` (train, dev or test)."""
        if split == "train":
            return {"": "train.tsv"}
        return {part: f"{split}_{part}.tsv" if part else f"{split}.tsv" for part in self.parts}

    def part(self, stem: str) -> str:
        """The part that a file such as `dev_matched` holds."""
        return stem.partition("_")[2] if self.parts != ("",) else ""

    def metric_names(self, parts: tuple[str, ...]) -> list[tuple[str, str, str]]:
        """(row name, part, metric) of each figure reported for these parts, in table order."""
        return [
            (f"{metric}_{part}" if part else metric, part, metric)
            for part in parts
            for metric in self.metrics
        ]


ENTAILMENT = ("entailment", "not_entailment")
PAIR = ("sentence1", "sentence2")

OFFICIAL = {
    task.name: task
    for task in (
        Task(
            "CoLA",
            ("sentence",),
            "label",
            ("0", "1"),
            ("mcc",),
            headless=("train", "dev"),
            positions={"label": 1, "sentence": 3},
            columns=4,
        ),
        Task("SST-2", ("sentence",), "label", ("0", "1"), ("accuracy",)),
        Task("MRPC", ("#1 String", "#2 String"), "Quality", ("0", "1"), ("accuracy", "f1")),
        Task("STS-B", PAIR, "score", (), ("pearson", "spearman")),
        Task(
            "QQP",
            ("question1", "question2"),
            "is_duplicate",
            ("0", "1"),
            ("accuracy", "f1"),
            drops_short_rows=True,
        ),
        Task(
            "MNLI",
            PAIR,
            "gold_label",
            ("contradiction", "entailment", "neutral"),
            ("accuracy",),
            parts=("matched", "mismatched"),
        ),
        Task("QNLI", ("question", "sentence"), "label", ENTAILMENT, ("accuracy",)),
        Task("RTE", PAIR, "label", ENTAILMENT, ("accuracy",)),
        Task("WNLI", PAIR, "label", ("0", "1"), ("accuracy",)),
    )
}
# The diagnostic set has no training data: the model finetuned on MNLI predicts it.
DIAGNOSTIC = "AX"

# Rows of the official files: train, dev, test (each part).
OFFICIAL_ROWS = {
    "CoLA": {"train": 8551, "dev": 1043, "test": 1063},
    "SST-2": {"train": 67349, "dev": 872, "test": 1821},
    "MRPC": {"train": 3668, "dev": 408, "test": 1725},
    "STS-B": {"train": 5749, "dev": 1500, "test": 1379},
    "QQP": {"train": 363846, "dev": 40430, "test": 390965},
    "MNLI": {
        "train": 392702,
        "dev_matched": 9815,
        "dev_mismatched": 9832,
        "test_matched": 9796,
        "test_mismatched": 9847,
    },
    "QNLI": {"train": 104743, "dev": 5463, "test": 5463},
    "RTE": {"train": 2490, "dev": 277, "test": 3000},
    "WNLI": {"train": 635, "dev": 71, "test": 146},
    "AX": {"test": 1104},
}


def diagnostic() -> Task:
    """The diagnostic set as a task of its own: unlabelled pairs with MNLI's labels."""
    return Task(DIAGNOSTIC, PAIR, "gold_label", OFFICIAL["MNLI"].labels, ())


def own_task(entry: dict[str, Any]) -> Task:
    """A user's own task, from a mapping of the config's `glue.tasks`.

    Its files are rewritten by `fetch_glue` as TSV with the columns sentence1, sentence2 and label.
    Raises UserError where metrics and labels do not go together.
    """
    name = entry["name"]
    metrics = entry["metric"]
    metrics = (metrics,) if isinstance(metrics, str) else tuple(metrics)
    texts = tuple(f"sentence{number}" for number in range(1, len(columns(entry)) + 1))
    numeric = [metric in REGRESSION for metric in metrics]
    labels = tuple(map(str, entry.get("labels") or ()))
    if all(numeric):
        if labels:
            raise UserError(
                f"glue.tasks: {name}: `labels` are for classes, but {metrics[0]} is for numbers"
            )
        return Task(name, texts, "label", (), metrics)
    if any(numeric):
        raise UserError(f"glue.tasks: {name}: {', '.join(metrics)} do not go together")
    if len(labels) == 1:
        raise UserError(f"glue.tasks: {name}: `labels` must name two classes or more")
    if len(labels) > 2 and "f1" in metrics:
        raise UserError(f"glue.tasks: {name}: f1 is for two classes; take f1_macro for more")
    return Task(name, texts, "label", labels, metrics)


def columns(entry: dict[str, Any]) -> list[str]:
    """The text columns of a user's own task."""
    return [entry["text"]] if isinstance(entry["text"], str) else list(entry["text"])


def parse(text: str) -> Task:
    """The task that a command line means: an official name, or a config entry as JSON."""
    if text == DIAGNOSTIC:
        return diagnostic()
    if text in OFFICIAL:
        return OFFICIAL[text]
    if text.startswith("{"):
        return own_task(json.loads(text))
    raise UserError(f"{text}: no such task; known here: {', '.join(OFFICIAL)}")
