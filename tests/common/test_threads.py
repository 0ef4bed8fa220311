import threading

import pytest

from scripts.common.errors import UserError
from scripts.common.threads import check_threads, running_threads


def test_threads_that_were_started_are_gone():
    before = running_threads()
    check_threads(5)
    assert running_threads() == before


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
    assert running_threads() == before
