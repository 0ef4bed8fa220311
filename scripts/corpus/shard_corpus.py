"""Put the shards together from what was placed of each part.

    python -m scripts.corpus.shard_corpus results/corpus/placed/*.zst -o results/corpus/shards --shards 8

Writes <output>/{train,validation}/<nnnn>.txt.zst, in each the documents in the order of the parts.
Frames are checked and copied as they are; those that go over a part's end are made of their pieces.
"""

from pathlib import Path

from scripts.common import cli
from scripts.common.arrays import read_array
from scripts.common.atomic import atomic_path
from scripts.corpus.files.shard_assignment import Sharding
from scripts.corpus.files.shard_frames import join_frames


def shard_corpus(parts: list[Path], /, output: Path, settings: Sharding) -> None:
    frames = {part: read_array(part.with_suffix(".npy.zst")) for part in parts}
    for number, name in enumerate(settings.names()):
        with atomic_path(output / name) as path, open(path, "wb") as file:
            own = {part: index[index[:, 0] == number] for part, index in frames.items()}
            join_frames(own, file)


main = cli.step(shard_corpus, parts="files of place_documents")
