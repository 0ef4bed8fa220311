import numpy as np
import pytest

from scripts.common.arrays import read_array, write_array
from scripts.common.errors import UserError


@pytest.mark.parametrize("name", ["a.npy", "a.npy.zst"])
def test_an_array_comes_back(tmp_path, name):
    for array in (np.arange(12).reshape(-1, 3), np.empty((0, 3), np.int32)):
        write_array(tmp_path / name, array)
        assert read_array(tmp_path / name).dtype == array.dtype
        assert np.array_equal(read_array(tmp_path / name), array)


@pytest.mark.parametrize(("name", "at"), [("a.npy", 3), ("a.npy.zst", 40), ("a.npy.zst", -1)])
def test_a_damaged_one_is_refused(tmp_path, name, at):
    write_array(tmp_path / name, np.arange(100))
    data = bytearray((tmp_path / name).read_bytes())
    data[at] ^= 4
    for damaged in (data, data[:9], b""):
        (tmp_path / name).write_bytes(damaged)
        with pytest.raises(UserError, match=rf"{name}: .*delete it and run again"):
            read_array(tmp_path / name)
