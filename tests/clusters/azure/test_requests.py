"""What is asked of the service, held against its reference; what is said of its answers."""

import datetime
import logging
from types import SimpleNamespace

import azure.batch.models as data_models
import pytest
from azure.mgmt.batch import models as management_models
from hypothesis import given
from hypothesis import strategies as st
from snakemake_executor_plugin_azure_batch import build
from snakemake_executor_plugin_azure_batch_pools import ExecutorSettings, health, pools, tasks
from snakemake_executor_plugin_azure_batch_pools.account import Account, Pool
from snakemake_interface_common.exceptions import WorkflowError

from tests.clusters.azure import rules
from tests.clusters.azure.formula import Formula, FormulaError, Metric
from tests.clusters.azure.schema import mistakes

IMAGE = "example.azurecr.io/dump2glue:1"
IDENTITY = "/subscriptions/s/resourceGroups/g/providers/x/userAssignedIdentities/nodes"


def settings(**changes) -> ExecutorSettings:
    account = {"account_url": "https://a.b.batch.azure.com", "autoscale": True}
    return ExecutorSettings(**{**account, "managed_identity_resource_id": IDENTITY, **changes})


def pool_body(kind: str = "cpu", **changes) -> dict:
    """The request for a pool, after the service's checks."""
    chosen = settings(**changes)
    pool = pools.pool_parameters(pools.plan(kind, chosen), "name", chosen, IMAGE)
    body = pool.serialize()
    assert list(mistakes(body, "Pool", management_models)) == []
    assert rules.pool(body) is None
    return body


def job(name: str = "rule", **resources) -> SimpleNamespace:
    return SimpleNamespace(name=name, resources=resources, wildcards_dict={})


@pytest.mark.parametrize("kind", ["cpu", "gpu"])
@pytest.mark.parametrize("low_priority", ["none", "cpu", "gpu", "both"])
@pytest.mark.parametrize("autoscale", [True, False])
def test_pool(kind, low_priority, autoscale):
    body = pool_body(kind, low_priority=low_priority, autoscale=autoscale, gpu_node_count=4)
    assert body["properties"]["targetNodeCommunicationMode"] == "Simplified"
    scale = body["properties"]["scaleSettings"]
    spot = low_priority in (kind, "both")
    if autoscale:
        metrics = {"$PendingTasks": Metric([9.0])}
        values = Formula(scale["autoScale"]["formula"]).evaluate(metrics, {})
        wanted = values["$TargetDedicatedNodes"], values["$TargetLowPriorityNodes"]
        assert scale["autoScale"]["evaluationInterval"] == "PT5M"
    else:
        fixed = scale["fixedScale"]
        wanted = fixed["targetDedicatedNodes"], fixed["targetLowPriorityNodes"]
    few, some = sorted(wanted)
    assert few == 0
    assert int(some) == (2 if kind == "cpu" and autoscale else 4)  # 9 tasks, 8 a CPU node
    assert (wanted[1] > 0) is spot


def test_published_plugin_would_be_refused():
    published = settings(autoscale=False, tasks_per_node=1)
    body = build.batch_pool_params("name", published, IMAGE).serialize()
    assert "Classic" in rules.pool(body)
    found = " ".join(mistakes(body, "Pool", management_models))
    assert "dockerCompatible" in found


@pytest.mark.parametrize("password", [None, "a secret"])
def test_registry_takes_an_identity_or_a_password(password):
    body = pool_body(
        container_registry_url="example.azurecr.io",
        container_registry_user=password and "user",
        container_registry_pass=password,
    )
    machine = body["properties"]["deploymentConfiguration"]["virtualMachineConfiguration"]
    (registry,) = machine["containerConfiguration"]["containerRegistries"]
    assert registry.get("password") == password
    assert ("identityReference" in registry) is (password is None)
    assert "a secret" not in repr(settings(container_registry_pass=password))


