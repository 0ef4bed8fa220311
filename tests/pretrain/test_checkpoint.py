"""Checkpoints: the newest intact one counts, so many are kept, a damaged one gives way."""

import errno
import json
import threading
from concurrent.futures import wait

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


@pytest.fixture
def gate(monkeypatch):
    """What a checkpoint's thread waits for before it has written anything."""
    opened, write = threading.Event(), checkpoint.save_file
    monkeypatch.setattr(checkpoint, "save_file", lambda *words: opened.wait(60) and write(*words))
    yield opened
    opened.set()


def test_beside_training_what_is_saved_is_as_it_was(tmp_path, gate):
    writer, weight, state = (
        checkpoint.Writer(tmp_path, 2, beside=True),
        torch.zeros(3),
        {"rows": [1]},
    )
    writer.save(1, {"a": weight}, state)
    weight += 1
    state["rows"].append(2)
    writer.check()
    assert not checkpoint.found(tmp_path)
    gate.set()
    writer.wait()
    tensors, kept = checkpoint.load_newest(tmp_path)
    assert (tensors["a"].tolist(), kept) == ([0, 0, 0], {"rows": [1]})


def test_a_checkpoint_waits_for_the_one_before(tmp_path, gate):
    writer = checkpoint.Writer(tmp_path, 1, beside=True)
    writer.save(1, {}, {"step": 1})
    threading.Timer(0.1, gate.set).start()
    writer.save(2, {}, {"step": 2})
    assert checkpoint.found(tmp_path)
    with writer.thread:  # its end is waited for
        pass
    assert [path.name for path in checkpoint.found(tmp_path)] == ["step-000000002"]


@pytest.mark.parametrize("way", ["check", "wait", "save"])
def test_what_was_wrong_with_a_checkpoint_is_raised_in_training(tmp_path, monkeypatch, way):
    writer = checkpoint.Writer(tmp_path, 2, beside=True)
    writer.save(1, {}, {"step": 1})
    writer.wait()
    monkeypatch.setattr(checkpoint, "save_file", lambda *_: int("no room"))
    writer.save(2, {}, {"step": 2})
    wait([writer.begun])
    call = {
        "check": writer.check,
        "wait": writer.wait,
        "save": lambda: writer.save(3, {}, {}),
    }
    with pytest.raises(ValueError, match="no room"):
        call[way]()
    writer.wait()  # it was said once
    assert [path.name for path in tmp_path.iterdir()] == ["step-000000001"]


def test_on_a_cpu_nothing_is_copied_and_training_waits(tmp_path, monkeypatch):
    monkeypatch.setattr(checkpoint, "deepcopy", None)
    writer = checkpoint.Writer(tmp_path, 2, beside=False)
    writer.save(1, {"a": torch.zeros(3)}, {"step": 1})
    assert checkpoint.load_newest(tmp_path)[1] == {"step": 1}
    assert writer.begun is None
