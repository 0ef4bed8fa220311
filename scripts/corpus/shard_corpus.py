"""Distribute documents over shards for training and validation.

    python -m scripts.corpus.shard_corpus results/corpus/sentences/*.txt.zst \
        -o results/corpus/shards --shards 8 --validation-fraction 0.02 --seed 42

Reads sentence files, each with its documents' ids beside it (<part>.ids.zst), and writes
<output>/{train,validation}/<nnnn>.txt.zst and stats.json. A document's place depends on its id and
the seed alone: adding a file moves no other document, and raising the validation fraction takes
documents out of training but brings none back. Documents of the same text are kept once, the first
of them; with --deduplicate near, also those that are nearly the same. One pass, in memory that
does not grow but for some ten bytes a document.
"""

import json
import logging
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from scripts.common import cli
from scripts.common.atomic import write_text
from scripts.common.errors import UserError
from scripts.corpus.duplicates.seen_documents import Documents
from scripts.corpus.files.documents import read_named_documents
from scripts.corpus.files.shard_assignment import place, validation_shards
from scripts.corpus.files.shard_writer import ShardWriter

log = logging.getLogger("dump2glue")


def shard_corpus(
    parts: list[Path],
    output: Path,
    shards: int,
    validation_fraction: float,
    seed: int,
    deduplicate: bool,
    signatures: list[Path] | None = None,
) -> dict:
    """Write the shards of all parts' documents and return the statistics, which are written too.

    `signatures` are the parts' files of `sign_documents`, in the parts' order: with them documents
    that are nearly the same count as duplicates too.

    Raises UserError where a part is damaged, where its ids do not fit it, and where a shard would
    be left empty.
    """
    counts = {"train": shards, "validation": validation_shards(shards, validation_fraction)}
    names = [f"{split}/{number:04d}.txt.zst" for split in counts for number in range(counts[split])]
    seen = Documents()
    duplicates = 0
    with ShardWriter([output / name for name in names]) as writer:
        for number, part in enumerate(parts):
            signed = signatures[number] if signatures else None
            for identity, document, bands in signed_documents(part, signed):
                if deduplicate and not seen.is_new(document, bands):
                    duplicates += 1
                    continue
                split, shard = place(identity, seed, counts, validation_fraction)
                writer.add(shard + (shards if split == "validation" else 0), document)
        check(dict(zip(names, (shard.documents for shard in writer.shards), strict=True)))
        statistics = {
            "documents": sum(shard.documents for shard in writer.shards),
            "sentences": sum(shard.sentences for shard in writer.shards),
            "bytes": sum(shard.bytes for shard in writer.shards),
            "duplicates": duplicates,
            "shards": {
                name: {
                    "documents": shard.documents,
                    "sentences": shard.sentences,
                    "bytes": shard.bytes,
                }
                for name, shard in zip(names, writer.shards, strict=True)
            },
        }
        write_text(output / "stats.json", json.dumps(statistics, indent=1) + "\n")
    log.info(
        "%(documents)d documents, %(sentences)d sentences; %(duplicates)d duplicates", statistics
    )
    return statistics


def signed_documents(
    part: Path, signatures: Path | None
) -> Iterator[tuple[str, bytes, np.ndarray | None]]:
    """Yield a part's documents with their ids and, where there are signatures, their bands."""
    if signatures is None:
        for identity, document in read_named_documents(part):
            yield identity, document, None
        return
    bands = np.load(signatures, mmap_mode="r")
    count = 0
    for identity, document in read_named_documents(part):
        count += 1
        if count > len(bands):
            break
        yield identity, document, bands[count - 1]
    if count != len(bands):
        raise UserError(f"{signatures}: not the signatures of {part}; delete it and run again")


def check(documents: dict[str, int]) -> None:
    """Refuse shards of which one has no document: a stage behind could make nothing of it."""
    empty = [name for name, count in documents.items() if not count]
    if not empty:
        return
    total = sum(documents.values())
    if all(name.startswith("validation") for name in empty):
        raise UserError(
            f"no document for {empty[0]}: {total} documents are too few for this "
            "corpus.validation_fraction; raise it, or give more text"
        )
    raise UserError(
        f"no document for {empty[0]}: {total} documents are too few for this many shards; "
        f"set corpus.shards to {max(1, total // 20)} or less, or give more text"
    )


def main() -> None:
    parser = cli.Parser(__doc__)
    parser.add_argument("parts", type=Path, nargs="+", help="sentence files")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--shards", type=int, required=True, help="shards of training")
    parser.add_argument("--validation-fraction", type=float, default=0.02)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--deduplicate", choices=["near", "exact", "none"], default="exact")
    parser.add_argument("--signatures", type=Path, nargs="+", help="of the parts, for near")
    args = parser.parse_args()
    shard_corpus(
        args.parts,
        args.output,
        args.shards,
        args.validation_fraction,
        args.seed,
        args.deduplicate != "none",
        args.signatures if args.deduplicate == "near" else None,
    )


if __name__ == "__main__":
    cli.run(main)
