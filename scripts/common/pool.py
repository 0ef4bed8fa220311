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
from dataclasses import dataclass
from functools import partial
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


@dataclass(frozen=True)
class Worker:
    """A process that answers one item at a time, and this end of its pipe."""

    process: ForkProcess
    pipe: Connection


def ordered_map(
    function: Callable[[Item], Result],
    items: Iterable[Item],
    processes: int,
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
    workers: list[Worker] = []
    try:
        for _ in range(processes):
            workers.append(start_worker(function, workers))
        yield from answers(iter(items), [worker.pipe for worker in workers])
    finally:
        for worker in workers:
            worker.process.kill()
        for worker in workers:
            worker.process.join()
            worker.pipe.close()


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
            send(pipe, item)
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
            done[busy.pop(ready)] = receive(ready)
            idle.append(ready)


def send(pipe: Connection, item: Any) -> None:
    """Give a worker an item. Raises UserError where the worker is gone."""
    try:
        pipe.send(item)
    except OSError as error:
        raise UserError(KILLED) from error


def receive(pipe: Connection) -> Any:
    """A worker's answer; what it raised is raised, and UserError where it is gone."""
    try:
        value, error = pipe.recv()
    except (EOFError, OSError) as gone:
        raise UserError(KILLED) from gone
    if error is not None:
        raise error
    return value


def start_worker(
    function: Callable[[Item], Result],
    before: list[Worker],
) -> Worker:
    """Fork a worker. Raises UserError where the system allows no further process."""
    try:
        here, there = multiprocessing.Pipe()
        inherited = [here, *(worker.pipe for worker in before)]
        process = multiprocessing.get_context("fork").Process(
            target=serve,
            args=(os.getpid(), there, inherited, function),
            daemon=True,
        )
        process.start()
    except OSError as error:
        raise UserError(
            f"process {len(before) + 1} cannot be started ({error.strerror}); give the step fewer "
            "threads, or allow it more processes and open files (ulimit -u, ulimit -n)"
        ) from error
    there.close()
    return Worker(process, here)


def serve(
    parent: int,
    pipe: Connection,
    inherited: list[Connection],
    function: Callable[[Item], Result],
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
        answer = attempt(partial(function, item))
        try:
            pipe.send(answer)
        except OSError:
            return
        except Exception as error:  # an answer that cannot be pickled
            pipe.send((None, error))


def attempt(call: Callable[[], Result]) -> tuple[Result | None, Exception | None]:
    """What a call returns, or what it raises, with the worker's traceback as a note."""
    try:
        return call(), None
    except Exception as error:
        error.add_note(traceback.format_exc())
        return None, error


def batches(
    items: Iterable[Item], size: Callable[[Item], int], enough: int
) -> Iterator[list[Item]]:
    """Group items, in order, into pieces of work: each closes when its sizes add up to `enough`."""
    group: list[Item] = []
    total = 0
    for item in items:
        group.append(item)
        total += size(item)
        if total >= enough:
            yield group
            group, total = [], 0
    if group:
        yield group
