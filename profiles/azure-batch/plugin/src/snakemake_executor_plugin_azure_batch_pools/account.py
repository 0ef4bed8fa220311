"""The Batch account: pools with their jobs, and what becomes of their tasks."""

import datetime
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from logging import Logger

import azure.batch.models as bm
from azure.batch import BatchServiceClient
from azure.core.exceptions import AzureError
from azure.mgmt.batch import BatchManagementClient
from msrest.exceptions import ClientException
from requests.exceptions import RequestException
from snakemake_executor_plugin_azure_batch import util
from snakemake_interface_common.exceptions import WorkflowError

from . import health, pools
from .settings import ExecutorSettings

# The published plugin asks for a token without `/.default`, which a service principal may not.
BATCH_SCOPE = "https://batch.core.windows.net//.default"
OUTPUT_BYTES = 4 << 20  # kept of a failed task's stdout and of its stderr
PATIENCE = 30  # status checks in a row that may fail before a pool is given up
GONE = ("JobNotFound", "PoolNotFound")

ServiceError = (AzureError, ClientException, RequestException)


@dataclass
class Pool:
    """A pool of this run with its Batch job, which has the same name."""

    name: str
    plan: pools.Plan
    # When its tasks began, as last seen, by task.
    began: dict[str, datetime.datetime | None] = field(default_factory=dict)
    told: set[str] = field(default_factory=set)  # troubles that were already reported
    unanswered: int = 0  # status checks that failed in a row


@contextmanager
def refusal(what: str) -> Iterator[None]:
    """Turn the service's refusal of something into a WorkflowError with its words."""
    try:
        yield
    except ServiceError as error:
        raise WorkflowError(f"the service refused {what}: {health.refused(error)}") from None


