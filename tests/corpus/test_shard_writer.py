import pytest
import zstandard

from scripts.common.text import read_chunks
from scripts.corpus.files import shard_writer
from scripts.corpus.files.shard_writer import ShardWriter


def frames(path):
    """The contents of a file's zstd frames."""
    found = []
    data = path.read_bytes()
    while data:
        frame = zstandard.ZstdDecompressor().decompressobj()
        found.append(frame.decompress(data))
        data = frame.unused_data
    return found


def test_each_full_buffer_is_a_frame(tmp_path, monkeypatch):
    monkeypatch.setattr(shard_writer, "BUFFER", 20)
    targets = [tmp_path / "a" / "0.zst", tmp_path / "a" / "1.zst"]
    with ShardWriter(targets) as writer:
        writer.add(0, b"One.\nTwo.")
        writer.add(1, b"Three.")
        writer.add(0, b"Four567")
        assert [len(shard.buffer) for shard in writer.shards] == [0, 8]
        writer.add(0, b"Five.")
        assert not targets[0].exists()
    assert frames(targets[0]) == [b"One.\nTwo.\n\nFour567\n\n", b"Five.\n\n"]
    assert frames(targets[1]) == [b"Three.\n\n"]
    first, second = writer.shards
    assert (first.documents, first.sentences, first.bytes) == (3, 4, 21)
    assert (second.documents, second.sentences, second.bytes) == (1, 1, 6)


def test_a_shard_of_nothing_is_an_empty_frame(tmp_path):
    with ShardWriter([tmp_path / "0.zst"]):
        pass
    assert frames(tmp_path / "0.zst") == [b""]
    assert b"".join(read_chunks(tmp_path / "0.zst")) == b""


def test_no_second_frame_where_the_last_buffer_is_empty(tmp_path, monkeypatch):
    monkeypatch.setattr(shard_writer, "BUFFER", 6)
    with ShardWriter([tmp_path / "0.zst"]) as writer:
        writer.add(0, b"One.")
    assert frames(tmp_path / "0.zst") == [b"One.\n\n"]


def test_what_fails_leaves_no_shard(tmp_path):
    with pytest.raises(IndexError), ShardWriter([tmp_path / "0.zst"]) as writer:
        writer.add(1, b"One.")
    assert list(tmp_path.iterdir()) == []
