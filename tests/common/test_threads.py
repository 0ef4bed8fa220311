import threading
import time

import pytest

from scripts.common.errors import UserError
from scripts.common.threads import check_threads, running_threads


def gone(before: int) -> bool:
    """Whether no more threads run than before: the system ends one a moment after it was joined."""
    until = time.monotonic() + 10
    while running_threads() > before and time.monotonic() < until:
        time.sleep(0.01)
    return running_threads() <= before


def test_threads_that_were_started_are_gone():
    before = running_threads()
    check_threads(5)
    assert gone(before)


def test_threads_that_are_not_allowed_are_an_error_and_none_is_left(monkeypatch):
    start = threading.Thread.start
    allowed = iter(range(3))

    def limited(thread):
        if next(allowed, None) is None:
            raise RuntimeError("can't start new thread")
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", limited)
    before = running_threads()
    with pytest.raises(UserError, match="ulimit -u"):
        check_threads(5)
    assert gone(before)
