"""Whether the system allows a step's threads."""

import os
import threading
import time
from pathlib import Path

from scripts.common.errors import UserError, ran_out


def check_threads(count: int) -> None:
    """Start so many threads beside the caller, and end them.

    Raises UserError where the system does not allow them: libraries in C then abort the process.
    """
    enough = threading.Event()
    started = [threading.Thread(target=enough.wait, daemon=True) for _ in range(count)]
    before = running_threads()
    try:
        for thread in started:
            thread.start()
    except RuntimeError as error:
        raise UserError(ran_out(error) or str(error)) from error
    finally:
        enough.set()
        for thread in started:
            if thread.ident:
                thread.join()
    until = time.monotonic() + 1  # a thread that was joined counts until the kernel is done with it
    while running_threads() > before and time.monotonic() < until:
        time.sleep(0.001)


def running_threads() -> int:
    """The threads of this process as Linux counts them; elsewhere none."""
    tasks = Path("/proc/self/task")
    return len(os.listdir(tasks)) if tasks.is_dir() else 0
