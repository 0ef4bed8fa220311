import io
import itertools

import numpy as np
import pytest
import zstandard

from scripts.common.errors import UserError
from scripts.corpus.files import shard_frames
from scripts.corpus.files.shard_frames import FrameWriter, compressed, frame_numbers, join_frames


def contents(data):
    """The contents of the zstd frames in some bytes."""
    found = []
    while data:
        frame = zstandard.ZstdDecompressor().decompressobj()
        found.append(frame.decompress(data))
        data = frame.unused_data
    return found


@pytest.fixture
def placed(tmp_path):
    """A part's frames of three shards, and their index."""
    with open(tmp_path / "a.zst", "wb") as file:
        writer = FrameWriter(file, 3)
        for shard, frame, document in [
            (0, 0, b"One.\nTwo."), (2, 4, b"Three."), (0, 0, b"Four567"), (0, 2, b"Five."),
        ]:  # fmt: skip
            writer.add(shard, frame, document)
        return tmp_path / "a.zst", writer.index()


def test_a_frame_has_its_documents_and_the_index_says_where_it_is(placed):
    path, frames = placed
    assert contents(path.read_bytes()) == [
        b"One.\nTwo.\n\nFour567\n\n",
        b"Five.\n\n",
        b"Three.\n\n",
    ]
    assert frames[:, :2].tolist() == [[0, 0], [0, 2], [2, 4]]
    assert frames[:, 2].tolist() == [0, *np.cumsum(frames[:, 3])[:-1].tolist()]


def test_a_shards_frames_are_copied_as_they_are(placed):
    path, frames = placed
    target = io.BytesIO()
    join_frames({path: frames[frames[:, 0] == 0]}, target)
    assert target.getvalue() == path.read_bytes()[: frames[2, 2]]


@pytest.mark.parametrize("borders", [[], [1], [0, 3, 3, 5], range(1, 40)])
def test_the_same_bytes_however_the_documents_are_divided_into_parts(
    tmp_path, monkeypatch, borders
):
    monkeypatch.setattr(shard_frames, "FRAME", 50)
    draw = np.random.default_rng(1)
    documents = [bytes([65 + n]) * int(draw.integers(1, 90)) for n in range(40)]
    shards = draw.integers(-1, 3, 40)
    numbers = frame_numbers(shards, np.array(list(map(len, documents))))
    parts: dict = {}
    for own in np.split(np.arange(40), borders):
        path = tmp_path / f"{len(parts)}.zst"
        with open(path, "wb") as file:
            writer = FrameWriter(file, 3)
            for n in own.tolist():
                if shards[n] >= 0:
                    writer.add(int(shards[n]), int(numbers[n]), documents[n])
            parts[path] = writer.index()
    for shard in range(3):
        target = io.BytesIO()
        join_frames({path: index[index[:, 0] == shard] for path, index in parts.items()}, target)
        mine = [n for n in range(40) if shards[n] == shard]
        groups = itertools.groupby(mine, lambda n: numbers[n])
        texts = [b"".join(documents[n] + b"\n\n" for n in group) for _, group in groups]
        assert contents(target.getvalue()) == texts
        assert len(texts) > 3
        assert target.getvalue() == b"".join(map(compressed, texts))


def test_a_frame_begins_where_the_documents_before_it_fill_another(monkeypatch):
    monkeypatch.setattr(shard_frames, "FRAME", 10)
    shards = np.array([1, 0, 1, -1, 1, 1, 0])
    sizes = np.array([9, 30, 1, 7, 25, 1, 1])
    assert frame_numbers(shards, sizes)[shards >= 0].tolist() == [0, 0, 0, 1, 3, 3]


def test_a_part_of_nothing_has_no_frame():
    assert FrameWriter(io.BytesIO(), 4).index().shape == (0, 4)
    assert frame_numbers(np.zeros(0, int), np.zeros(0, int)).shape == (0,)


@pytest.mark.parametrize("damage", ["cut", "bit"])
def test_what_is_damaged_is_refused(placed, damage):
    path, frames = placed
    data = bytearray(path.read_bytes())
    data[frames[-1, 2] + frames[-1, 3] // 2] ^= 1
    path.write_bytes(data if damage == "bit" else path.read_bytes()[:-1])
    with pytest.raises(UserError, match=r"a\.zst: truncated or corrupt after \d+ bytes"):
        join_frames({path: frames}, io.BytesIO())
