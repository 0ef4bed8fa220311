import errno

import pytest

from scripts.common.errors import unreadable


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (ValueError("bad magic"), "damaged; delete it"),
        (OSError("truncated file: eof = 3"), "damaged; delete it"),
        (OSError(errno.EINVAL, "seek to a negative place"), "damaged; delete it"),
        (OSError(errno.EACCES, "cannot open"), "Permission denied"),
        (OSError(errno.EIO, "cannot read"), "Input/output error"),
        (OSError(errno.EMFILE, "errno = 24, 'Too many open files'"), "too many open files; allow"),
        (MemoryError("for an array"), "out of memory; give the step more"),
        (RuntimeError("zstd: not enough memory"), "out of memory; give the step more"),
        (Exception("Cannot allocate memory (os error 12)"), "out of memory; give the step more"),
    ],
)
def test_only_content_is_called_damaged(error, said):
    assert str(unreadable("a.h5", error, "damaged; delete it")).startswith(f"a.h5: {said}")
