"""A pool of processes that keeps the order of its input and never hangs.

Each worker has a pipe of its own and one item at a time, and nobody starts a thread: a worker that ends,
at whatever moment, is the end of its pipe, which is noticed at once. (ProcessPoolExecutor can wait for ever
where a worker is killed while its queue is written to, as on Python 3.11.2: CPython's issue 94777.)
"""

import multiprocessing
import os
import signal
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkProcess
from typing import Any, TypeVar

from scripts.common.cli import end_with_parent
from scripts.common.errors import UserError

Item = TypeVar("Item")
Result = TypeVar("Result")
IN_FLIGHT = 4  # items a process that are taken and not yet yielded, at most
KILLED = (
    "a worker process was killed, most likely for want of memory; "
    "give the step more memory or fewer threads"
)


def ordered_map(
    function: Callable[[Item], Result], items: Iterable[Item], processes: int
) -> Iterator[Result]:
    """Yield `function(item)` for each item, in the items' order, computed by `processes` workers.

    At most four items a process are in flight, so that memory stays bounded whatever the input's
    length. With one process everything runs here. `function` may be large, such as a `partial`: it is
    forked, not sent. An exception of `function` or of `items` is raised here; a worker that is killed or cannot
    be started raises UserError, and workers whose parent is killed end themselves.
    """
    if processes <= 1:
        yield from map(function, items)
        return
    workers: dict[Connection, ForkProcess] = {}  # by this end of their pipes
    try:
        for _ in range(processes):
            start_worker(function, workers)
        yield from answers(iter(items), list(workers))
    finally:
        for process in workers.values():
            process.kill()
        for pipe, process in workers.items():
            process.join()
            pipe.close()


def answers(items: Iterator[Item], idle: list[Connection]) -> Iterator[Any]:
    """The workers' answers in the items' order; `idle` are the pipes of workers that wait for one."""
    limit = IN_FLIGHT * len(idle)
    busy: dict[Connection, int] = {}
    done: dict[int, Any] = {}
    sent = given = 0
    left = True
    while True:
        while left and idle and sent - given < limit:
            try:
                item = next(items)
            except StopIteration:
                left = False
                break
            pipe = idle.pop()
            with living():
                pipe.send(item)
            busy[pipe] = sent
            sent += 1
        if given in done:
            yield done.pop(given)
            given += 1
            continue
        if not busy:
            return
        for ready in wait(list(busy)):
            assert isinstance(ready, Connection)
            with living():
                done[busy.pop(ready)], error = ready.recv()
            if error is not None:
                raise error
            idle.append(ready)


@contextmanager
def living() -> Iterator[None]:
    """Raise UserError where the worker at the other end of a pipe is gone."""
    try:
        yield
    except (EOFError, OSError) as error:
        raise UserError(KILLED) from error


def start_worker(
    function: Callable[[Item], Result], workers: dict[Connection, ForkProcess]
) -> None:
    """Fork one more worker. Raises UserError where the system allows no further process."""
    try:
        here, there = multiprocessing.Pipe()
        process = multiprocessing.get_context("fork").Process(
            target=serve, args=(os.getpid(), there, [here, *workers], function), daemon=True
        )
        process.start()
    except OSError as error:
        raise UserError(
            f"process {len(workers) + 1} cannot be started ({error.strerror}); give the step fewer "
            "threads, or allow it more processes and open files (ulimit -u, ulimit -n)"
        ) from error
    there.close()
    workers[here] = process


def serve(
    parent: int, pipe: Connection, inherited: list[Connection], function: Callable[[Item], Result]
) -> None:
    """Answer items until the parent is gone or wants no more.

    The parent's ends of pipes that a fork copies are closed: the last one to close them ends a pipe.
    """
    for other in inherited:
        other.close()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent hears of Ctrl-C, and ends its workers
    end_with_parent(parent)
    while True:
        try:
            item = pipe.recv()
        except EOFError:
            return
        answer: tuple[Result | None, Exception | None]
        try:
            answer = function(item), None
        except Exception as error:
            error.add_note(traceback.format_exc())  # the worker's
            answer = None, error
        try:
            pipe.send(answer)
        except OSError:
            return
        except Exception as error:  # an answer that cannot be pickled
            pipe.send((None, error))


def batches(items: Iterable[Item], size: Callable[[Item], int], limit: int) -> Iterator[list[Item]]:
    """Group items, in order, into pieces of work: each closes when its sizes add up to `limit`."""
    group: list[Item] = []
    total = 0
    for item in items:
        group.append(item)
        total += size(item)
        if total >= limit:
            yield group
            group, total = [], 0
    if group:
        yield group
