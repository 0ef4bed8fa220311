"""Write examples in the HDF5 form of schema.py, in memory that does not grow with their number."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from scripts.examples.h5.schema import Header, content_digest, dataset_types
from scripts.examples.h5.writer import Spools, write_arrays


class Writer:
    """Takes examples block by block."""

    def __init__(self, spools: Spools, token_kinds: np.ndarray):
        self.spools = spools
        spools.put("token_kinds", token_kinds)
        for name in ("offsets", "mask_offsets"):
            if name in spools.types:
                spools.put_ends(name, np.zeros(0, np.int64))

    def add(
        self,
        tokens: np.ndarray,
        lengths: np.ndarray,
        segment_b: np.ndarray,
        next_sentence: np.ndarray,
        masks: tuple[np.ndarray, np.ndarray, np.ndarray] | None = None,
    ) -> None:
        """Add n examples: `tokens` end to end, the other arrays [n].

        `masks`, for static masking: how many each example has [n], their positions within their
        examples, and the ids that stood there, both end to end.
        """
        self.spools.put("tokens", tokens)
        self.spools.put_ends("offsets", lengths)
        self.spools.put("segment_b", segment_b)
        self.spools.put("next_sentence", next_sentence)
        if masks is not None:
            counts, positions, ids = masks
            self.spools.put_ends("mask_offsets", counts)
            self.spools.put("mask_positions", positions)
            self.spools.put("mask_ids", ids)


@contextmanager
def write_examples(target: Path, header: Header, token_kinds: np.ndarray) -> Iterator[Writer]:
    """Yield a writer whose examples become `target` when the block succeeds.

    `token_kinds` is uint8 [vocabulary], see masking/token_kinds.py.
    """

    def attributes(digests: dict[str, str]) -> dict:
        return header.attributes() | {"content_sha256": content_digest(header, digests)}

    with write_arrays(target, dataset_types(header), attributes) as spools:
        yield Writer(spools, token_kinds)
