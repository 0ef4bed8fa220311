"""Distribute documents over shards for training and validation.

    python -m scripts.corpus.shard_corpus results/corpus/sentences/*.txt.zst \
        -o results/corpus/shards --shards 8 --validation-fraction 0.02 --seed 42

Reads sentence files, each with its documents' ids beside it (<part>.ids.zst), and writes
<output>/{train,validation}/<nnnn>.txt.zst and stats.json. A document's place depends on its id and
the seed alone: adding a file moves no other document, and raising the validation fraction takes
documents out of training but brings none back. Documents of the same text are kept once, the first
of them. One pass, in memory that does not grow but for some ten bytes a document.
"""

import hashlib
import json
import logging
from collections.abc import Iterator
from pathlib import Path

from scripts.common import cli
from scripts.common.atomic import write_text
from scripts.common.errors import UserError
from scripts.common.text import read_chunks, read_lines
from scripts.corpus.places import place, validation_shards
from scripts.corpus.seen import Seen
from scripts.corpus.shards import ShardWriter

log = logging.getLogger("dump2glue")


def shard_corpus(
    parts: list[Path],
    output: Path,
    shards: int,
    validation_fraction: float,
    seed: int,
    deduplicate: bool,
) -> dict:
    """Write the shards of all parts' documents and return the statistics, which are written too.

    Raises UserError where a part is damaged, where its ids do not fit it, and where a shard would
    be left empty.
    """
    counts = {"train": shards, "validation": validation_shards(shards, validation_fraction)}
    names = [f"{split}/{number:04d}.txt.zst" for split in counts for number in range(counts[split])]
    seen = Seen()
    duplicates = 0
    with ShardWriter([output / name for name in names]) as writer:
        for part in parts:
            for identity, document in documents(part):
                if deduplicate and not seen.add(hashlib.blake2b(document, digest_size=8).digest()):
                    duplicates += 1
                    continue
                split, number = place(identity, seed, counts, validation_fraction)
                writer.add(number + (shards if split == "validation" else 0), document)
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


def documents(part: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the ids and the texts of a sentence file's documents."""
    ids = part.with_name(part.name.removesuffix(".txt.zst") + ".ids.zst")
    identities = read_lines(ids)
    for document in blocks(part):
        identity = next(identities, None)
        if identity is None:
            raise UserError(f"{ids}: fewer ids than {part} has documents; delete both, run again")
        yield identity, document
    if next(identities, None) is not None:
        raise UserError(f"{ids}: more ids than {part} has documents; delete both and run again")


def blocks(part: Path) -> Iterator[bytes]:
    """Yield the documents of a sentence file: what stands between empty lines."""
    rest = b""
    for chunk in read_chunks(part):
        *whole, rest = (rest + chunk).split(b"\n\n")
        yield from whole
    if rest.strip():
        raise UserError(f"{part}: no empty line behind its last document; delete it and run again")


def main() -> None:
    parser = cli.Parser(__doc__)
    parser.add_argument("parts", type=Path, nargs="+", help="sentence files")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--shards", type=int, required=True, help="shards of training")
    parser.add_argument("--validation-fraction", type=float, default=0.02)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--deduplicate", choices=["exact", "none"], default="exact")
    args = parser.parse_args()
    shard_corpus(
        args.parts,
        args.output,
        args.shards,
        args.validation_fraction,
        args.seed,
        args.deduplicate == "exact",
    )


if __name__ == "__main__":
    cli.run(main)
