"""The simulation of a cluster, on graphs whose answer is known."""

import math

import pytest

from tests.benchmarks.cluster_simulation import (
    Cluster,
    Fate,
    Overheads,
    Task,
    last_chain,
    longest_chain,
    simulate,
)

# a and b, then c of both, which takes two cores; d waits for nothing.
TASKS = [
    Task("a", 10),
    Task("b", 4),
    Task("c", 5, cores=2, needs=[0, 1]),
    Task("d", 7),
]


def ends(fates: list[Fate]) -> list[float]:
    return [fate.ended for fate in fates]


def test_without_overheads_jobs_take_what_is_free():
    assert ends(simulate(TASKS, Cluster(1, cores=3), Overheads())) == [10, 4, 15, 7]
    assert ends(simulate(TASKS, Cluster(1, cores=2), Overheads())) == [10, 4, 16, 11]
    assert ends(simulate(TASKS, Cluster(1, cores=4, memory=0), Overheads())) == [10, 4, 15, 7]


def test_a_job_that_does_not_fit_lets_later_ones_before_it():
    tasks = [Task("a", 10), Task("wide", 1, cores=2), Task("b", 3), Task("c", 3)]
    fates = simulate(tasks, Cluster(1, cores=2), Overheads())
    assert ends(fates) == [10, 11, 3, 6]


def test_a_job_lies_on_one_node():
    fates = simulate([Task("a", 1, cores=2)] * 3, Cluster(2, cores=3), Overheads())
    assert ends(fates) == [1, 1, 2]
    assert [fate.node for fate in fates] == [0, 1, 0]


def test_memory_bounds_too():
    fates = simulate([Task("a", 1, memory=60)] * 2, Cluster(1, memory=100), Overheads())
    assert ends(fates) == [1, 2]


def test_submissions_come_one_after_the_other_and_so_many_at_most():
    fates = simulate([Task("a", 10)] * 3, Cluster(1), Overheads(submit=2))
    assert [fate.submitted for fate in fates] == [0, 2, 4]
    fates = simulate([Task("a", 10)] * 3, Cluster(1), Overheads(most_jobs=2))
    assert [fate.submitted for fate in fates] == [0, 0, 10]


def test_slurm_schedules_now_and_then_and_a_start_costs():
    fates = simulate([Task("a", 10)] * 2, Cluster(1), Overheads(submit=1, cycle=5, start=3))
    assert [fate.began for fate in fates] == [0, 5]
    assert ends(fates) == [13, 18]


def test_snakemake_learns_of_an_end_when_it_asks():
    overheads = Overheads(poll=20, poll_more=10, poll_most=40, finish=1)
    tasks = [Task("a", 60), Task("b", 1, needs=[0])]
    fates = simulate(tasks, Cluster(1), overheads)  # it asks after 20, 20 + 30, 50 + 40
    assert fates[0].known == 91
    assert fates[1].submitted == 91
    assert fates[1].known == 112
    assert simulate(tasks, Cluster(1), Overheads(poll=20, poll_most=20))[0].known == 60


def test_what_can_never_run_is_refused():
    with pytest.raises(ValueError, match="more than a node has"):
        simulate([Task("a", 1, cores=3)], Cluster(1, cores=2), Overheads())
    with pytest.raises(ValueError, match="wait for each other"):
        simulate([Task("a", 1, needs=[1]), Task("b", 1, needs=[0])], Cluster(1), Overheads())


def test_chains():
    assert longest_chain(TASKS) == [0, 2]
    fates = simulate(TASKS, Cluster(1, cores=2), Overheads())
    assert last_chain(TASKS, fates) == [0, 2]
    assert longest_chain([Task("a", 1), Task("b", 9), Task("c", 3, needs=[0])]) == [1]
    assert not any(math.isnan(fate.known) for fate in fates)
