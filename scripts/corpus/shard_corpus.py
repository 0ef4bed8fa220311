"""Put the shards together from what was placed of each part.

    python -m scripts.corpus.shard_corpus results/corpus/placed/*.zst -o results/corpus/shards --shards 8

Writes <output>/{train,validation}/<nnnn>.txt.zst, in each the documents in the order of the parts.
Nothing is unpacked: the bytes of the parts' frames are copied.
"""

from pathlib import Path

from scripts.common import cli
from scripts.common.arrays import read_array
from scripts.common.atomic import atomic_path
from scripts.common.settings import add_flags, from_args
from scripts.corpus.files.shard_assignment import Sharding
from scripts.corpus.files.shard_frames import copy_frames


def shard_corpus(parts: list[Path], output: Path, settings: Sharding) -> None:
    """Write the shards of all parts' documents."""
    frames = {part: read_array(part.with_suffix(".npy.zst")) for part in parts}
    for number, name in enumerate(settings.names()):
        with atomic_path(output / name) as path, open(path, "wb") as file:
            for part, index in frames.items():
                own = index[index[:, 0] == number]
                if len(own):
                    copy_frames(part, own, file)


@cli.step
def main() -> None:
    parser = cli.Parser(__doc__)
    parser.add_argument("parts", type=Path, nargs="+", help="files of place_documents")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="FOLDER")
    add_flags(parser, Sharding)
    args = parser.parse_args()
    shard_corpus(args.parts, args.output, from_args(Sharding, args))
