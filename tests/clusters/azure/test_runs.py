"""Small workflows through the profile, with what can go wrong on the way."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.clusters.azure.cluster import Cluster
from tests.clusters.azure.runs import finish, repository, steps, wait_until

pytestmark = pytest.mark.cluster

LONG = "a_rule_with_a_name_that_is_longer_than_what_the_service_takes_as_an_id_of_a_task"
TWO_POOLS = f"""
rule all:
    input: "table.txt"

rule {LONG}:
    output: "cpu.txt"
    log: "logs/cpu.log"
    threads: 2
    resources: mem_mb=9000, runtime=7
    shell: "echo made it > logs/cpu.log; env | cut -d= -f1 | sort > {{output}}; ls -A >> {{output}}"

rule train:
    output: "gpu.txt"
    resources: gpu=1
    shell: "nvidia-smi -L > {{output}}"

rule table:
    input: "cpu.txt", "gpu.txt"
    output: "table.txt"
    shell: "cat *.txt > {{output}}"
"""
ONE_JOB = """
rule one:
    output: "one.txt"
    resources: gpu={gpu}
    shell: "touch started; {command}; date > {{output}}"
"""


def until(gate: Path) -> str:
    """A shell command that ends when a test makes a file."""
    return f"until [ -e {gate} ]; do sleep 0.1; done"


def started(cluster: Cluster) -> bool:
    """Whether the shell command of a first task runs."""
    return bool(cluster.ran) and (cluster.ran[0].folder / "wd/started").exists()


def test_two_pools(place, tmp_path):
    here = place(TWO_POOLS)
    text = here.run("--verbose").stdout
    assert not here.refusals()
    assert here.blobs()["gpu.txt"] == b"GPU 0: pretended\n"
    assert here.blobs()["logs/cpu.log"] == b"made it\n"
    seen = here.blobs()["cpu.txt"].decode().split()
    assert "AZ_BATCH_TASK_ID" in seen
    assert "Snakefile" in seen
    assert not {"HOME", "IDENTITY_HEADER", "HTTPS_PROXY", "VIRTUAL_ENV"} & set(seen)

    sizes = [pool["properties"]["vmSize"] for pool in here.pools()]
    assert sorted(sizes) == ["Standard_D8ds_v5", "Standard_NC24ads_A100_v4"]
    for pool in here.service.cluster.gone:
        assert pool.body["properties"]["targetNodeCommunicationMode"] == "Simplified"
        assert pool.history[0] == 0
        assert max(pool.history) == 1
    tasks = {task["displayName"]: task for task in here.tasks()}
    long, train = tasks[LONG], tasks["train"]
    assert len(long["id"]) == 64
    assert long["constraints"]["maxWallClockTime"] == "PT7M"
    assert long["requiredSlots"] == 3  # 9000 MB at 4000 a slot
    assert "NVIDIA_VISIBLE_DEVICES" in [item["name"] for item in train["environmentSettings"]]
    assert "NVIDIA_VISIBLE_DEVICES" not in [item["name"] for item in long["environmentSettings"]]
    assert here.leftovers() == []

    # The storage key travels in the tasks' environment and nowhere else.
    assert here.azurite.key not in text
    assert not any(here.azurite.key in task["commandLine"] for task in here.tasks())
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert not any(here.azurite.key.encode() in path.read_bytes() for path in files)

    # All is in the storage: nothing to do, here and in a fresh clone, and no pool is made.
    assert "Nothing to be done" in here.run().stdout
    shutil.rmtree(here.folder / ".snakemake")
    assert "Nothing to be done" in here.run().stdout
    assert len(here.pools()) == 2
    assert len(here.tasks()) == 3


def test_nodes_go_back_to_none(place, tmp_path):
    here = place(
        'rule all:\n    input: "b"\n'
        'rule gpu:\n    output: "a"\n    resources: gpu=1\n    shell: "touch {output}"\n'
        'rule cpu:\n    input: "a"\n    output: "b"\n'
        f'    shell: "{until(tmp_path / "gate")}; touch {{output}}"\n'
    )
    process = here.start()
    cluster = here.service.cluster
    wait_until(lambda: len(cluster.pools) == 2, process)
    (gpu,) = (pool for pool in cluster.pools.values() if pool.gpus)
    wait_until(lambda: gpu.history == [0, 1, 0], process)
    (tmp_path / "gate").touch()
    text = finish(process)
    assert process.returncode == 0, text
    assert gpu.history == [0, 1, 0]


def test_failing_task(place):
    here = place(
        'rule fails:\n    output: "never.txt"\n    log: "logs/fails.log"\n'
        '    shell: "echo said >&2; echo logged > {log}; touch {output}; exit 7"\n'
    )
    ended = here.run("--retries", "1", check=False)
    assert ended.returncode == 1
    assert [task["id"] for task in here.tasks()] == ["fails-0001", "fails-0002"]
    assert "FailureExitCode: The task exited with an exit code" in ended.stdout
    assert "\n        said\n" in ended.stdout
    (log,) = here.folder.glob(".snakemake/azure_batch_logs/*/fails-0002.log")
    assert "\nsaid\n" in log.read_text()
    assert here.blobs()["logs/fails.log"] == b"logged\n"
    assert "never.txt" not in here.blobs()
    assert here.leftovers() == []


def test_time_limit(place):
    here = place(ONE_JOB.format(gpu=0, command="sleep 600"))
    process = here.start("--retries", "0", "--set-resources", "one:runtime=30")
    cluster = here.service.cluster
    wait_until(lambda: cluster.ran, process)
    assert here.tasks()[0]["constraints"]["maxWallClockTime"] == "PT30M"
    cluster.expire(cluster.ran[0])
    text = finish(process)
    assert process.returncode == 1
    assert "exceeded its maximum wall clock time" in text


def test_preempted_node(place, tmp_path):
    here = place(ONE_JOB.format(gpu=1, command=until(tmp_path / "gate")))
    process = here.start("--retries", "0", "--azure-batch-pools-low-priority", "gpu")
    cluster = here.service.cluster
    wait_until(lambda: started(cluster) and cluster.ran[0].seen, process)
    task = cluster.ran[0]
    assert not task.node.dedicated
    cluster.preempt(task)
    (tmp_path / "gate").touch()
    text = finish(process)
    assert process.returncode == 0, text
    assert text.count("lost its node") == 1
    assert task.runs == 2
    assert len(here.tasks()) == 1
    assert "one.txt" in here.blobs()
    assert here.leftovers() == []


def test_refused_pool(place):
    here = place(TWO_POOLS)
    here.service.cluster.faults.refuse_pool = (409, "PoolQuotaReached", "Quota of pools: 20.")
    ended = here.run("--retries", "1", check=False)
    assert ended.returncode == 1
    assert "PoolQuotaReached: Quota of pools: 20." in ended.stdout
    assert "Traceback" not in ended.stdout
    assert here.tasks() == []
    assert here.leftovers() == []


def test_pool_without_nodes_is_replaced_on_retry(place):
    here = place(ONE_JOB.format(gpu=1, command="true"))
    here.service.cluster.faults.no_nodes = [("AccountCoreQuotaReached", "No cores left.")]
    text = here.run("--retries", "1").stdout
    assert "it got no nodes: AccountCoreQuotaReached: No cores left." in text
    assert len(here.pools()) == 2
    assert here.leftovers() == []


def test_unusable_nodes(place):
    here = place(ONE_JOB.format(gpu=0, command="true"))
    here.service.cluster.faults.unusable = [
        [],  # the service does not always say why
        [
            {
                "code": "ContainerInvalidImage",
                "message": "The image cannot be pulled.",
                "errorDetails": [{"name": "Image", "value": "example"}],
            }
        ],
    ]
    ended = here.run("--retries", "1", check=False)
    assert ended.returncode == 1
    text = ended.stdout
    assert "is unusable: the service gives no reason" in text
    assert "is unusable: ContainerInvalidImage: The image cannot be pulled.; Image example" in text
    assert "Traceback" not in text
    assert here.leftovers() == []


def test_cancel(place):
    here = place(ONE_JOB.format(gpu=1, command="sleep 600"))
    cluster = here.service.cluster
    process = here.start()
    wait_until(lambda: started(cluster), process)
    process.send_signal(signal.SIGINT)
    text = finish(process)
    assert process.returncode != 0
    assert "deleting job and pool" in text
    assert "Traceback" not in text
    assert here.leftovers() == []
    assert cluster.ran[0].process.wait(60) != 0


def test_service_that_does_not_answer_for_a_while(place, tmp_path):
    here = place(ONE_JOB.format(gpu=0, command=until(tmp_path / "gate")))
    process = here.start("--retries", "0")
    cluster = here.service.cluster
    wait_until(lambda: cluster.ran, process)
    cluster.faults.silent = 8
    wait_until(lambda: not cluster.faults.silent, process)
    (tmp_path / "gate").touch()
    text = finish(process)
    assert process.returncode == 0, text
    assert "gives no status" in text


def test_more_gpus_than_a_node_has(place):
    here = place(ONE_JOB.format(gpu=8, command="true"))
    ended = here.run("--retries", "0", check=False)
    assert ended.returncode == 1
    assert "one asks for 8 GPUs, a node of the GPU pool has 1" in ended.stdout
    assert here.pools() == []


def test_plan_needs_no_cloud(tmp_path):
    profile = Path(__file__).parents[3] / "profiles/azure-batch/config.yaml"
    folder = repository(tmp_path / "work", TWO_POOLS, profile)
    environment = {key: os.environ[key] for key in ("PATH", "HOME") if key in os.environ}
    command = [sys.executable, "-m", "snakemake", "--profile", "azure-batch"]
    planned = subprocess.run(
        [*command, "-n"], cwd=folder, env=environment, capture_output=True, text=True
    )
    assert planned.returncode == 0, planned.stderr
    assert "rule table:" in planned.stdout
    real = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    assert real.returncode == 1
    assert "set SNAKEMAKE_STORAGE_AZURE_BLOB_ACCOUNT_NAME" in real.stderr
    assert steps(real.stderr) == 0
