"""NVIDIA's schema: what is written reads back, for us and for a loader written as NVIDIA's is."""

from dataclasses import replace

import h5py
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scripts.common.errors import UserError
from scripts.examples.export_nvidia import export_nvidia
from scripts.examples.h5 import nvidia
from scripts.examples.h5.example_files import Examples
from scripts.examples.h5.nvidia import TYPES, unpack_file
from scripts.examples.masking.token_kinds import ROLES
from tests.examples.made import HEADER, VOCABULARY, make


def padded_rows(path):
    """What a loader does that knows the schema only: whole arrays, masks up to the first zero."""
    with h5py.File(path) as file:
        data = {name: file[name][:] for name in TYPES}
        assert [data[name].dtype for name in TYPES] == ["i4", "i1", "i1", "i4", "i4", "i1"]
        assert all(file[name].compression == "gzip" for name in TYPES)
    labels = np.full(data["input_ids"].shape, -1)
    for row, positions in enumerate(data["masked_lm_positions"]):
        zeros = np.flatnonzero(positions == 0)
        count = zeros[0] if len(zeros) else len(positions)
        labels[row, positions[:count]] = data["masked_lm_ids"][row, :count]
    return data, labels


@settings(max_examples=10)
@given(
    count=st.integers(1, 12),
    masking=st.sampled_from(["static", "dynamic"]),
    epochs=st.integers(1, 3),
    bound=st.integers(0, 3),
    whole_word=st.booleans(),
)
def test_round_trip(tmp_path_factory, count, masking, epochs, bound, whole_word):
    folder = tmp_path_factory.mktemp("nvidia")
    source = make(folder / "a.h5", count, masking=masking, whole_word=whole_word)
    rows = export_nvidia(source, folder / "b.hdf5", 5, epochs, bound)
    epochs = 1 if masking == "static" else epochs
    assert rows == count * epochs
    ours, theirs = Examples([source], seed=5), Examples([folder / "b.hdf5"])
    theirs.verify()
    assert len(theirs) == rows
    data, labels = padded_rows(folder / "b.hdf5")
    for epoch in range(epochs):
        batch = theirs.batch(np.arange(count) + epoch * count)
        if not bound:
            expected = ours.batch(np.arange(count), epoch)
            for name, values in vars(expected).items():
                assert (getattr(batch, name) == values).all()
        for n in range(count):
            row, part = epoch * count + n, slice(*batch.offsets[n : n + 2])
            length = part.stop - part.start
            assert (data["input_ids"][row, :length] == batch.ids[part]).all()
            assert (data["input_ids"][row, length:] == 0).all()
            assert data["input_mask"][row].tolist() == [1] * length + [0] * (32 - length)
            assert (data["segment_ids"][row, :length] == batch.segments[part]).all()
            mine = (batch.masked >= part.start) & (batch.masked < part.stop)
            assert (
                np.flatnonzero(labels[row] >= 0).tolist()
                == (batch.masked[mine] - part.start).tolist()
            )
            assert (labels[row][labels[row] >= 0] == batch.labels[mine]).all()
            assert mine.sum() <= (bound or 99)
    assert (data["next_sentence_labels"] == theirs.batch(np.arange(rows)).next_sentence).all()


def test_what_such_a_file_leaves_unsaid(tmp_path):
    """With the tokenizer its special tokens are known, without it only that there are some."""
    (tmp_path / "vocab.txt").write_text("[MASK]\nt\n[PAD]\n[SEP]\n")
    export_nvidia(make(tmp_path / "a.h5", masking="static"), tmp_path / "b.hdf5")
    header = Examples([tmp_path / "b.hdf5"]).header
    assert header == replace(
        HEADER, masking="static", mlm_probability=0, max_predictions=1, short_fraction=0, seed=0,
        special_ids=dict.fromkeys(ROLES, 0), sources=[],
    )  # fmt: skip
    known = unpack_file(tmp_path / "b.hdf5", tmp_path / "vocab.txt").header
    assert known == replace(header, special_ids={"pad": 2, "unk": 0, "cls": 0, "sep": 3, "mask": 0})


def test_blocks_of_rows_change_nothing(tmp_path, monkeypatch):
    export_nvidia(make(tmp_path / "a.h5"), tmp_path / "b.hdf5")
    whole = unpack_file(tmp_path / "b.hdf5").arrays
    monkeypatch.setattr(nvidia, "ROWS", 3)
    parts = unpack_file(tmp_path / "b.hdf5").arrays
    assert all((parts[name] == values).all() for name, values in whole.items())


def test_without_pairs(tmp_path):
    source = make(tmp_path / "a.h5", next_sentence=False)
    export_nvidia(source, tmp_path / "b.hdf5")
    theirs = Examples([tmp_path / "b.hdf5"])
    assert not theirs.next_sentence
    assert (theirs.batch(np.arange(20)).next_sentence == -1).all()


