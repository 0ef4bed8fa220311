"""Say, for each rule that would run, why: which setting, module or file changed, old and new.

    python -m scripts.workflow.why [what you would give snakemake]

It asks `snakemake -n` and puts the answer in a person's words. Nothing is run or changed.
"""

import ast
import contextlib
import json
import re
import shlex
import signal
import sys
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from scripts.common.code import module_digest
from scripts.common.data import data_yaml
from scripts.pretrain.telling.leftovers import leftovers
from scripts.workflow.internals import Reason, dry_run
from scripts.workflow.preflight import listed

ROOT = Path(__file__).parents[2]

REASONS = data_yaml(__file__, "reasons.yaml")
# Snakemake joins a job's reasons by "; ", which a setting's value may hold too.
NEXT = re.compile(f"; (?=(?:{'|'.join(REASONS['begin'])}) )")
NOT_THERE, UPDATED = "Missing output files", "Updated input files"
RESULTS = ("results/", "glue_results.")  # how the names of what a run makes begin
EDITED = "results that changed since, made again or edited by hand (delete one to undo an edit)"
CHANGED = re.compile(r"before: (?P<before>.*) now: (?P<now>.*)$")


@dataclass
class Params:
    """The params of a job, as `rules/common.smk` writes them."""

    settings: dict[str, str] = field(default_factory=dict)
    code: list[str] = field(default_factory=list)
    packages: dict[str, str] = field(default_factory=dict)
    content: str = ""


def explain(reason: str) -> list[str]:
    """A reason of Snakemake's as short phrases."""
    phrases = []
    for part in NEXT.split(reason):
        kind, _, detail = part.partition(": ")
        if kind.startswith("Params have changed"):
            phrases += changes(detail)
        elif kind == NOT_THERE:
            phrases.append(f"not there yet: {listed(detail.split(', '), 2)}")
        elif kind == UPDATED:
            phrases += updated(detail.split(", "))
        else:
            known = REASONS["said"].items()
            phrases.append(next((said for reason, said in known if reason in kind), part))
    return phrases


def updated(files: list[str]) -> list[str]:
    """Inputs that are newer: a user's own, and results, which nothing makes again unasked."""
    groups: dict[str, list[str]] = {"changed input": [], EDITED: []}
    for file in files:
        groups[EDITED if file.startswith(RESULTS) else "changed input"].append(file)
    return [f"{said}: {listed(names, 2)}" for said, names in groups.items() if names]


def changes(detail: str) -> list[str]:
    """What differs between the params before and now, setting by setting and module by module."""
    match = CHANGED.search(detail)
    if not match:
        return [detail]
    before, now = params(match["before"]), params(match["now"])
    lines = []
    for name, old, new in differing(before.settings, now.settings):
        lines += differences(name, value(old), value(new))
    if before.content != now.content:
        lines.append("changed input: your own files")
    lines += code_changes(before.code, now.code)
    for name, old, new in differing(before.packages, now.packages):
        lines.append(f"package {name}: {old or 'not tracked'} -> {new or 'not tracked'}")
    return lines


def differing(before: dict[str, Any], now: dict[str, Any]) -> list[tuple[str, Any, Any]]:
    """The names of which two mappings hold different values, or one none, with both values."""
    names = sorted(before.keys() | now.keys())
    both = [(name, before.get(name), now.get(name)) for name in names]
    return [(name, old, new) for name, old, new in both if old != new]


def code_changes(before: list[str], now: list[str]) -> list[str]:
    """What became of a step's modules, of which the params hold digests, the step's whole one first.

    A digest of now is named by the repository as it is; of one before, only the absence is known.
    """
    new, gone = set(now[1:]) - set(before[1:]), set(before[1:]) - set(now[1:])
    became = "changed" if len(new) <= len(gone) else "changed or is new" if gone else "is new"
    known = modules() if new else {}
    phrases = [f"code: {name} {became}" for name in sorted(known.get(one, one) for one in new)]
    if len(gone) > len(new):
        phrases.append(f"code: {len(gone) - len(new)} of its modules no longer used")
    if before != now and not phrases:
        phrases.append("code: a name is imported from another module")
    return phrases


def modules() -> dict[str, str]:
    files = ROOT.glob("scripts/**/*.py")
    return {module_digest(ROOT, file)[:16]: str(file.relative_to(ROOT)) for file in files}


def value(word: str | None) -> Any:
    """A flag's value, read as JSON where it is an object."""
    with contextlib.suppress(ValueError):
        return json.loads(word) if word and word.startswith("{") else word
    return word


def differences(name: str, old: Any, new: Any) -> list[str]:
    """A setting's old and new value; of two objects, only the keys that differ."""
    if isinstance(old, dict) and isinstance(new, dict):
        inner = [differences(f"{name}.{key}", *both) for key, *both in differing(old, new)]
        return [line for lines in inner for line in lines]
    before, now = ("not set" if part is None else part for part in (old, new))
    return [f"setting {name}: {before} -> {now}"]


def params(text: str) -> Params:
    found = Params()
    try:
        values = ast.literal_eval(f"[{text}]")
    except (SyntaxError, ValueError):
        found.settings[text] = ""
        return found
    for words in map(shlex.split, map(str, values)):
        if words[:1] == ["code"]:
            found.code += [word for word in words[1:] if "@" not in word]
            found.packages |= dict(word.rsplit("@", 1) for word in words[1:] if "@" in word)
            continue
        if words[:1] == ["content"]:
            found.content = words[1]
            continue
        name = ""
        for word in words:
            if word.startswith("--no-"):
                found.settings[setting_of(word.replace("--no-", "--", 1))] = "off"
            elif word.startswith("--"):
                name = setting_of(word)
                found.settings[name] = "on"
            else:
                found.settings[name] = word
    return found


def setting_of(flag: str) -> str:
    return flag.removeprefix("--").replace("-", "_")


def answer(found: list[Reason]) -> list[str]:
    """Lines for a person: rules in order, jobs of the same rule and reason together."""
    groups: dict[tuple[str, str], list[Reason]] = defaultdict(list)
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
    return lines + [
        f"unfinished progress, left behind unless settings, data and code are as it began: {line}"
        for job in found
        if job.rule == "pretrain"
        for line in leftovers(Path("results/checkpoints"), job.wildcards.removeprefix("phase="))
    ]


def main() -> None:
    found = dry_run(sys.argv[1:])
    if found.errors:
        sys.exit("\n".join(found.errors))
    print("\n".join(answer(found.jobs)))


if __name__ == "__main__":
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # end quietly with what it is piped into
    main()
