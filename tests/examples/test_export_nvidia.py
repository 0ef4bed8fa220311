"""Rows of NVIDIA's schema: padded by zeros, with room for so many masks."""

from dataclasses import replace

import h5py
import numpy as np
import pytest

from scripts.common.errors import UserError
from scripts.examples import export_nvidia as step
from scripts.examples.export_nvidia import export_nvidia, most_masks, padded
from scripts.examples.h5.example_files import Batch, Examples
from tests.examples.made import make

BATCH = Batch(
    ids=np.array([2, 7, 3, 8, 3, 2, 9, 9, 3], np.int32),
    offsets=np.array([0, 5, 9]),
    segments=np.array([0, 0, 0, 1, 1, 0, 0, 0, 0], np.int8),
    masked=np.array([1, 3, 7]),
    labels=np.array([50, 60, 70], np.int32),
    next_sentence=np.array([1, -1], np.int8),
)


def test_rows():
    rows = padded(BATCH, 6, 3, "a.h5")
    assert {name: values.tolist() for name, values in rows.items()} == {
        "input_ids": [[2, 7, 3, 8, 3, 0], [2, 9, 9, 3, 0, 0]],
        "input_mask": [[1, 1, 1, 1, 1, 0], [1, 1, 1, 1, 0, 0]],
        "segment_ids": [[0, 0, 0, 1, 1, 0], [0] * 6],
        "masked_lm_positions": [[1, 3, 0], [2, 0, 0]],
        "masked_lm_ids": [[50, 60, 0], [70, 0, 0]],
        "next_sentence_labels": [1, 0],
    }
    assert padded(BATCH, 6, 2, "a.h5")["masked_lm_ids"].shape == (2, 2)
    with pytest.raises(UserError, match=r"a\.h5: an example has 2 masks; --max-predictions 1"):
        padded(BATCH, 6, 1, "a.h5")


def test_the_most_masks(tmp_path):
    examples = Examples([make(tmp_path / "a.h5", seq_length=128)])
    assert most_masks(examples) == 19  # of 128 · 0.15
    for bound, probability, expected in ((4, 0.15, 4), (30, 0.15, 19), (0, 0.001, 1)):
        examples.header = replace(
            examples.header, max_predictions=bound, mlm_probability=probability
        )
        assert most_masks(examples) == expected
    static = Examples([make(tmp_path / "b.h5", masking="static")])
    assert most_masks(static) == 1
    static.shards[0].arrays["mask_offsets"] = np.array([0, 1, 4, 6])
    assert most_masks(static) == 3
    assert most_masks(Examples([make(tmp_path / "c.h5", 0, masking="static")])) == 1


def test_files(tmp_path, monkeypatch):
    monkeypatch.setattr(step, "ROWS", 7)
    source = make(tmp_path / "a.h5", 10)
    assert export_nvidia(source, tmp_path / "b.hdf5", 3, 2) == 20
    assert export_nvidia(source, tmp_path / "c.hdf5", 3, 2, max_predictions=2) == 20
    with h5py.File(tmp_path / "b.hdf5") as file, h5py.File(tmp_path / "c.hdf5") as other:
        assert dict(file.attrs) == {
            "vocab_size": 100,
            "tokenizer_sha256": "0" * 64,
            "next_sentence": True,
        }
        assert (file["masked_lm_ids"].shape, other["masked_lm_ids"].shape) == ((20, 5), (20, 2))
        assert file["input_ids"].chunks == (20, 32)
        ids = file["input_ids"][:]
        assert (ids[:10] != ids[10:]).any()
        assert (file["input_mask"][:10] == file["input_mask"][10:]).all()
        assert (other["masked_lm_ids"][:] > 0).sum(axis=1).max() == 2
    static = make(tmp_path / "d.h5", 10, masking="static")
    assert export_nvidia(static, tmp_path / "e.hdf5", epochs=5) == 10
    with pytest.raises(UserError, match=r"f\.h5: holds no examples"):
        export_nvidia(make(tmp_path / "f.h5", 0), tmp_path / "g.hdf5")
