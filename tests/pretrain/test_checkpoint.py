"""Checkpoints: the newest intact one counts, so many are kept, a damaged one gives way."""

import errno
import json

import pytest
import torch
from safetensors import SafetensorError

from scripts.common.errors import UserError
from scripts.pretrain.loop import checkpoint


def test_what_was_saved_is_loaded(tmp_path):
    tensors = {"a": torch.arange(6.0).view(2, 3).t(), "b": torch.ones((), dtype=torch.int64)}
    path = checkpoint.save(tmp_path, 12, tensors, {"step": 12}, keep=2)
    assert path == tmp_path / "step-000000012"
    loaded, state = checkpoint.load(path)
    assert state == {"step": 12}
    assert all(torch.equal(loaded[name], value) for name, value in tensors.items())


def test_the_newest_are_kept_and_the_newest_intact_one_counts(tmp_path):
    assert checkpoint.load_newest(tmp_path) is None
    for step in (1, 9, 10):
        checkpoint.save(tmp_path, step, {}, {"step": step}, keep=2)
    names = [path.name for path in checkpoint.found(tmp_path)]
    assert names == ["step-000000010", "step-000000009"]
    assert checkpoint.load_newest(tmp_path)[1] == {"step": 10}
    (tmp_path / names[0] / "state.json").write_text(json.dumps({"step": 11}))
    assert checkpoint.load_newest(tmp_path)[1] == {"step": 9}
    with pytest.raises(ValueError, match=r"state\.json does not have the digest"):
        checkpoint.load(tmp_path / names[0])


@pytest.mark.parametrize(
    "error",
    [
        SafetensorError("I/O error: Cannot allocate memory (os error 12)"),
        OSError(errno.EMFILE, "Too many open files"),
    ],
)
def test_a_checkpoint_that_cannot_be_read_for_want_of_something_is_not_passed_over(
    tmp_path, monkeypatch, error
):
    for step in (1, 9):
        checkpoint.save(tmp_path, step, {}, {"step": step}, keep=2)

    def refuse(path):
        raise error

    monkeypatch.setattr(checkpoint, "load_file", refuse)
    with pytest.raises(UserError, match=r"step-000000009: (out of memory|too many open files);"):
        checkpoint.load_newest(tmp_path)
