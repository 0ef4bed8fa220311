"""What all readers of HDF5 files share."""

from typing import Any

import numpy as np

DAMAGE = (OSError, RuntimeError, LookupError, ValueError, TypeError)  # what h5py raises for it


def plain(value: Any) -> Any:
    """An attribute's value, text or number, as Python has it."""
    value = value.item() if isinstance(value, np.generic) else value
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value


def token_type(vocab_size: int) -> np.dtype:
    """The type of token ids: uint16 where the vocabulary allows, else uint32."""
    return np.dtype("<u2" if vocab_size <= 1 << 16 else "<u4")
