"""Write examples in the HDF5 form of schema.py, in memory that does not grow with their number."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from scripts.examples.h5.schema import OFFSETS, Header, content_digest, dataset_types
from scripts.examples.h5.writer import ArrayWriter, write_arrays


@contextmanager
def write_examples(target: Path, header: Header, token_kinds: np.ndarray) -> Iterator[ArrayWriter]:
    """Yield a writer whose examples become `target` when the block succeeds.

    `token_kinds` is uint8 [vocabulary], see masking/token_kinds.py. Of n examples the writer takes
    `tokens` end to end, `offsets` as their lengths [n], `segment_b` and `next_sentence` [n]; for
    static masking also `mask_offsets` as the numbers of their masks [n], and end to end
    `mask_positions` in the examples and `mask_ids`, the tokens that stood there.
    """

    def attributes(digests: dict[str, str]) -> dict[str, Any]:
        return header.attributes() | {"content_sha256": content_digest(header, digests)}

    with write_arrays(target, dataset_types(header), OFFSETS, attributes) as writer:
        writer.add(token_kinds=token_kinds)
        yield writer
