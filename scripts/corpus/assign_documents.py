"""Assign documents to shards for training and validation, and leave out those that stood before.

    python -m scripts.corpus.assign_documents results/corpus/sentences/*.ids.zst \
        -o results/corpus/assigned --statistics stats.json --shards 8 --seed 42

Reads what split_sentences notes of each document, and writes <output>/<part>.npy.zst, int32 [documents, 2]:
the number of the document's shard, -1 where it is left out, and that of its frame in the shard. Its shard depends on its id and the seed
alone: adding a file moves no other document, and raising the validation fraction takes documents out
of training but brings none back. Documents of the same text are kept once, the first of them; with
--deduplicate near, also those that are nearly the same. This is the one step over the whole corpus:
it reads no text.
"""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from scripts.common import cli
from scripts.common.arrays import read_array, write_array
from scripts.common.atomic import write_text
from scripts.common.errors import UserError
from scripts.corpus.duplicates.repeats import repeats
from scripts.corpus.files.documents import read_notes
from scripts.corpus.files.shard_assignment import Sharding, assign
from scripts.corpus.files.shard_frames import frame_numbers

NOTES = np.dtype([("digest", "<u8"), ("sentences", "<i8"), ("bytes", "<i8"), ("shard", "<i4")])
LARGE = 0.1  # share of duplicates that looks like a mistake


def assign_documents(
    parts: list[Path],
    /,
    output: Path,
    statistics: Path,
    settings: Sharding,
    signatures: Sequence[Path] = (),
) -> dict:
    """Write the shards' numbers of all parts' documents and return the statistics, as written.

    `parts` are the files of their documents' ids; `signatures` those of `sign_documents`, in the
    same order, where `deduplicate` is near. Raises UserError where a part is damaged, where its
    signatures do not fit it, and where a shard would be left empty.
    """
    noted = [notes(part, settings) for part in parts]
    documents = np.concatenate(noted)
    if settings.deduplicate != "none":
        near = signatures if settings.deduplicate == "near" else ()
        if settings.deduplicate == "near" and len(near) != len(parts):
            raise UserError(f"--signatures: {len(near)} files for {len(parts)} parts, to tell near")
        dropped = repeats(columns(documents["digest"], noted, near, parts))
        documents["shard"][dropped] = -1
    kept = documents[documents["shard"] >= 0]
    names = settings.names()
    counts = {
        key: np.bincount(kept["shard"], kept[key] if key else None, len(names)).astype(int).tolist()
        for key in ("", "sentences", "bytes")
    }
    shards = {
        name: {"documents": counts[""][n], **{k: counts[k][n] for k in ("sentences", "bytes")}}
        for n, name in enumerate(names)
    }
    refuse_empty({name: shard["documents"] for name, shard in shards.items()})
    result = {
        "documents": len(kept),
        "sentences": sum(counts["sentences"]),
        "bytes": sum(counts["bytes"]),
        "duplicates": len(documents) - len(kept),
        "shards": shards,
    }
    borders = np.cumsum([len(part) for part in noted])[:-1]
    frames = frame_numbers(documents["shard"], documents["bytes"])
    placed = np.stack([documents["shard"], frames], axis=1)
    for part, numbers in zip(parts, np.split(placed, borders), strict=True):
        write_array(output / part.name.replace(".ids.zst", ".npy.zst"), numbers)
    write_text(statistics, json.dumps(result, indent=1) + "\n")
    cli.log.info(
        "%(documents)d documents, %(sentences)d sentences; %(duplicates)d duplicates", result
    )
    if result["duplicates"] > LARGE * len(documents):
        share = 100 * result["duplicates"] / len(documents)
        cli.log.warning(
            "warning: %.0f%% of the documents stood before and are left out; where that is wrong, "
            "see what a document is (corpus.text.documents), or set corpus.deduplicate to none",
            share,
        )
    return result


def notes(part: Path, settings: Sharding) -> np.ndarray:
    """What is known of a part's documents, and the shard that each would go to: NOTES [documents]."""
    rows = ((*of_text, assign(identity, settings)) for identity, *of_text in read_notes(part))
    return np.fromiter(rows, NOTES)


def columns(
    texts: np.ndarray, noted: list[np.ndarray], signatures: Sequence[Path], parts: list[Path]
) -> Iterator[np.ndarray]:
    """Yield the digests by which documents are compared: of their texts, then band by band."""
    yield texts
    bands = [read_array(file) for file in signatures]
    for file, part, here, there in zip(signatures, parts, noted, bands, strict=False):
        if len(here) != len(there):
            raise UserError(f"{file}: not the signatures of {part}; delete it and run again")
    for band in range(bands[0].shape[1] if bands else 0):
        yield np.concatenate([part[:, band] for part in bands])


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


main = cli.step(
    assign_documents,
    parts="the ids of sentence files",
    statistics="file to write",
    signatures="files of sign_documents, where near",
)
