"""All that the workflow takes of Snakemake beyond what its documentation promises.

`tests/workflow/test_internals.py` tries each of these functions on the installed version.
"""

import logging
import os
from collections import Counter
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any, NamedTuple

from snakemake.cli import main as snakemake
from snakemake.cli import parse_args
from snakemake.logging import logger
from snakemake.persistence import PersistenceBase
from snakemake_interface_logger_plugins.common import LogEvent

from scripts.workflow.preflight import Job

NEWEST = (9, 27)  # that all this was tested with; `min_version` of the Snakefile is the oldest


def untested(version: str) -> str:
    """What to say of a version of Snakemake that is newer than those tested; empty for others."""
    if tuple(map(int, version.split(".")[:2])) <= NEWEST:
        return ""
    newest = ".".join(map(str, NEWEST))
    return f"Snakemake {version} is newer than {newest}, up to which this workflow was tested"


def is_main(workflow: Any) -> bool:
    """Whether this is the Snakemake that the user started, and not one that runs a single job."""
    return workflow.is_main_process


def only_touches(workflow: Any) -> bool:
    """Whether the run takes what is there as it is (`--touch`)."""
    return workflow.touch


def record_in_jobs() -> None:
    """Have a job on a cluster record what it made an output of, as the main Snakemake does.

    Snakemake leaves that to the main process. Where that one was killed, the outputs of jobs that went
    on and ended well would have no record, or that of the time before: they would be made again, or no
    later change of their settings would be noticed. Of all that Snakemake does for
    `immediate_submit`, this is the recording alone.
    """
    finished = PersistenceBase.finished

    async def finished_and_recorded(self: PersistenceBase, job: Any) -> None:
        settings = self.dag.workflow.remote_execution_settings
        before, settings.immediate_submit = settings.immediate_submit, True
        try:
            await finished(self, job)
        finally:
            settings.immediate_submit = before

    PersistenceBase.finished = finished_and_recorded


def limit_resource(workflow: Any, name: str, most: int) -> None:
    """Bound a resource of all jobs together, unless `--resources` already does."""
    if name not in workflow.global_resources:
        workflow.register_resource(name, most)


def limit_threads(workflow: Any, most: int) -> None:
    """Lower the threads of jobs, unless `--max-threads` already does."""
    if most and workflow.resource_settings.max_threads is None:
        workflow.resource_settings.max_threads = most


def use_environment(workflow: Any, root: Path, file: str) -> None:
    """Have the commands of a repository's rules run in its conda environment, by `--sdm conda`.

    A rule that names one of its own keeps it.
    """
    # In a path to an environment Snakemake takes braces for wildcards.
    environment = str(root / file).replace("{", "{{").replace("}", "}}")
    for rule in workflow.rules:
        if rule.shellcmd and not rule.conda_env and Path(rule.snakefile).is_relative_to(root):
            rule.conda_env = environment


def profile_resources(workflow: Any, rule: str) -> dict[str, Any]:
    """What `--set-resources` or a profile asks for a rule."""
    chosen = workflow.resource_settings.overwrite_resources.get(rule, {})
    return {name: resource.raw for name, resource in chosen.items()}


def graph_of(workflow: Any) -> dict[str, Any]:
    """What a workflow's graph says of a run (`preflight.Run`) that is to begin, or was a dry one."""
    todo = []
    for job in workflow.dag.needrun_jobs(exclude_finished=False):
        files = workflow.dag.dependencies[job].values()
        made = {str(file) for several in files for file in several}
        todo.append(
            Job(
                job.rule.name,
                dict(job.wildcards_dict),
                [str(file) for file in job.input if not (str(file) in made or file.is_storage)],
                [str(file) for file in job.output if not file.is_storage],
                [str(file) for file in job.input if not file.is_storage],
                {}
                if job.rule.name in workflow._localrules
                else dict(job.resources.items()) | {"threads": job.threads},
            )
        )
    return {
        "todo": todo,
        "jobs": Counter(job.rule.name for job in workflow.dag.jobs),
        "cores": workflow.resource_settings.cores or 1,
        "here": workflow.local_exec and not workflow.deployment_settings.deployment_method,
        "executor": workflow.executor_plugin.name,
    }


class Reason(NamedTuple):
    """A job of a dry run: its rule, its wildcards, and why Snakemake would run it."""

    rule: str
    wildcards: str
    reason: str


class Collector(logging.Filter):
    """Keeps what Snakemake logs of the jobs that it would run, and of what goes wrong.

    A filter, since Snakemake removes all handlers when it starts.
    """

    def __init__(self) -> None:
        super().__init__()
        self.jobs: list[Reason] = []
        self.errors: list[str] = []

    def filter(self, record: Any) -> bool:
        if getattr(record, "event", None) == LogEvent.JOB_INFO:
            wildcards = ", ".join(f"{key}={value}" for key, value in record.wildcards.items())
            self.jobs.append(Reason(record.rule_name, wildcards, record.reason))
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
    logger.removeFilter(collector)
    return collector


def executor_of(arguments: list[str]) -> str:
    """The executor that these arguments and the profile that they name choose."""
    with open(os.devnull, "w") as nowhere, redirect_stderr(nowhere):
        return parse_args(arguments)[1].executor or "local"
