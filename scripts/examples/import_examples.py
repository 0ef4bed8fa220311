"""Take a ready-made file of examples, of this project's form or NVIDIA's, into a run.

    python -m scripts.examples.import_examples SHARD.hdf5 --tokenizer results/vocab -o EXAMPLES.h5 \\
        --statistics EXAMPLES.json

The file is verified. One of this project's form is copied; one of NVIDIA's is stored without its
padding, uncompressed, with its masks, so that it can be read at random.
"""

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from scripts.common import cli
from scripts.common.atomic import atomic_path, write_text
from scripts.common.digest import file_digest
from scripts.common.errors import UserError
from scripts.examples.h5.example_files import Examples
from scripts.examples.h5.example_writer import write_examples
from scripts.examples.h5.schema import IS_RANDOM
from scripts.examples.tokenizer.vocabulary import load_vocabulary

ROWS = 8192  # examples copied together


def import_examples(source: Path, tokenizer: Path, output: Path, seq_length: int) -> dict[str, Any]:
    """Write a file of examples; return its statistics.

    Raises UserError where the source is damaged, made with another tokenizer, or longer than
    `seq_length`.
    """
    examples = Examples([source], tokenizer=tokenizer)
    examples.verify()
    if examples.seq_length > seq_length:
        raise UserError(
            f"{source}: examples of up to {examples.seq_length} tokens, but the phase's seq_length "
            f"is {seq_length}"
        )
    if examples.shards[0].foreign:
        convert(examples, source, tokenizer, output)
    else:
        with atomic_path(output) as temporary:
            shutil.copyfile(source, temporary)
    return statistics(examples)


def convert(examples: Examples, source: Path, tokenizer: Path, output: Path) -> None:
    """Write the examples of a file of another schema."""
    vocabulary = load_vocabulary(tokenizer)
    header = replace(
        examples.header,
        tokenizer_sha256=vocabulary.sha256,
        special_ids=vocabulary.special_ids,
        sources=[{"name": source.name, "sha256": file_digest(source)}],
    )
    with write_examples(output, header, vocabulary.kinds) as writer:
        for arrays, first, last in blocks(examples):
            bounds, ends = arrays["offsets"], arrays["mask_offsets"]
            masks = slice(ends[first], ends[last])
            writer.add(
                arrays["tokens"][bounds[first] : bounds[last]],
                np.diff(bounds[first : last + 1]),
                arrays["segment_b"][first:last],
                arrays["next_sentence"][first:last],
                (
                    np.diff(ends[first : last + 1]),
                    arrays["mask_positions"][masks],
                    arrays["mask_ids"][masks],
                ),
            )


def blocks(examples: Examples) -> Iterator[tuple[dict[str, np.ndarray], int, int]]:
    """The arrays of the file with the range of examples to copy next."""
    for first in range(0, len(examples), ROWS):
        yield examples.shards[0].arrays, first, min(len(examples), first + ROWS)


def statistics(examples: Examples) -> dict[str, Any]:
    """What can be counted of examples without their text."""
    count, tokens = len(examples), int(examples.lengths.sum())
    padded = count * examples.seq_length
    labels = examples.shards[0].arrays["next_sentence"]
    return {
        "seq_length": examples.seq_length,
        "examples": count,
        "tokens": tokens,
        "padding": padded - tokens,
        "padding_share": round(1 - tokens / max(1, padded), 6),
        "random_b_share": round(float((labels == IS_RANDOM).mean()) if count else 0.0, 6),
    }


def main() -> None:
    parser = cli.Parser(__doc__)
    parser.add_argument("source", type=Path, help="HDF5 file, of either schema")
    parser.add_argument("-o", "--output", type=Path, required=True, help="HDF5 file to write")
    parser.add_argument("--statistics", type=Path, help="JSON file to write")
    parser.add_argument("--tokenizer", type=Path, required=True, help="folder of the tokenizer")
    parser.add_argument("--seq-length", type=int, default=1 << 15, help="the most that is allowed")
    args = parser.parse_args()
    result = import_examples(args.source, args.tokenizer, args.output, args.seq_length)
    cli.log.info("%(examples)d examples, %(tokens)d tokens", result)
    if args.statistics:
        write_text(args.statistics, json.dumps(result, indent=2) + "\n")


if __name__ == "__main__":
    cli.run(main)
