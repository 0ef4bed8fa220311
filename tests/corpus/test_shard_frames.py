import io

import numpy as np
import pytest
import zstandard

from scripts.common.errors import UserError
from scripts.corpus.files import shard_frames
from scripts.corpus.files.shard_frames import FrameWriter, copy_frames


def contents(data):
    """The contents of the zstd frames in some bytes."""
    found = []
    while data:
        frame = zstandard.ZstdDecompressor().decompressobj()
        found.append(frame.decompress(data))
        data = frame.unused_data
    return found


@pytest.fixture
def placed(tmp_path, monkeypatch):
    """A part's frames of three shards, and their index."""
    monkeypatch.setattr(shard_frames, "BUFFER", 20)
    with open(tmp_path / "a.zst", "wb") as file:
        writer = FrameWriter(file, 3)
        for shard, document in [(0, b"One.\nTwo."), (2, b"Three."), (0, b"Four567"), (0, b"Five.")]:
            writer.add(shard, document)
        return tmp_path / "a.zst", writer.index()


def test_each_full_buffer_is_a_frame_and_so_is_what_is_left(placed):
    path, frames = placed
    assert contents(path.read_bytes()) == [
        b"One.\nTwo.\n\nFour567\n\n",
        b"Five.\n\n",
        b"Three.\n\n",
    ]
    assert frames[:, 0].tolist() == [0, 0, 2]
    assert frames[:, 1].tolist() == [0, *np.cumsum(frames[:, 2])[:-1].tolist()]


def test_a_shards_frames_are_copied_as_they_are(placed):
    path, frames = placed
    target = io.BytesIO()
    copy_frames(path, frames[frames[:, 0] == 0], target)
    assert contents(target.getvalue()) == [b"One.\nTwo.\n\nFour567\n\n", b"Five.\n\n"]


def test_a_part_of_nothing_has_no_frame():
    assert FrameWriter(io.BytesIO(), 4).index().shape == (0, 3)


@pytest.mark.parametrize("damage", ["cut", "bit"])
def test_what_is_damaged_is_refused(placed, damage):
    path, frames = placed
    data = bytearray(path.read_bytes())
    data[frames[-1, 1] + frames[-1, 2] // 2] ^= 1
    path.write_bytes(data if damage == "bit" else path.read_bytes()[:-1])
    with pytest.raises(UserError, match=r"a\.zst: truncated or corrupt after \d+ bytes"):
        copy_frames(path, frames, io.BytesIO())
