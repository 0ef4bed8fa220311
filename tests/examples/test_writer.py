"""Arrays written in bounded memory, and the files that they become."""

import hashlib
import io
import tempfile
from contextlib import ExitStack
from pathlib import Path

import h5py
import numpy as np
import pytest

from scripts.examples.h5 import writer
from scripts.examples.h5.writer import ArrayWriter, attribute, create, write_arrays

TYPES = {"tokens": np.dtype("<u2"), "offsets": np.dtype("<i8"), "none": np.dtype("i1")}


def test_values_and_offsets_grow(tmp_path, monkeypatch):
    monkeypatch.setattr(writer, "PART", 2)  # items at a time
    with ExitStack() as stack:
        files = {name: stack.enter_context(tempfile.TemporaryFile()) for name in TYPES}
        arrays = ArrayWriter(TYPES, ("offsets", "of_other_files"), files)
        arrays.add(tokens=np.arange(5), offsets=np.array([2, 0, 3]))
        arrays.add(offsets=np.zeros(0, np.int64), tokens=np.array([7], np.int64))
        arrays.add(offsets=np.array([1]))
        found = arrays.mapped()
        assert arrays.items == {"tokens": 6, "offsets": 5, "none": 0}
        for name, digest in arrays.digests().items():
            assert digest == hashlib.sha256(found[name].tobytes()).hexdigest(), name
    assert found["tokens"].tolist() == [0, 1, 2, 3, 4, 7]
    assert found["offsets"].tolist() == [0, 2, 2, 5, 6]
    assert found["none"].tolist() == []
    assert {name: values.dtype for name, values in found.items()} == TYPES
    assert all(type(values) is np.ndarray for values in found.values())


@pytest.mark.parametrize(("part", "held"), [(2, 5), (1 << 20, 1 << 20)])
def test_the_file_has_the_arrays_and_what_is_said_of_them(tmp_path, monkeypatch, part, held):
    monkeypatch.setattr(writer, "PART", part)
    monkeypatch.setattr(writer, "HELD", held)
    target = tmp_path / "folder/a.h5"

    attributes = {"number": 3, "empty": ""}
    with write_arrays(
        target, TYPES, ("offsets",), attributes, lambda digests: digests["tokens"]
    ) as arrays:
        arrays.add(tokens=np.arange(5), offsets=np.array([2, 0, 3]))
        arrays.add(offsets=np.array([1]))
        assert not target.exists()
    with h5py.File(target) as file:
        assert {name: file[name][:].tolist() for name in file} == {
            "tokens": [0, 1, 2, 3, 4],
            "offsets": [0, 2, 2, 5, 6],
            "none": [],
        }
        assert all(file[name].dtype == kind for name, kind in TYPES.items())
        assert all(file[name].id.get_offset() % 8 == 0 for name in ("tokens", "offsets"))
        digest = hashlib.sha256(np.arange(5, dtype="<u2").tobytes()).hexdigest()
        assert dict(file.attrs) == {"content_sha256": digest.encode(), "number": 3, "empty": b""}
    assert list(target.parent.iterdir()) == [target]


@pytest.mark.parametrize("sizes", [(0, 0), (1, 0), (0, 3), (5000, 1), (3, 5000), (70_000, 70_000)])
@pytest.mark.parametrize("sources", [1, 2000])
def test_files_of_any_sizes_are_read_as_they_were_written(tmp_path, sizes, sources):
    """Few attributes or many, of which HDF5 makes a longer header; small arrays and large ones."""
    tokens, others = (np.arange(size) % 251 for size in sizes)
    attributes = {"sources": "x" * 30 * sources, **{f"a{n}": n for n in range(20)}}
    types = TYPES | {"more": np.dtype("<i8")}
    content = lambda digests: digests["tokens"]  # noqa: E731
    with write_arrays(tmp_path / "a.h5", types, ("offsets",), attributes, content) as arrays:
        for part in np.array_split(tokens, 3):
            arrays.add(tokens=part)
        arrays.add(offsets=others, more=others)
    with h5py.File(tmp_path / "a.h5") as file:
        assert file["tokens"][:].tolist() == tokens.tolist()
        assert file["offsets"][:].tolist() == [0, *np.cumsum(others).tolist()]
        assert file["more"][:].tolist() == others.tolist()
        assert file.attrs["sources"].decode() == attributes["sources"]
        places = [(data.id.get_offset(), data.nbytes) for data in file.values() if data.size]
        ends = [place + size for place, size in sorted(places)]
        assert all(end <= place for end, (place, _) in zip(ends, sorted(places)[1:], strict=False))
        assert ends[-1] <= (tmp_path / "a.h5").stat().st_size < ends[-1] + 2048
        room = len(attributes["sources"]) + 8192
        assert sorted(places)[0][0] < room


def written() -> int:
    """Bytes that this process has written so far."""
    lines = Path("/proc/self/io").read_text().splitlines()
    return int(dict(line.split(": ") for line in lines)["wchar"])


@pytest.mark.parametrize(("held", "most"), [(1 << 20, 1.01), (1 << 18, 1.14)])
def test_what_memory_holds_is_written_once(tmp_path, monkeypatch, held, most):
    monkeypatch.setattr(writer, "HELD", held)
    before = written()
    with write_arrays(tmp_path / "a.h5", TYPES, ("offsets",), {}, lambda _: "0" * 64) as arrays:
        for _ in range(10):
            numbers = np.full(4000, 25)
            arrays.add(tokens=np.zeros(100_000, np.uint16), offsets=numbers, none=np.zeros(30_000))
    size = (tmp_path / "a.h5").stat().st_size
    assert size > 2_000_000 + 320_000 + 300_000
    assert size <= written() - before < most * size
    assert (written() - before > 1.1 * size) == (held < 300_000)


def test_a_failure_leaves_nothing(tmp_path):
    with (
        pytest.raises(ZeroDivisionError),
        write_arrays(tmp_path / "a.h5", TYPES, (), {}, str) as arrays,
    ):
        arrays.add(tokens=np.arange(3), offsets=np.array([1 // 0]))
    assert list(tmp_path.iterdir()) == []


def test_metadata_have_checksums(tmp_path):
    """HDF5 1.10's form, and many attributes in the object's header."""
    attributes = {f"a{number}": "é" for number in range(40)}
    with create(io.BytesIO(), attributes, np.dtype("<u2"), 0) as file:
        assert file.libver == ("v110", "v110")
        plist = file.id.get_create_plist()
        assert plist.get_attr_phase_change() == (64, 48)
        assert not plist.get_obj_track_times()
        assert file.id.get_access_plist().get_alignment() == (1, 8)


def test_text_is_of_fixed_length():
    assert attribute(0.5) == 0.5
    text = attribute("é")
    assert (text.dtype.itemsize, text.tobytes()) == (2, "é".encode())
    assert h5py.check_string_dtype(text.dtype) == ("utf-8", 2)
    assert attribute("").dtype.itemsize == 1
