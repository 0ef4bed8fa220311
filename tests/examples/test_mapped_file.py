"""A file of examples as arrays: what is checked when it is opened, and what when it is verified."""

import h5py
import numpy as np
import pytest

from scripts.common.errors import UserError
from scripts.examples.h5.mapped_file import check_sizes, check_values, open_shard, verify
from scripts.examples.h5.schema import dataset_types
from tests.examples.made import HEADER, make, pairs


def test_arrays_are_views_of_the_file(tmp_path):
    shard = open_shard(make(tmp_path / "a.h5", 7))
    tokens, lengths, segment_b, labels = pairs(7)
    assert len(shard) == 7
    assert shard.arrays["tokens"].tolist() == tokens.tolist()
    assert shard.arrays["offsets"].tolist() == [0, *np.cumsum(lengths)]
    assert shard.arrays["segment_b"].tolist() == segment_b.tolist()
    assert shard.arrays["next_sentence"].tolist() == labels.tolist()
    assert not any(values.flags.writeable for values in shard.arrays.values())
    assert {name: values.dtype for name, values in shard.arrays.items()} == dataset_types(HEADER)
    verify(shard)
    assert len(open_shard(make(tmp_path / "none.h5", 0))) == 0


def rewritten(file, name, values, **options):
    del file[name]
    file.create_dataset(name, data=values, **options)


@pytest.mark.parametrize(
    ("name", "change", "message"),
    [
        ("tokens", None, "dataset tokens is missing"),
        ("tokens", lambda v: v.reshape(-1, 1), "dataset tokens has 2 dimensions, not 1"),
        ("tokens", lambda v: v.astype("u4"), "dataset tokens is uint32, not uint16"),
        ("tokens", lambda v: v[:-1], "the sizes of its datasets do not agree"),
        ("segment_b", lambda v: v[:-1], "the sizes of its datasets do not agree"),
        ("token_kinds", lambda v: v[:-1], "the sizes of its datasets do not agree"),
        ("offsets", lambda v: v[:-1], "the sizes of its datasets do not agree"),
        ("offsets", lambda v: v + (v == 0), "the sizes of its datasets do not agree"),
        ("next_sentence", lambda v: v[:-1], "the sizes of its datasets do not agree"),
        ("mask_offsets", lambda v: v * 2, "the sizes of its datasets do not agree"),
        ("mask_offsets", lambda v: v[1:], "the sizes of its datasets do not agree"),
        ("mask_positions", lambda v: v[1:], "the sizes of its datasets do not agree"),
    ],
)
def test_refused_when_opened(tmp_path, name, change, message):
    path = make(tmp_path / "a.h5", masking="static")
    with h5py.File(path, "r+") as file:
        values = file[name][:]
        if change:
            rewritten(file, name, change(values))
        else:
            del file[name]
    with pytest.raises(UserError, match=rf"a\.h5: {message}; delete it"):
        open_shard(path)


def test_chunks_cannot_be_mapped(tmp_path):
    path = make(tmp_path / "a.h5")
    with h5py.File(path, "r+") as file:
        rewritten(file, "tokens", file["tokens"][:], chunks=(8,))
    with pytest.raises(UserError, match="dataset tokens is chunked or compressed"):
        open_shard(path)


def test_no_file_and_no_hdf5(tmp_path):
    with pytest.raises(UserError, match=r"none\.h5: no such file"):
        open_shard(tmp_path / "none.h5")
    (tmp_path / "a.h5").write_text("text")
    with pytest.raises(UserError, match="not HDF5, or damaged"):
        open_shard(tmp_path / "a.h5")


@pytest.mark.parametrize("length", [1, 33])
def test_lengths_lie_between_two_tokens_and_the_longest(tmp_path, length):
    shard = open_shard(make(tmp_path / "a.h5", 3))
    for whole in (2, 32):
        offsets = np.cumsum([0, whole, 5, 5])
        check_sizes(shard.path, HEADER, shard.arrays | arrays(offsets))
    with pytest.raises(UserError, match="examples longer than 32 or empty"):
        check_sizes(shard.path, HEADER, shard.arrays | arrays(np.cumsum([0, 5, length, 5])))


def arrays(offsets):
    return {"offsets": offsets, "tokens": np.zeros(offsets[-1])}


@pytest.mark.parametrize(
    ("name", "index", "value", "message"),
    [
        ("tokens", 5, 100, "token id 100 is beyond the vocabulary of 100"),
        ("mask_ids", 5, 100, "token id 100 is beyond the vocabulary of 100"),
        ("segment_b", 3, 33, "a segment B begins after its example's end"),
        ("next_sentence", 3, 2, "a next_sentence label is not -1, 0 or 1"),
        ("next_sentence", 3, -2, "a next_sentence label is not -1, 0 or 1"),
        ("mask_positions", 3, 32, "a mask lies outside its example"),
        ("mask_offsets", 3, 5, "a mask lies outside its example"),
    ],
)
def test_values_out_of_place(tmp_path, name, index, value, message):
    shard = open_shard(make(tmp_path / "a.h5", masking="static"))
    check_values(shard)
    shard.arrays[name] = shard.arrays[name].copy()
    shard.arrays[name][index] = value
    with pytest.raises(UserError, match=message):
        check_values(shard)
    with pytest.raises(UserError, match="corrupt"):
        verify(shard)


def test_values_at_their_bounds(tmp_path):
    shard = open_shard(make(tmp_path / "a.h5", masking="static"))
    lengths = np.diff(shard.arrays["offsets"])
    shard.arrays["segment_b"] = lengths
    shard.arrays["mask_positions"] = lengths - 1
    shard.arrays["tokens"] = np.full(lengths.sum(), 99)
    shard.arrays["next_sentence"] = np.resize([-1, 0, 1], len(lengths))
    check_values(shard)
    shard.arrays["mask_positions"] = lengths
    with pytest.raises(UserError, match="a mask lies outside"):
        check_values(shard)