@given(
    tasks=st.integers(0, 2000),
    slots=st.integers(1, 16),
    nodes=st.integers(1, 100),
    full=st.booleans(),
)
def test_formula_asks_for_as_many_nodes_as_the_tasks_need(tasks, slots, nodes, full):
    plan = pools.Plan("cpu", "Standard_D8ds_v5", nodes, slots, False, True)
    formula = Formula(pools.scale_settings(plan).auto_scale.formula)
    metric = Metric([float(tasks)] * (10 if full else 1))
    asked = int(formula.evaluate({"$PendingTasks": metric}, {})["$TargetDedicatedNodes"])
    assert asked == min(nodes, -(-tasks // slots))


def test_formula_lets_nodes_go_after_five_quiet_minutes():
    plan = pools.Plan("cpu", "Standard_D8ds_v5", 8, 4, False, True)
    formula = Formula(pools.scale_settings(plan).auto_scale.formula)
    for quiet, expected in ((9, 1), (10, 0)):
        metric = Metric([8.0] + [0.0] * quiet)
        values = formula.evaluate({"$PendingTasks": metric}, {})
        assert int(values["$TargetDedicatedNodes"]) == expected
        assert values["$NodeDeallocationOption"] == "taskcompletion"


@pytest.mark.parametrize(
    "text",
    [
        "$TargetDedicatedNodes = ceil(1);",
        "$TargetDedicatedNodes = $Nothing;",
        "$PendingTasks = 1;",
        "$NodeDeallocationOption = never;",
        "$TargetDedicatedNodes = (1;",
    ],
)
def test_stand_in_refuses_wrong_formulas(text):
    with pytest.raises(FormulaError):
        Formula(text).evaluate({"$PendingTasks": Metric([1.0])}, {})


@given(st.text(min_size=1, max_size=200), st.integers(1, 99999))
def test_task_ids(name, number):
    made = tasks.task_id(job(name), number)
    assert rules.identifier(made) is None
    assert made != tasks.task_id(job(name), number + 1)


@pytest.mark.parametrize(
    ("resources", "kind", "slots"),
    [
        ({}, "cpu", 1),
        ({"_cores": 3}, "cpu", 3),
        ({"_cores": 64}, "cpu", 8),
        ({"_cores": 1, "mem_mb": 4000}, "cpu", 1),
        ({"_cores": 1, "mem_mb": 4001}, "cpu", 2),
        ({"gpu": 0, "mem_mb": "<TBD>"}, "cpu", 1),
        ({"gpu": 1, "_cores": 8, "mem_mb": 64000}, "gpu", 1),
    ],
)
def test_task(resources, kind, slots):
    chosen = settings()
    asked = job("train", **resources)
    assert tasks.kind_of(asked, chosen) == kind
    task = tasks.task_parameters(
        asked, 7, "/bin/true", {"A": "b"}, IMAGE, pools.plan(kind, chosen), chosen
    )
    body = task.serialize()
    assert list(mistakes(body, "TaskAddParameter", data_models)) == []
    assert rules.task(body, slots=8 if kind == "cpu" else 1) is None
    assert body["requiredSlots"] == slots
    names = {item["name"] for item in body["environmentSettings"]}
    assert ("NVIDIA_VISIBLE_DEVICES" in names) is (kind == "gpu")


@pytest.mark.parametrize("resources", [{"gpu": 2}, {"gpu": 1, "nodes": 2}, {"nodes": 3}])
def test_what_no_node_has_is_refused(resources):
    with pytest.raises(WorkflowError, match="train asks for"):
        tasks.kind_of(job("train", **resources), settings())


def test_setting_of_low_priority_is_checked():
    with pytest.raises(WorkflowError, match="azure-batch-pools-low-priority: 'all' is not one of"):
        pools.plan("cpu", settings(low_priority="all"))


def failed(**info) -> data_models.CloudTask:
    return data_models.CloudTask(
        execution_info=data_models.TaskExecutionInformation(retry_count=0, requeue_count=0, **info)
    )


def test_failure_texts():
    failure = data_models.TaskFailureInformation(
        category="userError",
        code="ContainerInvalidImage",
        message="No such image",
        details=[data_models.NameValuePair(name="Image", value="x")],
    )
    assert tasks.failure_text(failed(failure_info=failure)) == (
        "Azure Batch task failed: ContainerInvalidImage: No such image; Image x"
    )
    assert "want of memory" in tasks.failure_text(failed(exit_code=137))
    assert tasks.failure_text(data_models.CloudTask()).endswith("gives no reason")


def node(state: str, **more) -> data_models.ComputeNode:
    return data_models.ComputeNode(id="n", state=data_models.ComputeNodeState(state), **more)


def pool(*errors: str, allocation="steady") -> data_models.CloudPool:
    return data_models.CloudPool(
        state=data_models.PoolState.active,
        allocation_state=data_models.AllocationState(allocation),
        resize_errors=[data_models.ResizeError(code=code, message="m") for code in errors],
    )


def test_pools_are_given_up_only_when_waiting_cannot_help():
    assert health.hopeless(pool(), []) is None
    assert health.hopeless(pool("AllocationFailed", allocation="resizing"), []) is None
    assert health.hopeless(pool("AllocationFailed"), [node("idle")]) is None
    assert health.hopeless(pool("AllocationFailed"), [node("preempted")]) is None
    assert health.hopeless(pool(), [node("unusable"), node("running")]) is None
    assert "no nodes: AllocationFailed: m" in health.hopeless(pool("AllocationFailed"), [])
    start = data_models.StartTaskInformation(
        state="completed",
        start_time=None,
        retry_count=0,
        failure_info=data_models.TaskFailureInformation(
            category="userError", code="c", message="m"
        ),
    )
    text = health.hopeless(pool(), [node("starttaskfailed", start_task_info=start)])
    assert text == (
        "all of its 1 nodes are unusable; node n is starttaskfailed: its start task failed: c: m"
    )


@pytest.mark.parametrize(
    ("looks", "told"),
    [
        ([None, 1, 1], 0),  # queued, runs
        ([1, None, None, 2, 2], 1),  # runs, lost its node, is queued, runs again
        ([1, 2, 2], 1),  # between two looks it was queued and runs again
        ([1, 2, None, 3], 2),
    ],
)
def test_a_lost_node_is_told_once(looks, told, caplog):
    account = SimpleNamespace(logger=logging.getLogger())
    known = Pool("name", pools.plan("cpu", settings()))
    for start in looks:
        task = failed(start_time=start and datetime.datetime(2026, 1, 1, start))
        task.id = "one"
        Account.note_requeue(account, known, task)
    assert caplog.text.count("lost its node") == told