class Account:
    """The Batch account, as far as one run of Snakemake uses it."""

    def __init__(self, settings: ExecutorSettings, image: str, logger: Logger) -> None:
        self.settings, self.image, self.logger = settings, image, logger
        self.batch = BatchServiceClient(
            util.AzureIdentityCredentialAdapter(util.CustomAzureCredential(), BATCH_SCOPE),
            settings.account_url,
        )
        self.management = BatchManagementClient(
            credential=util.CustomAzureCredential(), subscription_id=settings.subscription_id or ""
        )
        self.pools: dict[str, Pool] = {}  # by kind
        self.lock = threading.Lock()
        self.stamp = f"{datetime.datetime.now():%Y%m%d-%H%M%S}-{uuid.uuid4().hex[:6]}"
        self.made = 0

    def pool(self, plan: pools.Plan) -> Pool:
        """The pool of a kind, made now if there is none; a WorkflowError if it is refused."""
        with self.lock:
            if plan.kind not in self.pools:
                self.made += 1
                pool = Pool(f"snakemake-{plan.kind}-{self.stamp}-{self.made}", plan)
                self.make(pool)
                self.pools[plan.kind] = pool
            return self.pools[plan.kind]

    def make(self, pool: Pool) -> None:
        """Create a pool and a job on it; a pool whose job is refused is deleted again."""
        plan, name = pool.plan, pool.name
        many = f"up to {plan.nodes}" if plan.autoscale else str(plan.nodes)
        kind = "spot" if plan.low_priority else "dedicated"
        self.logger.info(
            f"Azure Batch: making pool and job {name}, {many} {kind} nodes of {plan.vm_size}"
        )
        with refusal(f"pool {name}"):
            # Only the management interface gives a pool an identity.
            self.management.pool.create(
                resource_group_name=self.settings.resource_group_name or "",
                account_name=self.settings.batch_account_name,
                pool_name=name,
                parameters=pools.pool_parameters(plan, name, self.settings, self.image),
            )
        constraints = bm.JobConstraints(max_task_retry_count=0)
        where = bm.PoolInformation(pool_id=name)
        job = bm.JobAddParameter(id=name, constraints=constraints, pool_info=where)
        try:
            with refusal(f"job {name}"):
                self.batch.job.add(job)
        except WorkflowError:
            self.delete("pool", name)
            raise

    def check(
        self, pool: Pool, wanted: set[str]
    ) -> tuple[dict[str, bm.CloudTask] | None, str | None]:
        """The pool's tasks by id, None if they cannot be had just now; why it cannot go on, if so."""
        try:
            options = bm.TaskListOptions(select="id,state,executionInfo,nodeInfo")
            tasks = {task.id: task for task in self.batch.task.list(pool.name, options)}
            done = {task.id for task in tasks.values() if task.state == bm.TaskState.completed}
            lost = None if wanted <= done else self.inspect(pool)
        except ServiceError as error:
            reason = health.refused(error)
            if code(error) in GONE:
                return {}, f"it is gone, somebody deleted it ({reason})"
            pool.unanswered += 1
            self.logger.warning(f"Azure Batch gives no status ({pool.unanswered} times): {reason}")
            if pool.unanswered < PATIENCE:
                return None, None
            return {}, f"no status after {pool.unanswered} attempts: {reason}"
        pool.unanswered = 0
        for name in wanted & tasks.keys():
            self.note_requeue(pool, tasks[name])
        return tasks, lost

    def inspect(self, pool: Pool) -> str | None:
        """Tell of new troubles with a pool and its nodes; the reason if it can never work."""
        state = self.batch.pool.get(pool.name)
        nodes = list(self.batch.compute_node.list(pool.name))
        troubles = [f"did not get all nodes: {text}" for text in health.resize_troubles(state)]
        troubles += [f"node {node} {text}" for node, text in health.node_troubles(nodes)]
        for trouble in troubles:
            if trouble not in pool.told:
                pool.told.add(trouble)
                self.logger.warning(f"Azure Batch pool {pool.name}: {trouble}")
        return health.hopeless(state, nodes)

    def note_requeue(self, pool: Pool, task: bm.CloudTask) -> None:
        """Tell when a task is queued again, which Batch does when its node is preempted or lost.

        Only running and completed tasks have a start; by the time of this look it may be a new one.
        """
        now = task.execution_info.start_time if task.execution_info is not None else None
        before, pool.began[task.id] = pool.began.get(task.id), now
        if before is not None and now != before:
            self.logger.warning(
                f"Azure Batch task {task.id} lost its node (preempted or failed) "
                "and is queued again"
            )

    def output(self, pool: Pool, task: str, name: str) -> str:
        """What a task printed to `stdout` or `stderr`, up to a limit."""
        kept = b""
        try:
            for chunk in self.batch.file.get_from_task(pool.name, task, f"{name}.txt"):
                kept += chunk
                if len(kept) > OUTPUT_BYTES:
                    kept = kept[:OUTPUT_BYTES] + b"\n(cut here)"
                    break
        except ServiceError as error:  # such as a node that is gone
            return f"(not to be had: {health.refused(error)})"
        return kept.decode(errors="replace")

    def end_tasks(self) -> None:
        """End all tasks of pools that are kept."""
        for pool in list(self.pools.values()):
            try:
                self.batch.job.terminate(pool.name)
            except ServiceError as error:
                reason = health.refused(error)
                self.logger.warning(f"Azure Batch: could not end job {pool.name}: {reason}")

    def close(self) -> None:
        """Delete this run's jobs and pools, or say which ones stay."""
        with self.lock:
            left, self.pools = list(self.pools.values()), {}
        for pool in left:
            if self.settings.keep_pool:
                self.logger.info(f"Azure Batch: pool and job {pool.name} stay, as keep-pool says")
            else:
                self.discard(pool)

    def discard(self, pool: Pool) -> None:
        """Delete a job with its tasks, and its pool with the nodes; another job gets a new one."""
        with self.lock:
            if self.pools.get(pool.plan.kind) is pool:
                del self.pools[pool.plan.kind]
        self.logger.info(f"Azure Batch: deleting job and pool {pool.name}")
        self.delete("job", pool.name)
        self.delete("pool", pool.name)

    def delete(self, what: str, name: str) -> None:
        """Delete a job or pool; if that fails say how to do it by hand, as nodes cost money."""
        try:
            getattr(self.batch, what).delete(name)
        except ServiceError as error:
            if code(error) not in (*GONE, "JobBeingDeleted", "PoolBeingDeleted"):
                self.logger.error(
                    f"Azure Batch: could not delete {what} {name}: {health.refused(error)}; "
                    f"delete it yourself: az batch {what} delete --{what}-id {name} --yes"
                )


def code(error: Exception) -> str | None:
    """The service's code of an error, such as PoolNotFound."""
    return getattr(getattr(error, "error", None), "code", None)
