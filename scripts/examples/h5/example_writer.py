"""Write examples in the HDF5 form of schema.py, in memory that does not grow with their number."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

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

    digest, types = partial(content_digest, header), dataset_types(header)
    with write_arrays(target, types, OFFSETS, header.attributes(), digest) as writer:
        writer.add(token_kinds=token_kinds)
        yield writer
