"""A pool of processes that keeps the order of its input and never hangs."""

import multiprocessing
import os
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any, TypeVar

from scripts.common.errors import UserError

Item = TypeVar("Item")
Result = TypeVar("Result")


def ordered_map(
    function: Callable[[Item], Result],
    items: Iterable[Item],
    processes: int,
    initializer: Callable[..., None] | None = None,
    arguments: tuple[Any, ...] = (),
) -> Iterator[Result]:
    """Yield `function(item)` for each item, in the items' order, computed by `processes` workers.

    At most four items a process are in flight, so that memory stays bounded whatever the input's
    length. With one process everything runs here. `initializer(*arguments)` runs once in each
    worker. An exception of `function` or of `items` is raised here; a worker that is killed
    raises UserError, and workers whose parent is killed end themselves.
    """
    if processes <= 1:
        if initializer:
            initializer(*arguments)
        yield from map(function, items)
        return
    executor = ProcessPoolExecutor(
        processes,
        multiprocessing.get_context("fork"),
        start_worker,
        (initializer, arguments),
    )
    # Starts the workers, which must be forked before `items` may start a thread of its own.
    executor.submit(int)
    waiting: deque = deque()
    try:
        for item in items:
            waiting.append(executor.submit(function, item))
            if len(waiting) >= 4 * processes:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    except BrokenProcessPool as error:
        raise UserError(
            "a worker process was killed, most likely for want of memory; "
            "give the step more memory or fewer threads"
        ) from error
    finally:
        executor.shutdown(wait=False, cancel_futures=True)


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


def start_worker(initializer: Callable[..., None] | None, arguments: tuple[Any, ...]) -> None:
    """Tie a worker's life to its parent's, then call its initializer."""
    threading.Thread(target=end_with_parent, daemon=True).start()
    if initializer:
        initializer(*arguments)


def end_with_parent() -> None:
    """End this process as soon as its parent is gone: it would wait for work forever."""
    parent = multiprocessing.parent_process()
    if parent:
        parent.join()
    os._exit(1)