def test_several_files_and_the_tokenizer(tmp_path):
    """NVIDIA's own files say nothing of the vocabulary: the tokenizer must be given."""
    (tmp_path / "vocab.txt").write_text("".join(f"t{n}\n" for n in range(VOCABULARY)))
    for name in "ab":
        export_nvidia(make(tmp_path / f"{name}.h5", seed=ord(name)), tmp_path / f"{name}.hdf5")
        with h5py.File(tmp_path / f"{name}.hdf5", "r+") as file:
            for attribute in list(file.attrs):
                del file.attrs[attribute]
    paths = [tmp_path / "a.hdf5", tmp_path / "b.hdf5"]
    with pytest.raises(UserError, match="does not say its vocabulary"):
        Examples(paths)
    examples = Examples(paths, tokenizer=tmp_path)
    assert len(examples) == 40
    assert examples.vocab_size == VOCABULARY
    (tmp_path / "vocab.txt").write_text("t\n" * 50)
    with pytest.raises(UserError, match="beyond the vocabulary of 50"):
        Examples(paths, tokenizer=tmp_path)


def rewrite(path, name, change):
    with h5py.File(path, "r+") as file:
        values = change(file[name][:])
        del file[name]
        file.create_dataset(name, data=values)


@pytest.mark.parametrize(
    ("name", "change", "message"),
    [
        ("input_mask", lambda v: v[:-1], "input_mask has shape"),
        ("masked_lm_ids", lambda v: v[:, :2], "has shape"),
        (
            "masked_lm_ids",
            lambda v: v[:, 0],
            r"masked_lm_positions has shape \(20, 5\), not \(20, 0\)",
        ),
        ("input_ids", lambda v: v[:, 0], r"input_ids has shape \(20,\), not \(20, 0\)"),
        ("input_mask", lambda v: np.where(np.arange(32) == 2, 0, v), "input_mask has a gap"),
        ("input_mask", lambda v: v * 0, "a row has fewer than two tokens"),
        ("input_ids", lambda v: v + 0.0, "input_ids is of float64, not of whole numbers"),
        ("next_sentence_labels", lambda v: v * 0.4, "labels is of float64, not of whole numbers"),
        ("next_sentence_labels", lambda v: v + 7, "label is not -1, 0 or 1"),
        ("input_ids", lambda v: v - 1000, "token id -\\d+ is beyond"),
        ("input_ids", lambda v: v + 1000, "beyond the vocabulary of 100"),
        ("masked_lm_positions", lambda v: v + 40, "beyond its row"),
        ("masked_lm_positions", lambda v: v * 0 + 31, "mask lies outside"),
    ],
)
def test_contradictions(tmp_path, name, change, message):
    export_nvidia(make(tmp_path / "a.h5"), tmp_path / "b.hdf5")
    rewrite(tmp_path / "b.hdf5", name, change)
    with pytest.raises(UserError, match=message) as caught:
        Examples([tmp_path / "b.hdf5"]).verify()
    assert str(caught.value).startswith(str(tmp_path / "b.hdf5"))


@pytest.mark.parametrize("written", [0, 5000])
def test_two_thousand_million_empty_rows_are_refused_at_once(tmp_path, written):
    with h5py.File(tmp_path / "b.hdf5", "w") as file:
        file.attrs["vocab_size"] = 9
        for name, shape in nvidia.shapes(2 * 10**9, 128, 20).items():
            data = file.create_dataset(name, shape, TYPES[name], chunks=(1024, *shape[1:]))
            if written:
                data[:written] = 1
    message = (
        "fewer than two tokens" if written else "2000000000 rows, of which none was ever written"
    )
    with pytest.raises(UserError, match=message):
        Examples([tmp_path / "b.hdf5"])


def test_a_group_in_place_of_a_dataset(tmp_path):
    export_nvidia(make(tmp_path / "a.h5"), tmp_path / "b.hdf5")
    with h5py.File(tmp_path / "b.hdf5", "r+") as file:
        del file["segment_ids"]
        file.create_group("segment_ids")
    with pytest.raises(UserError, match=r"b\.hdf5: not a file of examples"):
        Examples([tmp_path / "b.hdf5"])


def test_truncated(tmp_path):
    export_nvidia(make(tmp_path / "a.h5", 200), tmp_path / "b.hdf5")
    data = (tmp_path / "b.hdf5").read_bytes()
    (tmp_path / "b.hdf5").write_bytes(data[: len(data) // 2])
    with pytest.raises(UserError, match="truncated"):
        Examples([tmp_path / "b.hdf5"])


def test_too_many_stored_masks(tmp_path):
    source = make(tmp_path / "a.h5", masking="static")  # one mask each
    export_nvidia(source, tmp_path / "b.hdf5", max_predictions=7)
    with h5py.File(tmp_path / "b.hdf5") as file:
        assert file["masked_lm_ids"].shape == (20, 7)
