"""Several processes learn what one learns."""

import os
import signal

import pytest
from safetensors.torch import load_file

pytestmark = pytest.mark.slow


def losses(run):
    return [row["loss"] for row in run.rows() if "loss" in row]


@pytest.fixture(scope="module")
def one(data, tokenizer, tmp_path_factory):
    from tests.pretrain.runs import Training

    run = Training(data, tokenizer, tmp_path_factory.mktemp("one"), "--dropout", "0", steps=10)
    assert run.run() == 0, run.said
    return run


@pytest.mark.parametrize("words", [(), ("--sharded",)])
def test_two_processes_learn_what_one_does(training, one, words):
    two = training("two", "--dropout", "0", *words, steps=10)
    assert two.run(processes=2) == 0, two.said
    assert losses(two) == pytest.approx(losses(one), rel=1e-5)
    assert two.rows()[-1] == pytest.approx(one.rows()[-1], rel=1e-4)
    mine, theirs = (load_file(run.output / "model.safetensors") for run in (two, one))
    for name, value in mine.items():
        assert (value - theirs[name]).abs().max() < 1e-4, name
    assert "2 process(es)" in two.said
    assert two.said.count("training on") == 1


@pytest.mark.parametrize("words", [(), ("--sharded",)])
def test_two_processes_resume_bit_for_bit(training, words):
    whole = training("whole", *words, steps=10)
    assert whole.run(processes=2) == 0, whole.said
    first = training("parts", *words, "--keep-checkpoints", "--checkpoint-steps", "4")
    first.words[first.words.index("12")] = "10"
    assert first.run(processes=2) == 0, first.said
    for path in first.checkpoints.glob("*/step-000000010/*"):
        path.unlink()  # the newest one is gone: back to step 8
    assert first.run(processes=2) == 0, first.said
    assert "resumed at step 8" in first.said
    assert first.same_as(whole)


def test_processes_may_change_on_the_way(training, one):
    """As those of GPUs may: here, where their number is in the identity, by the folder's other name."""
    two = training("two", "--dropout", "0", "--keep-checkpoints", steps=10)
    assert two.run(processes=2) == 0, two.said
    (name,) = (folder.name for folder in two.checkpoints.iterdir())
    run = training("mixed", "--dropout", "0", "--checkpoint-steps", "5", steps=10)
    process = run.start()
    while process.is_alive() and "saved" not in run.said:
        process.join(0.001)
    process.kill()
    process.join()
    (folder,) = run.checkpoints.iterdir()
    assert folder.name != name
    folder.rename(run.checkpoints / name)
    assert run.run(processes=2) == 0, run.said
    assert "resumed at step" in run.said
    assert losses(run) == pytest.approx(losses(one), rel=1e-5)


@pytest.mark.parametrize("dead", [0, 1])
def test_when_a_process_dies_the_other_ends(training, dead):
    run = training("dead", "--checkpoint-steps", "5", steps=100_000)
    members = run.start_all(2)
    while "saved" not in run.said and all(process.is_alive() for process in members):
        members[0].join(0.01)
    members[dead].kill()
    members[1 - dead].join(60)
    assert members[1 - dead].exitcode not in (None, 0), run.said
    assert list(run.checkpoints.glob("*/step-*"))


@pytest.mark.parametrize("how", [{}, {"BESIDE": "1000"}], ids=["waiting", "beside"])
@pytest.mark.parametrize("why", ["hours", "rollback", "signal"])
def test_processes_of_which_one_is_slow_end_at_the_same_step(training, why, how):
    words = ["--checkpoint-steps", "3", *(("--hours", "0.001") if why == "hours" else ())]
    run = training(why, *words, steps=40 if why == "rollback" else 100_000)
    explodes = {"EXPLODES_AT": "1"} if why == "rollback" else {}
    members = run.start_all(2, SLOWED="1", **explodes, **how)
    while why == "signal" and "saved" not in run.said:
        members[0].join(0.01)
    if why == "signal":
        os.kill(members[1].pid, signal.SIGTERM)  # the slow one alone
    for process in members:
        process.join(60)
    statuses = [process.exitcode for process in members]
    assert statuses == ([75, 75] if why == "signal" else [0, 0]), run.said
    if why == "rollback":
        assert "back to step 18, on with other examples" in run.said
