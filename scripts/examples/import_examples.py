"""Take a ready-made file of examples, of this project's form or NVIDIA's, into a run.

    python -m scripts.examples.import_examples SHARD.hdf5 --tokenizer results/vocab -o EXAMPLES.h5 \\
        --statistics EXAMPLES.json

The file is verified. One of this project's form is copied; one of NVIDIA's is stored without its
padding, uncompressed, with its masks, so that it can be read at random.
"""

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from scripts.common import cli
from scripts.common.atomic import atomic_path, write_text
from scripts.common.digest import file_digest
from scripts.common.errors import UserError
from scripts.examples.h5.example_files import Examples
from scripts.examples.h5.schema import IS_RANDOM, OFFSETS, sizes, write_examples
from scripts.examples.tokenizer.vocabulary import load_vocabulary


def import_examples(
    source: Path,
    /,
    tokenizer: Path,
    output: Path,
    seq_length: int = 1 << 15,
    statistics: Path | None = None,
) -> dict[str, Any]:
    """Write a file of examples; return its statistics, which are written too.

    Raises UserError where the source is damaged, of another tokenizer, or longer than `seq_length`.
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
    found = counts(examples)
    cli.log.info("%(examples)d examples, %(tokens)d tokens", found)
    if statistics:
        write_text(statistics, json.dumps(found, indent=2) + "\n")
    return found


def convert(examples: Examples, source: Path, tokenizer: Path, output: Path) -> None:
    vocabulary = load_vocabulary(tokenizer)
    header = replace(
        examples.header,
        tokenizer_sha256=vocabulary.sha256,
        special_ids=vocabulary.special_ids,
        sources=[{"name": source.name, "sha256": file_digest(source)}],
    )
    arrays = {name: a for name, a in examples.shards[0].arrays.items() if name != "token_kinds"}
    with write_examples(output, header, vocabulary.token_kinds) as writer:
        writer.add(**{name: np.diff(a) if name in OFFSETS else a for name, a in arrays.items()})


def counts(examples: Examples) -> dict[str, Any]:
    count, tokens = len(examples), int(examples.lengths.sum())
    labels = examples.shards[0].arrays["next_sentence"]
    return {
        "seq_length": examples.seq_length,
        **sizes(count, tokens, examples.seq_length),
        "random_b_share": round(float((labels == IS_RANDOM).mean()) if count else 0.0, 6),
    }


main = cli.step(
    import_examples,
    source="HDF5 file, of either schema",
    tokenizer="folder of the tokenizer",
    seq_length="the most that is allowed",
)
