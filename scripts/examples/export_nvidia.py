"""Write examples in NVIDIA's schema, masked and padded, for other programs.

    python -m scripts.examples.export_nvidia EXAMPLES.h5 -o NVIDIA.hdf5 --epochs 10

Dynamic masks are drawn as training would draw them with --seed, once an epoch; stored ones are
written as they are. Each example is a row of the file's sequence length; masks are padded with zeros
to --max-predictions.
"""

from dataclasses import replace
from pathlib import Path

import h5py
import numpy as np

from scripts.common import cli
from scripts.common.atomic import atomic_path
from scripts.common.errors import UserError
from scripts.examples.h5.example_files import Batch, Examples
from scripts.examples.h5.nvidia import ROWS, TYPES, shapes


def export_nvidia(
    source: Path, /, output: Path, seed: int = 0, epochs: int = 1, max_predictions: int = 0
) -> int:
    """Write a file of NVIDIA's schema; return its number of rows.

    `max_predictions` 0: the most masks that an example can have.
    """
    examples = Examples([source], seed)
    examples.verify()
    static = examples.header.masking == "static"
    most = max_predictions or most_masks(examples)
    if not static:
        examples.masking = replace(examples.masking, max_predictions=most)
    rows = len(examples) * (1 if static else epochs)
    if not rows:
        raise UserError(f"{source}: holds no examples")
    with atomic_path(output) as temporary, h5py.File(temporary, "w") as file:
        file.attrs["vocab_size"] = examples.vocab_size
        file.attrs["tokenizer_sha256"] = examples.header.tokenizer_sha256
        file.attrs["next_sentence"] = examples.next_sentence
        for name, shape in shapes(rows, examples.seq_length, most).items():
            chunks = (min(256, rows), *shape[1:])
            file.create_dataset(name, shape, TYPES[name], compression="gzip", chunks=chunks)
        for start in range(0, rows, ROWS):
            number = np.arange(start, min(rows, start + ROWS))
            batch = examples.batch(number % len(examples), number // len(examples))
            for name, values in padded(batch, examples.seq_length, most, source).items():
                file[name][start : start + len(values)] = values
    cli.log.info("%d rows", rows)
    return rows


def most_masks(examples: Examples) -> int:
    """The most masks that an example can have, at least 1."""
    if examples.header.masking == "static":
        counts = [np.diff(shard.arrays["mask_offsets"]).max(initial=1) for shard in examples.shards]
        return int(max(counts))
    most = max(1, round(examples.seq_length * examples.header.mlm_probability))
    return min(most, examples.header.max_predictions or most)


def padded(batch: Batch, length: int, most: int, source: Path) -> dict[str, np.ndarray]:
    """A batch as rows of NVIDIA's datasets."""
    lengths = np.diff(batch.offsets)
    n = len(lengths)
    row = np.repeat(np.arange(n), lengths)
    column = np.arange(len(batch.ids)) - batch.offsets[row]
    mask_row = row[batch.masked]
    counts = np.bincount(mask_row, minlength=n)
    if counts.max(initial=0) > most:
        raise UserError(
            f"{source}: an example has {counts.max()} masks; --max-predictions {most} is too few"
        )
    mask_column = np.arange(len(mask_row)) - (np.cumsum(counts) - counts)[mask_row]
    values = {name: np.zeros(shape, TYPES[name]) for name, shape in shapes(n, length, most).items()}
    values["input_ids"][row, column] = batch.ids
    values["input_mask"][row, column] = 1
    values["segment_ids"][row, column] = batch.segments
    values["masked_lm_positions"][mask_row, mask_column] = column[batch.masked]
    values["masked_lm_ids"][mask_row, mask_column] = batch.labels
    values["next_sentence_labels"] = np.maximum(batch.next_sentence, 0)
    return values


main = cli.step(
    export_nvidia,
    source="HDF5 file of examples",
    seed="of dynamic masks",
    epochs="passes with new masks",
    max_predictions="masks a row; 0: as needed",
)
