"""What a cluster can give, against what rules ask for."""

import math
import os
import queue

import pytest

from scripts.workflow.slurm_limits import (
    Request,
    gpus_of,
    impossible,
    minutes,
    most_cpus,
    parse_nodes,
    requests,
    sinfo,
    stuck,
    watch,
)

CLUSTER = [
    parse_nodes("cpu*|1:00:00|10|3|16000+|(null)"),
    parse_nodes("cpu*|1:00:00|2|8|8000|(null)"),
    parse_nodes("gpu|1-00:00:00|2|32|512000|gpu:a100:4(S:0-1)"),
    parse_nodes("gpu|1-00:00:00|1|16|256000|gpu:v100:2"),
]


def request(**changes) -> Request:
    asked = {
        "rule": "extract_articles",
        "partition": None,
        "minutes": 60,
        "nodes": 1,
        "cpus": 3,
        "memory": 8000,
        "gpus": 0,
        "gpu_model": None,
    }
    return Request(**asked | changes)


def test_a_line_of_sinfo():
    nodes = CLUSTER[0]
    assert (nodes.partition, nodes.default, nodes.minutes) == ("cpu", True, 60)
    assert (nodes.count, nodes.cpus, nodes.memory, nodes.gpus) == (10, 3, 16000, {})
    assert CLUSTER[2].gpus == {"a100": 4}
    assert not CLUSTER[2].default


@pytest.mark.parametrize(
    ("limit", "expected"),
    [
        ("infinite", math.inf),
        ("30:00", 30),
        ("0:30", 0.5),
        ("1:00:00", 60),
        ("2-12:30:00", 2 * 1440 + 750),
    ],
)
def test_times(limit, expected):
    assert minutes(limit) == expected


@pytest.mark.parametrize(
    ("gres", "expected"),
    [
        ("(null)", {}),
        ("gpu:2", {"": 2}),
        ("gpu:a100:4(S:0-1),shard:8,gpu:v100:1", {"a100": 4, "v100": 1}),
        ("gpu:nvidia_a100-sxm4-80gb:2(S:0),gpu:nvidia_a100-sxm4-80gb:2(S:1)",
         {"nvidia_a100-sxm4-80gb": 4}),
        ("mps:100", {}),
    ],
)  # fmt: skip
def test_gpus(gres, expected):
    assert gpus_of(gres) == expected


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"cpus": 8},
        {"memory": 16000},
        {"partition": "gpu", "minutes": 1440, "gpus": 4, "gpu_model": "a100", "nodes": 2},
        {"partition": "gpu", "gpus": 2},
    ],
)
def test_what_can_start_is_let_through(changes):
    assert list(impossible([request(**changes)], CLUSTER)) == []


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"minutes": 600}, "asks for 600 minutes, and cpu allows 60: set set-resources: "
                           "{extract_articles: {runtime: 60}}"),
        ({"cpus": 9}, "asks for 9 processors, and a node of cpu has 8: set max-threads: 8"),
        ({"memory": 16001}, "asks for 16001 MB of memory, and a node of cpu has 16000"),
        ({"gpus": 1}, "asks for 1 GPUs a node, and a node of cpu has 0"),
        ({"partition": "gpu", "gpus": 2, "gpu_model": "h100"},
         "2 GPUs of model h100 a node, and a node of gpu has 0; models there: a100, v100"),
        ({"partition": "gpu", "gpus": 4, "nodes": 3}, "asks for 3 nodes, and gpu has 2 that would"),
        ({"partition": "fat"}, "slurm_partition fat: no such partition; there are cpu, gpu"),
    ],
)  # fmt: skip
def test_what_can_never_start_is_named_with_what_mends_it(changes, said):
    found = list(impossible([request(**changes)], CLUSTER))
    assert len(found) == 1
    assert found[0].startswith("extract_articles")
    assert said in found[0]


def test_without_a_default_any_partition_will_do():
    cluster = [parse_nodes("a|1:00:00|1|4|1000|(null)"), parse_nodes("b|2:00:00|1|4|1000|(null)")]
    assert list(impossible([request(minutes=100, memory=1000)], cluster)) == []
    assert "any partition allows 120" in next(impossible([request(minutes=121)], cluster))


def test_jobs_that_wait_for_ever_are_told_from_those_that_wait():
    queue = (
        "7|PENDING|(PartitionTimeLimit)|rule_extract_articles\n"
        "8|PENDING|(Resources)|rule_finetune\n9|RUNNING|None|rule_pretrain\n10|PENDING|Priority\n"
        "11|PENDING|QOSMaxWallDurationPerJobLimit|rule_pretrain"
    )
    found = stuck(queue.splitlines())
    assert [line.split()[1] for line in found] == ["7", "11"]
    assert "rule_extract_articles" in found[0]
    assert "PartitionTimeLimit" in found[0]


def test_the_largest_job_of_each_rule_counts():
    class Job:
        def __init__(self, rule, **asked):
            self.rule, self.asked = rule, asked

    found = requests([
        Job("split", runtime=10, threads=4, mem_mb=100),
        Job("split", runtime=20, threads=2, mem_mb=300),
        Job("pretrain", runtime=60, threads=8, mem_mb=1000, gpu=8, nodes=2, gpu_model="a100"),
        Job("local"),
    ])  # fmt: skip
    assert found == [
        Request("split", None, 20, 1, 4, 300, 0, None),
        Request("pretrain", None, 60, 2, 8, 1000, 4, "a100"),
    ]


def test_of_an_unknown_cluster_nothing_is_said(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert sinfo() == []
    assert most_cpus() == 0
    assert list(impossible([request(minutes=1e9)], [])) == []


def test_the_processors_of_the_largest_node(monkeypatch, tmp_path):
    (tmp_path / "sinfo").write_text(
        "#!/bin/sh\necho 'cpu*|1:00:00|2|3|9000|(null)'\necho 'big|infinite|1|64+|9000|gpu:2'\n"
    )
    (tmp_path / "sinfo").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    assert most_cpus() == 64


def test_a_job_that_will_not_start_is_told_once(monkeypatch, tmp_path):
    squeue = tmp_path / "squeue"
    squeue.write_text("#!/bin/sh\necho '7|PENDING|(PartitionTimeLimit)|rule_split'\n")
    squeue.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    told: queue.Queue = queue.Queue()
    enough = watch(told.put, pause=0.01)
    assert told.get(timeout=30).startswith("job 7 (rule_split) waits and will not start")
    with pytest.raises(queue.Empty):
        told.get(timeout=0.1)
    enough.set()
