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
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from scripts.common import cli
from scripts.common.atomic import write_text
from scripts.common.errors import UserError
from scripts.common.settings import add_flags, from_args, setting
from scripts.corpus.duplicates.seen_documents import SeenDocuments
from scripts.corpus.files.documents import read_named_documents
from scripts.corpus.files.shard_assignment import assign, validation_shards
from scripts.corpus.files.shard_writer import ShardWriter

log = logging.getLogger("dump2glue")


@dataclass(frozen=True)
class Settings:
    """What decides which document goes to which shard, and which documents are left out."""

    shards: int = setting(4, "shards of training", minimum=1, maximum=500)
    validation_fraction: float = setting(
        0.02, "share of documents", exclusiveMinimum=0, exclusiveMaximum=0.5
    )
    deduplicate: str = setting(
        "exact", "of which documents the first stays", enum=["exact", "near", "none"]
    )
    seed: int = setting(42, minimum=0, own_key=False)

    def counts(self) -> dict[str, int]:
        """How many shards each split has."""
        validation = validation_shards(self.shards, self.validation_fraction)
        return {"train": self.shards, "validation": validation}


def shard_corpus(
    parts: list[Path], output: Path, settings: Settings, signatures: list[Path] | None = None
) -> dict:
    """Write the shards of all parts' documents and return the statistics, which are written too.

    `signatures` are the parts' files of `sign_documents`, in the parts' order, by which documents
    that are nearly the same are told where `deduplicate` is near.

    Raises UserError where a part is damaged, where its ids do not fit it, and where a shard would
    be left empty.
    """
    counts = settings.counts()
    names = [f"{split}/{number:04d}.txt.zst" for split in counts for number in range(counts[split])]
    near = signatures if settings.deduplicate == "near" else None
    seen = SeenDocuments()
    duplicates = 0
    with ShardWriter([output / name for name in names]) as writer:
        for number, part in enumerate(parts):
            for identity, document, bands in signed_documents(part, near[number] if near else None):
                if settings.deduplicate != "none" and not seen.is_new(document, bands):
                    duplicates += 1
                    continue
                split, shard = assign(identity, settings.seed, counts, settings.validation_fraction)
                writer.add(shard + (settings.shards if split == "validation" else 0), document)
        written = {
            name: {key: getattr(shard, key) for key in ("documents", "sentences", "bytes")}
            for name, shard in zip(names, writer.shards, strict=True)
        }
        refuse_empty({name: shard["documents"] for name, shard in written.items()})
        statistics = {
            key: sum(shard[key] for shard in written.values())
            for key in ("documents", "sentences", "bytes")
        } | {"duplicates": duplicates, "shards": written}
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


def refuse_empty(documents: dict[str, int]) -> None:
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


@cli.step
def main() -> None:
    parser = cli.Parser(__doc__)
    parser.add_argument("parts", type=Path, nargs="+", help="sentence files")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="FOLDER")
    add_flags(parser, Settings)
    parser.add_argument("--signatures", type=Path, nargs="+", help="of the parts, for near")
    args = parser.parse_args()
    shard_corpus(args.parts, args.output, from_args(Settings, args), args.signatures)
