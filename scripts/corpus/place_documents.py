"""Bring a part's documents into the order of their shards.

    python -m scripts.corpus.place_documents enwiki.txt.zst --assigned enwiki.npy.zst -o placed.zst

Writes the documents that are assigned to a shard as compressed frames, each of one shard, and beside
them, in placed.npy.zst, shard, frame, offset and bytes of each: int64 [frames, 4].
"""

from pathlib import Path

from scripts.common import cli
from scripts.common.arrays import read_array, write_array
from scripts.common.atomic import atomic_path
from scripts.common.errors import UserError
from scripts.corpus.files.documents import read_documents
from scripts.corpus.files.shard_frames import FrameWriter


def place_documents(part: Path, /, assigned: Path, output: Path) -> int:
    """Write the frames of a part's documents and their index; return how many frames there are."""
    places = read_array(assigned)
    count = 0
    with atomic_path(output) as path, open(path, "wb") as file:
        writer = FrameWriter(file, int(places[:, 0].max(initial=-1)) + 1)
        for count, document in enumerate(read_documents(part), 1):
            if count > len(places):
                break
            shard, frame = places[count - 1].tolist()
            if shard >= 0:
                writer.add(shard, frame, document)
        if count != len(places):
            raise UserError(f"{assigned}: not the shards of {part}; delete it and run again")
        frames = writer.index()
        write_array(output.with_suffix(".npy.zst"), frames)
    cli.log.info("%s: %d documents in %d frames", part, count, len(frames))
    return len(frames)


main = cli.step(place_documents, part="a sentence file", assigned="its documents' shards")
