import bz2
import gzip

import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scripts.common.errors import UserError
from scripts.common.text import read_line_blocks, read_lines, zstd_writer

LINES = [f"line {number} é" for number in range(20_000)]
TEXT = "".join(f"{line}\n" for line in LINES).encode()
COMPRESS = {
    "a.txt": lambda data: data,
    "a.gz": gzip.compress,
    "a.bz2": bz2.compress,
    "a.zst": zstandard.ZstdCompressor().compress,
}


@pytest.mark.parametrize("name", COMPRESS)
def test_reads_by_suffix(tmp_path, name):
    (tmp_path / name).write_bytes(COMPRESS[name](TEXT))
    assert list(read_lines(tmp_path / name)) == LINES


@pytest.mark.parametrize("name", ["a.gz", "a.bz2", "a.zst"])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.999])
def test_a_truncated_file_is_an_error_that_names_it(tmp_path, name, share):
    data = COMPRESS[name](TEXT)
    (tmp_path / name).write_bytes(data[: int(len(data) * share)])
    with pytest.raises(UserError, match=f"{name}: truncated or corrupt"):
        list(read_lines(tmp_path / name))


@pytest.mark.parametrize("name", ["a.gz", "a.bz2", "a.zst"])
def test_a_corrupt_file_is_an_error_that_names_it(tmp_path, name):
    data = bytearray(COMPRESS[name](TEXT))
    middle = len(data) // 2
    data[middle : middle + 64] = bytes(64)
    (tmp_path / name).write_bytes(data)
    with pytest.raises(UserError, match=f"{name}: "):
        list(read_lines(tmp_path / name))


def test_names_the_line_that_is_not_utf8(tmp_path):
    (tmp_path / "a.txt").write_bytes(b"fine\nfine\n\xff\n")
    with pytest.raises(UserError, match="line 3 is not UTF-8"):
        list(read_lines(tmp_path / "a.txt"))


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(UserError, match=r"gone\.zst: no such file"):
        list(read_lines(tmp_path / "gone.zst"))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(st.lists(st.text(st.characters(exclude_characters="\n\r", codec="utf-8"))))
def test_what_is_written_is_read(tmp_path, lines):
    path = tmp_path / "a.zst"
    with zstd_writer(path) as file:
        file.writelines(f"{line}\n" for line in lines)
    assert list(read_lines(path)) == lines


def test_frames_one_after_another_are_one_text(tmp_path):
    path = tmp_path / "a.zst"
    frame = zstandard.ZstdCompressor().compress
    path.write_bytes(frame(b"one\ntw") + frame(b"") + frame(b"o\n"))
    assert list(read_lines(path)) == ["one", "two"]


@pytest.mark.parametrize("size", [1, 3, 7, 1000])
@pytest.mark.parametrize("text", ["", "\n", "a", "ab\ncd\n", "\n\na long line\n\nend", "é\n\nü"])
def test_blocks_of_whole_lines(tmp_path, text, size):
    """End to end they are the text's lines, each under its number."""
    (tmp_path / "a.txt").write_text(text)
    lines = text.removesuffix("\n").split("\n") if text else []
    found = list(read_line_blocks(tmp_path / "a.txt", size))
    numbers = [first + n for first, block in found for n in range(block.count(b"\n") + 1)]
    assert numbers == list(range(len(lines)))
    assert [line for _, block in found for line in block.decode().split("\n")] == lines


def test_blocks_are_of_about_the_size(tmp_path):
    (tmp_path / "a.txt").write_bytes(TEXT)
    sizes = [len(block) for _, block in read_line_blocks(tmp_path / "a.txt", 5000)]
    assert max(sizes) < 5000 + 20
    assert min(sizes[:-1]) > 5000 - 20


@pytest.mark.parametrize("size", [4, 1000])
def test_a_line_that_is_not_utf8(tmp_path, size):
    (tmp_path / "a.txt").write_bytes(b"one\ntwo\nth\xffree\nfour")
    with pytest.raises(UserError, match=r"a\.txt: line 3 is not UTF-8 \(invalid start byte\)"):
        list(read_line_blocks(tmp_path / "a.txt", size))
