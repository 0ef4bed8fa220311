import os
import signal
import subprocess
import sys
import time

import pytest

from scripts.common.errors import UserError
from scripts.common.pool import batches, ordered_map


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
