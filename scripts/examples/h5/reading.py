"""What all readers of HDF5 files share."""

from typing import Any

import numpy as np

DAMAGE = (OSError, RuntimeError, LookupError, ValueError, TypeError)  # what h5py raises for it


def plain(value: Any) -> Any:
    """An attribute's value, text or number, as Python has it."""
    value = value.item() if isinstance(value, np.generic) else value
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value
