"""Tasks of the user's own, from the config's `glue.tasks`, and what a command line calls a task."""

import json
from dataclasses import dataclass
from typing import Any

from scripts.common.errors import UserError
from scripts.common.settings import setting
from scripts.glue.tasks.kinds import KINDS, kind_of
from scripts.glue.tasks.official_tasks import DIAGNOSTIC, OFFICIAL, diagnostic
from scripts.glue.tasks.task import Task


@dataclass(frozen=True)
class Entry:
    """The keys of an entry of `glue.tasks` whose values the kinds of tasks decide."""

    metric: str = setting(
        lists="one or more of " + ", or of ".join(", ".join(kind.metrics) for kind in KINDS),
        enum=[metric for kind in KINDS for metric in kind.metrics],
    )


def own_task(entry: dict[str, Any]) -> Task:
    """A user's own task, from its entry.

    Its files are rewritten by `import_task` as TSV with the columns sentence1, sentence2 and label.
    Raises UserError where metrics and labels do not go together.
    """
    name, metrics = entry["name"], entry["metric"]
    metrics = (metrics,) if isinstance(metrics, str) else tuple(metrics)
    labels = tuple(map(str, entry.get("labels") or ()))
    kind = kind_of(metrics)
    if not kind:
        raise UserError(f"glue.tasks: {name}: {', '.join(metrics)} do not go together")
    kind.check_own(name, labels, metrics)
    texts = tuple(f"sentence{number}" for number in range(1, len(text_columns(entry)) + 1))
    return Task(name, kind, texts, "label", labels, metrics)


def text_columns(entry: dict[str, Any]) -> list[str]:
    return [entry["text"]] if isinstance(entry["text"], str) else list(entry["text"])


def parse_task(text: str) -> Task:
    """The task that a command line means: an official name, or a config entry as JSON."""
    if text == DIAGNOSTIC:
        return diagnostic()
    if text in OFFICIAL:
        return OFFICIAL[text]
    if text.startswith("{"):
        return own_task(json.loads(text))
    raise UserError(f"{text}: no such task; known here: {', '.join(OFFICIAL)}")
