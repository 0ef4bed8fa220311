"""Errors that a user can mend."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MOST = 500  # characters of a message; what is longer quotes the user's data
NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
MEMORY = "out of memory; give the step more (mem_mb), or fewer threads"
THREADS = (
    "no more processes or threads can be started; allow more (ulimit -u) or more memory, or give the "
    "step fewer threads"
)
FILES = "too many open files; allow more (ulimit -n)"
WANTS = {
    os.strerror(errno.ENOMEM): MEMORY,
    "not enough memory": MEMORY,
    "out of memory": MEMORY,
    "memory allocation failed": MEMORY,
    "bad_alloc": MEMORY,
    "failed to map segment": MEMORY,  # of a library that is imported
    os.strerror(errno.EAGAIN): THREADS,
    "can't start new thread": THREADS,
    os.strerror(errno.EMFILE): FILES,
    **{os.strerror(number): "" for number in NO_ROOM},
}


class UserError(Exception):
    """Bad input, configuration or environment: the message names the file or key and what to do.

    A step that raises it ends with status 1 and that one line, without a traceback. Line breaks that
    the user's data or a library brought into it become blanks, and a long message loses its middle.
    """

    def __init__(self, message: str):
        line = " ".join(str(message).split())
        if len(line) > MOST:
            line = f"{line[: MOST - 200]} … {line[-200:]}"
        super().__init__(line)


def ran_out(error: BaseException) -> str:
    """What the machine lacks, and what to do; empty for an error that says nothing of it.

    Libraries say it in classes of their own, with the system's words.
    """
    if isinstance(error, MemoryError):
        return MEMORY
    said = " ".join(str(error).split())
    return next((line or said for words, line in WANTS.items() if words in said), "")


def unreadable(path: Path | str, error: Exception, verdict: str) -> UserError:
    """The error for a file that cannot be read: the `verdict` of its content, unless it was not its fault.

    What the machine lacks, or the system refuses, says nothing of the content.
    """
    # Offsets in a damaged file are invalid arguments of the system's.
    number = getattr(error, "errno", None) or errno.EINVAL
    refused = "" if number == errno.EINVAL else os.strerror(number)
    return UserError(f"{path}: {ran_out(error) or refused or verdict}")


@contextmanager
def blaming(
    path: Path | str, verdict: str, kinds: tuple[type[Exception], ...] = (Exception,)
) -> Iterator[None]:
    """Raise `unreadable` of a file for errors of these kinds, by default of any; a UserError stays.

    The verdict may name the error's class and what it says first, by {kind} and {reason}.
    """
    try:
        yield
    except UserError:
        raise
    except kinds as error:
        reason = (str(error).strip() or "no reason given").splitlines()[0]
        said = verdict.format(kind=type(error).__name__, reason=reason)
        raise unreadable(path, error, said) from error
