"""Say, for each rule that would run, why: which setting, module or file changed, old and new.

    python -m scripts.workflow.why [what you would give snakemake]

It asks `snakemake -n` and puts the answer in a person's words. Nothing is run or changed.
"""

import ast
import json
import logging
import os
import re
import shlex
import sys
from collections import defaultdict
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from typing import Any

from snakemake.cli import main as snakemake
from snakemake.logging import logger
from snakemake_interface_logger_plugins.common import LogEvent

# Snakemake joins a job's reasons by "; ", which a setting's value may hold too.
NEXT = re.compile(
    r"; (?=(?:Missing output|Incomplete output|Updated input|Input files|Output file|Job provides"
    r"|Set of input|Code has|Params have|Software environment) )"
)
CHANGED = re.compile(r"before: (?P<before>.*) now: (?P<now>.*)$")


@dataclass(frozen=True)
class Job:
    """A job of a dry run: its rule, its wildcards, and Snakemake's reason."""

    rule: str
    wildcards: str
    reason: str


class Collector(logging.Filter):
    """Keeps what Snakemake logs of the jobs that it would run, and of what goes wrong.

    A filter, since Snakemake removes all handlers when it starts.
    """

    def __init__(self):
        super().__init__()
        self.jobs: list[Job] = []
        self.errors: list[str] = []

    def filter(self, record: logging.LogRecord) -> bool:
        event = getattr(record, "event", None)
        if event == LogEvent.JOB_INFO:
            wildcards = ", ".join(f"{key}={value}" for key, value in record.wildcards.items())
            self.jobs.append(Job(record.rule_name, wildcards, record.reason))
        elif record.levelno >= logging.ERROR:
            self.errors.append(record.getMessage())
        return True


def dry_run(arguments: list[str]) -> Collector:
    """What `snakemake -n` says, given these arguments."""
    collector = Collector()
    logger.addFilter(collector)
    with open(os.devnull, "w") as nowhere, redirect_stdout(nowhere), redirect_stderr(nowhere):
        try:
            snakemake(["--dry-run", *arguments])
        except SystemExit as end:
            if end.code and not collector.errors:
                collector.errors.append("snakemake --dry-run failed; run it to see why")
    return collector


def explain(reason: str) -> list[str]:
    """A reason of Snakemake's as short phrases."""
    phrases = []
    for part in NEXT.split(reason):
        kind, _, detail = part.partition(": ")
        if kind.startswith("Params have changed"):
            phrases += changes(detail)
        elif kind == "Missing output files":
            phrases.append(f"not there yet: {shorten(detail)}")
        elif kind == "Input files updated by another job":
            phrases.append("its input is made anew")
        elif kind == "Updated input files":
            phrases.append(f"changed input: {shorten(detail)}")
        elif kind.startswith("Set of input files has changed"):
            phrases.append("its list of input files changed")
        elif kind.startswith("Code has changed"):
            phrases.append("the rule's command changed")
        else:
            phrases.append(part)
    return phrases


def changes(detail: str) -> list[str]:
    """What differs between the params before and now, setting by setting and module by module."""
    match = CHANGED.search(detail)
    if not match:
        return [detail]
    before, now = settings(match["before"]), settings(match["now"])
    phrases = []
    for name in sorted(before.keys() | now.keys()):
        old, new = before.get(name), now.get(name)
        if old == new:
            continue
        if name.startswith("--"):
            phrases += differences(name[2:].replace("-", "_"), value(old), value(new))
        elif name.endswith(".py"):
            verb = "is new" if old is None else "is no longer used" if new is None else "changed"
            phrases.append(f"code: {name} {verb}")
        else:
            phrases.append(f"package {name}: {old or 'not tracked'} -> {new or 'not tracked'}")
    return phrases


def value(word: str | None) -> Any:
    """A flag's value, read as JSON where it is an object."""
    if word and word.startswith("{"):
        try:
            return json.loads(word)
        except ValueError:
            return word
    return word


def differences(name: str, old: Any, new: Any) -> list[str]:
    """A setting's old and new value; of two objects, only the keys that differ."""
    if isinstance(old, dict) and isinstance(new, dict):
        keys = sorted(old.keys() | new.keys())
        return [
            phrase
            for key in keys
            if old.get(key) != new.get(key)
            for phrase in differences(f"{name}.{key}", old.get(key), new.get(key))
        ]
    before, now = ("not set" if part is None else part for part in (old, new))
    return [f"setting {name}: {before} -> {now}"]


def settings(params: str) -> dict[str, str]:
    """The flags and code versions in Snakemake's list of params: {--seed: 42, scripts/x.py: ab12}."""
    try:
        values = ast.literal_eval(f"[{params}]")
    except (SyntaxError, ValueError):
        return {params: ""}
    found: dict[str, str] = {}
    for value in map(str, values):
        words = shlex.split(value)
        if words[:1] == ["code"]:
            found |= dict(word.rsplit("@", 1) for word in words[1:])
            continue
        name = ""
        for word in words:
            if word.startswith("--"):
                name = word
                found[name] = "on"
            else:
                found[name] = word
    return found


def shorten(files: str, most: int = 2) -> str:
    """The first files of a list, and how many more there are."""
    names = files.split(", ")
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def answer(found: list[Job]) -> list[str]:
    """Lines for a person: rules in order, jobs of the same rule and reason together."""
    groups: dict[tuple[str, str], list[Job]] = defaultdict(list)
    for job in found:
        if job.rule != "all":
            groups[job.rule, "; ".join(explain(job.reason))].append(job)
    if not groups:
        return ["Nothing would run: every output is up to date."]
    lines = []
    for (rule, why), members in groups.items():
        which = f" ({members[0].wildcards})" if members[0].wildcards else ""
        which = f" ({len(members)} jobs)" if len(members) > 1 else which
        lines.append(f"{rule}{which}: {why}")
    return lines


def main() -> None:
    found = dry_run(sys.argv[1:])
    if found.errors:
        sys.exit("\n".join(found.errors))
    print("\n".join(answer(found.jobs)))


if __name__ == "__main__":
    main()
