"""Azure Batch with a CPU pool and a GPU pool: a layer over snakemake-executor-plugin-azure-batch.

A job goes to the GPU pool if it asks for `gpu`, else to the CPU pool; a pool and its Batch job
are made when a first job needs them and deleted at the end, also after Ctrl-C. Further than the
published plugin (0.3.0), this layer

- talks to nodes in the communication mode that the service still has, and scales from 0 nodes
  to the pool's most and back to 0;
- gives tasks ids within the service's 64 characters, the rule's `runtime` as their limit, and
  the variables that show a container its GPUs;
- starts a GPU job only where its container has a GPU that works;
- passes environment variables as the task's environment, never in its command line;
- shows the stdout and stderr of a failed task and keeps them in .snakemake/azure_batch_logs;
- says what became of a refused pool, of nodes that never come or are unusable, and fails their
  jobs; a retry gets a new pool;
- asks for all tasks of a pool at once, and bears a connection that fails for a while.

Never run against the real service, only against a stand-in for it: see docs/clusters-azure.md.
"""

import shlex
from collections.abc import AsyncGenerator
from pathlib import Path

import azure.batch.models as bm
from snakemake_interface_common.exceptions import WorkflowError
from snakemake_interface_executor_plugins.executors.base import SubmittedJobInfo
from snakemake_interface_executor_plugins.executors.remote import RemoteExecutor
from snakemake_interface_executor_plugins.jobs import JobExecutorInterface
from snakemake_interface_executor_plugins.settings import CommonSettings
from snakemake_storage_plugin_azure_blob import IN_PLACE

from . import pools, tasks
from .account import Account, Pool, refusal
from .settings import ExecutorSettings

__all__ = ["Executor", "ExecutorSettings", "common_settings"]

common_settings = CommonSettings(
    non_local_exec=True,
    implies_no_shared_fs=True,
    job_deploy_sources=True,
    pass_envvar_declarations_to_cmd=False,  # they travel as the task's environment
    auto_deploy_default_storage_provider=False,  # the container image has it, pinned
)

LOGS = Path(".snakemake/azure_batch_logs")


class Executor(RemoteExecutor):
    """Runs jobs as tasks of Azure Batch."""

    account: Account  # not there as long as there is nothing to do

    def __post_init__(self) -> None:
        self.settings = settings = self.workflow.executor_settings
        self.container_image = self.workflow.remote_execution_settings.container_image
        missing = settings.missing()
        if missing and len(self.dag):
            raise WorkflowError(
                f"The Azure Batch account is not named: set {', '.join(missing)} "
                "(docs/clusters-azure.md)"
            )
        self.plans = {kind: pools.plan(kind, settings) for kind in ("cpu", "gpu")}
        self.submitted = 0
        self.closing = False
        if len(self.dag):
            self.account = Account(settings, self.container_image, self.logger)

    def run_job(self, job: JobExecutorInterface) -> None:
        """Submit a job as a task; what the service refuses fails the job with its words."""
        self.submitted += 1
        try:
            plan = self.plans[tasks.kind_of(job, self.settings)]
            command = f"/bin/bash -c {shlex.quote(self.format_job_exec(job))}"
            given = (self.environment(), self.container_image, plan, self.settings)
            task = tasks.task_parameters(job, self.submitted, command, *given)
            pool = self.account.pool(plan)
            with refusal(f"task {task.id}"):
                self.account.batch.task.add(pool.name, task)
        except WorkflowError as error:
            self.report_job_error(
                SubmittedJobInfo(job), msg=f"The job could not be submitted: {error}. "
            )
            return
        info = SubmittedJobInfo(job, external_jobid=task.id, aux={"pool": pool})
        self.report_job_submission(info)

    def environment(self) -> dict[str, str]:
        """A task's variables: those that are declared, and where it keeps its files."""
        prefix = self.workflow.storage_settings.default_storage_prefix or ""
        return {IN_PLACE: prefix, **self.envvars()}

    def get_job_exec_prefix(self, job: JobExecutorInterface) -> str:
        """A GPU task looks for its GPU first: a training that falls back to the CPU is dear."""
        if tasks.kind_of(job, self.settings) == "cpu":
            return ""
        message = "The container has no GPU that works: azure-batch-pools-gpu-check failed."
        return f"{{ {{ {self.settings.gpu_check}; }} || {{ echo '{message}' >&2; exit 1; }}; }}"

    async def check_active_jobs(
        self, active_jobs: list[SubmittedJobInfo]
    ) -> AsyncGenerator[SubmittedJobInfo, None]:
        """Report what ended, yield what still runs."""
        waiting: dict[str, list[SubmittedJobInfo]] = {}
        for job in active_jobs:
            waiting.setdefault(job.aux["pool"].name, []).append(job)
        for jobs in waiting.values():
            async with self.status_rate_limiter:
                running = jobs if self.closing else self.check(jobs[0].aux["pool"], jobs)
            for job in running:
                yield job

    def check(self, pool: Pool, jobs: list[SubmittedJobInfo]) -> list[SubmittedJobInfo]:
        """One pool's part of the check: the jobs that still run."""
        found, lost = self.account.check(pool, {job.external_jobid for job in jobs})
        if found is None:
            return jobs
        running = []
        for job in jobs:
            task = found.get(job.external_jobid)
            if task is not None and task.state == bm.TaskState.completed:
                self.report_completed(job, task)
            elif lost:
                self.report_job_error(job, msg=f"Azure Batch pool {pool.name}: {lost}. ")
            elif task is None:
                self.report_job_error(job, msg="Its Azure Batch task is gone. ")
            else:
                running.append(job)
        if lost:
            self.account.discard(pool)
        return running

    def report_completed(self, job: SubmittedJobInfo, task: bm.CloudTask) -> None:
        """Report a task's end; a failure with the service's reason and what the task printed."""
        info = task.execution_info
        if info is not None and info.result == bm.TaskExecutionResult.success:
            self.report_job_success(job)
            return
        pool = job.aux["pool"]
        printed = {name: self.account.output(pool, task.id, name) for name in ("stdout", "stderr")}
        file = LOGS / pool.name / f"{task.id}.log"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("".join(f"--- {name}\n{text}\n" for name, text in printed.items()))
        ends = {name: tasks.tail(text) for name, text in printed.items() if text.strip()}
        message = f"{tasks.failure_text(task)}. "
        self.report_job_error(job, msg=message, aux_logs=[str(file)], **ends)

    def cancel_jobs(self, active_jobs: list[SubmittedJobInfo]) -> None:
        """On Ctrl-C or a crash: end all tasks, which the deletion of their jobs does as well."""
        self.closing = True
        if self.settings.keep_pool:
            self.account.end_tasks()

    def shutdown(self) -> None:
        self.closing = True
        if hasattr(self, "account"):
            self.account.close()
        super().shutdown()
