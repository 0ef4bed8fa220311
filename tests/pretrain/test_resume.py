"""A run that is stopped anywhere ends as if it had not been, and never adopts another's state."""

import fcntl
import os
import random
import signal
import threading
import time

import pytest
import torch

from scripts.common.errors import UserError
from scripts.pretrain.loop import checkpoint
from scripts.pretrain.loop.training_run import STOP_SIGNALS

BESIDE = {"BESIDE": "1000"}  # checkpoints as on a GPU, all of them quick


def wait_for(condition, process, seconds: float = 60) -> bool:
    """Wait until a condition holds, or the process has ended."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and process.is_alive():
        if condition():
            return True
        time.sleep(0.001)
    return False


@pytest.mark.slow
@pytest.mark.parametrize("how", [{}, BESIDE], ids=["waiting", "beside"])
def test_killed_at_random_it_ends_the_same(training, whole, how):
    run = training("killed", "--checkpoint-steps", "2", steps=30)
    rng = random.Random(3)
    for _ in range(8):
        process = run.start(**how)
        seen = run.said.count("saved")
        wait_for(lambda seen=seen: run.said.count("saved") > seen, process)
        time.sleep(rng.uniform(0, 0.15))
        process.kill()
        process.join()
    assert run.run() == 0, run.said
    assert "resumed at step" in run.said
    assert run.same_as(whole)
    assert not list(run.checkpoints.glob("*/step-*"))


@pytest.mark.slow
def test_killed_while_saving_it_ends_the_same(training, whole):
    run = training("killed", "--checkpoint-steps", "1", steps=30)
    caught = 0
    for _ in range(6):
        process = run.start()
        if wait_for(lambda: list(run.checkpoints.glob("*/.step-*.tmp")), process):
            process.kill()
        process.join()
        caught += bool(list(run.checkpoints.glob("*/.step-*.tmp")))
    assert caught, "never killed in the middle of saving"
    assert run.run() == 0, run.said
    assert run.same_as(whole)


@pytest.mark.slow
def test_killed_beside_a_slow_checkpoint_it_goes_on_from_the_one_before(training, whole):
    """The second one is begun at step 8, and never ends; steps go on."""
    run = training("killed", "--checkpoint-steps", "4", steps=30)
    process = run.start(BESIDE="1")

    def further() -> bool:
        rows = [path.read_text().count("\n") for path in run.checkpoints.glob("*/metrics.jsonl")]
        return max(rows, default=0) >= 11

    assert wait_for(further, process), run.said
    (folder,) = run.checkpoints.iterdir()
    assert (folder / ".step-000000008.tmp").is_dir()
    process.kill()
    process.join()
    assert [path.name for path in checkpoint.found(folder)] == ["step-000000004"]
    assert run.run() == 0, run.said
    assert "resumed at step 4 " in run.said
    assert run.same_as(whole)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("number", "how"),
    [(number, {}) for number in STOP_SIGNALS] + [(signal.SIGTERM, BESIDE)],
)
def test_a_signal_saves_and_ends(training, whole, number, how):
    run = training("signalled", steps=30)
    process = run.start(**how)
    assert wait_for(lambda: "training on" in run.said, process)
    process.join(0.1)
    signal_sent = process.is_alive()
    os.kill(process.pid, number)
    process.join()
    assert signal_sent
    assert process.exitcode == 75
    assert f"stopped by {number.name} at step" in run.said
    assert "error" in run.said
    assert run.run() == 0
    assert "resumed at step" in run.said
    assert run.same_as(whole)


@pytest.mark.slow
def test_a_damaged_checkpoint_gives_way_to_the_one_before(training, whole):
    run = training("damaged", "--checkpoint-steps", "5", "--checkpoints", "2", steps=30)
    process = run.start()
    assert wait_for(lambda: run.said.count("saved") >= 3, process)
    process.kill()
    process.join()
    newest, before = checkpoint.found(next(run.checkpoints.glob("*-*")))[:2]
    data = bytearray((newest / "tensors.safetensors").read_bytes())
    data[len(data) // 2] ^= 1
    (newest / "tensors.safetensors").write_bytes(data)
    assert run.run() == 0
    assert f"{newest}: damaged" in run.said
    assert f"resumed at step {int(before.name[5:])}" in run.said
    assert run.same_as(whole)


@pytest.mark.parametrize("content", ["null", "[]", "{}", "3"])
def test_digests_that_are_none_are_damage(tmp_path, content):
    checkpoint.save(tmp_path, 1, {}, {"step": 1}, keep=2)
    (checkpoint.save(tmp_path, 2, {}, {"step": 2}, keep=2) / "digests.json").write_text(content)
    assert checkpoint.load_newest(tmp_path) == ({}, {"step": 1})


@pytest.mark.slow
def test_a_damaged_checkpoint_goes_before_a_good_one(tmp_path):
    """A training that fell back to step 1 keeps what it saves on its way, though it is older."""
    checkpoint.save(tmp_path, 9, {}, {"step": 9}, keep=1)
    checkpoint.save(tmp_path, 3, {}, {"step": 3}, keep=1)
    assert [path.name for path in checkpoint.found(tmp_path)] == ["step-000000003"]
    checkpoint.save(tmp_path, 4, {}, {"step": 4}, keep=2)
    checkpoint.save(tmp_path, 5, {}, {"step": 5}, keep=2)
    assert [path.name[-1] for path in checkpoint.found(tmp_path)] == ["5", "4"]


@pytest.mark.slow
def test_a_second_training_on_the_same_checkpoints_is_refused(training, whole, monkeypatch):
    monkeypatch.setattr(checkpoint, "LOCK_SECONDS", 1.0)
    run = training("twice", "--checkpoint-steps", "1", steps=60)
    process = run.start()
    assert wait_for(lambda: "saved" in run.said, process)
    os.kill(process.pid, signal.SIGSTOP)
    other = training("twice", "--checkpoint-steps", "1", steps=60)
    assert other.run() == 1
    assert "the same training is going on in another process" in other.said
    assert "defect" not in other.said
    process.kill()
    process.join()
    assert run.run() == 0


def test_the_lock_of_a_training_that_ends_is_waited_for(tmp_path, monkeypatch):
    with open(tmp_path / ".lock", "w") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        threading.Timer(0.1, fcntl.flock, (other, fcntl.LOCK_UN)).start()
        with checkpoint.locked(tmp_path):
            monkeypatch.setattr(checkpoint, "LOCK_SECONDS", 0.0)
            with pytest.raises(UserError, match="going on in another"), checkpoint.locked(tmp_path):
                pass


def test_another_job_starts_anew(training):
    run = training("first", "--keep-checkpoints", steps=4)
    assert run.run() == 0
    other = training("first", "--keep-checkpoints", "--seed", "7", steps=4)
    assert other.run() == 0
    assert "resumed" not in other.said
    assert len(list(run.checkpoints.glob("model-*"))) == 2
    again = training("first", "--keep-checkpoints", "--seed", "7", steps=4)
    assert again.run() == 0
    assert "resumed at step 4" in again.said


def test_a_full_disk_is_said_and_the_last_checkpoint_stays(training, monkeypatch, tmp_path):
    saved = tmp_path / "checkpoints"
    checkpoint.save(saved, 1, {}, {"step": 1}, keep=2)

    def full(*_):
        raise OSError(28, "No space left on device", "tensors.safetensors")

    monkeypatch.setattr(checkpoint, "save_file", full)
    with pytest.raises(OSError, match="No space left"):
        checkpoint.save(saved, 2, {}, {"step": 2}, keep=1)
    assert [path.name for path in saved.iterdir()] == ["step-000000001"]
    assert checkpoint.load_newest(saved)[1] == {"step": 1}


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
@pytest.mark.parametrize("precision", ["bf16", "fp32"])
def test_on_a_gpu_a_deterministic_run_resumes_bit_for_bit(training, precision):
    words = ("--deterministic", "--precision", precision, "--dropout", "0.1")
    whole = training("whole", *words)
    assert whole.start_and_wait() == 0, whole.said
    parts = training("parts", *words, "--checkpoint-steps", "4", "--keep-checkpoints")
    assert parts.start_and_wait() == 0, parts.said
    for path in parts.checkpoints.glob("*/step-000000012/*"):
        path.unlink()  # back to step 8
    assert parts.start_and_wait() == 0, parts.said
    assert "resumed at step 8" in parts.said
    assert parts.same_as(whole)
