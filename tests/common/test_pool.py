import os
import pickle
import signal
import subprocess
import sys
import time

import pytest

from scripts.common.errors import UserError
from scripts.common.pool import batches, ordered_map
from tests.runs import ROOT

SYSTEM = "/usr/bin/python3"


def usable(python: str) -> bool:
    """Whether an interpreter is there and new enough."""
    if not os.access(python, os.X_OK):
        return False
    asked = [python, "-c", "import sys; sys.exit(sys.version_info < (3, 11))"]
    return subprocess.run(asked).returncode == 0


def square(number):
    return number * number


def slow_square(number):
    time.sleep(0.02 if number % 7 else 0.1)
    return number * number


def fail_at_30(number):
    if number == 30:
        raise ValueError("thirty")
    return number


def die_at_30(number):
    if number == 30:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


@pytest.mark.parametrize("processes", [1, 2, 4])
def test_results_come_in_the_order_of_the_items(processes):
    results = ordered_map(slow_square, range(40), processes)
    assert list(results) == [number * number for number in range(40)]


def test_items_are_taken_only_as_results_are():
    taken = []

    def items():
        for number in range(1000):
            taken.append(number)
            yield number

    results = ordered_map(square, items(), 2)
    assert next(results) == 0
    assert len(taken) <= 8
    results.close()


@pytest.mark.parametrize("processes", [1, 2])
def test_an_error_of_the_function_is_raised(processes):
    with pytest.raises(ValueError, match="thirty"):
        list(ordered_map(fail_at_30, range(100), processes))


@pytest.mark.parametrize("processes", [1, 2])
def test_an_error_of_the_items_is_raised(processes):
    def items():
        yield from range(20)
        raise UserError("twenty")

    with pytest.raises(UserError, match="twenty"):
        list(ordered_map(square, items(), processes))


def test_a_killed_worker_is_an_error():
    with pytest.raises(UserError, match="worker process was killed"):
        list(ordered_map(die_at_30, range(100), 2))


DYING = """
import os, signal, time
from scripts.common.pool import ordered_map

def die(item):
    time.sleep(0.02)
    os.kill(os.getpid(), signal.SIGKILL)

list(ordered_map(die, (bytes(20_000_000) for _ in range(40)), 3))
"""


@pytest.mark.parametrize(
    "python",
    [
        sys.executable,
        pytest.param(
            SYSTEM, marks=pytest.mark.skipif(not usable(SYSTEM), reason=f"{SYSTEM}: not 3.11")
        ),
    ],
)
def test_a_worker_that_is_killed_while_much_is_sent_ends_the_program(python):
    """ProcessPoolExecutor waits for ever here on Debian 12's own Python 3.11.2."""
    ended = subprocess.run(
        [python, "-c", DYING], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert ended.returncode == 1
    assert "UserError: a worker process was killed" in ended.stderr


def kill_the_others(workers):
    for worker in workers:
        os.kill(worker, signal.SIGKILL)


def test_a_worker_that_was_killed_while_idle_is_an_error():
    results = ordered_map(own_id, (None for _ in range(1000)), 2)
    killed = {next(results) for _ in range(8)}
    kill_the_others(killed)
    with pytest.raises(UserError, match="worker process was killed"):
        list(results)


def own_id(_):
    return os.getpid()


def test_an_answer_that_cannot_be_pickled_is_an_error_with_its_place():
    with pytest.raises((TypeError, AttributeError, pickle.PicklingError)):
        list(ordered_map(lambda number: lambda: number, range(4), 2))
    with pytest.raises(ValueError, match="thirty") as caught:
        list(ordered_map(fail_at_30, range(100), 2))
    assert "in fail_at_30" in caught.value.__notes__[0]


@pytest.mark.parametrize("files", [7, 8, 9, 10, 12, 16])
def test_where_no_worker_can_be_started_the_reason_is_said(files):
    """As with few processes allowed (ulimit -u), which does not bind root."""
    program = (
        "import resource, sys\n"
        "from scripts.common.pool import ordered_map\n"
        f"resource.setrlimit(resource.RLIMIT_NOFILE, ({files}, {files}))\n"
        "print(sum(ordered_map(abs, range(9), 8)))"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60
    )
    assert ended.returncode
    assert "cannot be started (Too many open files); give the step fewer threads" in ended.stderr


PROGRAM = """
import time
from scripts.common.pool import ordered_map

def work(number):
    print(number, flush=True)
    time.sleep(0.05)

list(ordered_map(work, range(10_000), 3))
"""


def test_workers_end_with_their_parent():
    with subprocess.Popen([sys.executable, "-c", PROGRAM], stdout=subprocess.PIPE) as process:
        process.stdout.readline()
        process.kill()
        # The pipe ends when the last of the workers, which hold it too, is gone.
        process.stdout.read()


def test_batches_keep_order_and_close_when_they_are_full():
    items = ["aaaa", "b", "cc", "dd", "e", "ffffffffff", "g"]
    found = list(batches(items, len, 4))
    assert found == [["aaaa"], ["b", "cc", "dd"], ["e", "ffffffffff"], ["g"]]
    assert list(batches([], len, 4)) == []
