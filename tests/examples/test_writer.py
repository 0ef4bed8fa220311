"""Arrays written in bounded memory, and the files that they become."""

import hashlib
from contextlib import ExitStack

import h5py
import numpy as np
import pytest

from scripts.examples.h5 import writer
from scripts.examples.h5.writer import ArrayWriter, attribute, create, write_arrays

TYPES = {"values": np.dtype("<u2"), "offsets": np.dtype("<i8"), "none": np.dtype("i1")}


def test_values_and_offsets_grow(tmp_path, monkeypatch):
    monkeypatch.setattr(writer, "PART", 2)  # items at a time
    with ExitStack() as stack:
        arrays = ArrayWriter(TYPES, ("offsets", "of_other_files"), tmp_path, stack)
        arrays.add(values=np.arange(5), offsets=np.array([2, 0, 3]))
        arrays.add(offsets=np.zeros(0, np.int64), values=np.array([7], np.int64))
        arrays.add(offsets=np.array([1]))
        found = arrays.mapped()
        assert arrays.items == {"values": 6, "offsets": 5, "none": 0}
        assert arrays.digests()["values"] == hashlib.sha256(found["values"].tobytes()).hexdigest()
        assert list(tmp_path.iterdir()) == []
    assert found["values"].tolist() == [0, 1, 2, 3, 4, 7]
    assert found["offsets"].tolist() == [0, 2, 2, 5, 6]
    assert found["none"].tolist() == []
    assert {name: values.dtype for name, values in found.items()} == TYPES
    assert all(type(values) is np.ndarray for values in found.values())


def test_the_file_has_the_arrays_and_what_is_said_of_them(tmp_path, monkeypatch):
    monkeypatch.setattr(writer, "PART", 2)
    target = tmp_path / "folder/a.h5"

    attributes = {"number": 3, "empty": ""}
    with write_arrays(
        target, TYPES, ("offsets",), attributes, lambda digests: digests["values"]
    ) as arrays:
        arrays.add(values=np.arange(5), offsets=np.array([2, 0, 3]))
        assert not target.exists()
    with h5py.File(target) as file:
        assert {name: file[name][:].tolist() for name in file} == {
            "values": [0, 1, 2, 3, 4],
            "offsets": [0, 2, 2, 5],
            "none": [],
        }
        assert all(file[name].dtype == kind for name, kind in TYPES.items())
        assert all(file[name].id.get_offset() % 8 == 0 for name in ("values", "offsets"))
        digest = hashlib.sha256(np.arange(5, dtype="<u2").tobytes()).hexdigest()
        assert dict(file.attrs) == {"content_sha256": digest.encode(), "number": 3, "empty": b""}


def test_a_failure_leaves_nothing(tmp_path):
    with (
        pytest.raises(ZeroDivisionError),
        write_arrays(tmp_path / "a.h5", TYPES, (), {}, str) as arrays,
    ):
        arrays.add(values=np.arange(3), offsets=np.array([1 // 0]))
    assert list(tmp_path.iterdir()) == []


def test_metadata_have_checksums(tmp_path):
    """HDF5 1.10's form, and many attributes in the object's header."""
    with create(tmp_path / "a.h5") as file:
        for number in range(40):
            file.attrs[f"a{number}"] = attribute("é")
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
