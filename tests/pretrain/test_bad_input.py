"""What cannot be trained is refused in one line that names it, with nothing written."""

import json
import shutil
import time

import h5py
import pytest

from tests.pretrain.conftest import make_examples
from tests.pretrain.runs import MODEL


def refused(run, *words) -> str:
    """Run a training that must fail; returns its last line."""
    assert run.run() == 1, run.said
    line = run.said.strip().splitlines()[-1]
    assert "error:" in line
    assert "Traceback" not in run.said
    assert not run.output.exists()
    for word in words:
        assert word in line, line
    return line


def with_model(run, **changes):
    run.words[run.words.index("--model") + 1] = json.dumps(MODEL | changes)
    return run


def test_missing_and_damaged_files(training, data, tokenizer, tmp_path):
    run = training("missing")
    run.words[0] = str(tmp_path / "none.h5")
    refused(run, "none.h5", "no such file")
    shutil.copy(data / "train.h5", tmp_path / "cut.h5")
    content = (tmp_path / "cut.h5").read_bytes()
    (tmp_path / "cut.h5").write_bytes(content[: len(content) // 2])
    run = training("cut")
    run.words[0] = str(tmp_path / "cut.h5")
    refused(run, "cut.h5")


def test_examples_of_another_vocabulary(training, tokenizer, tmp_path):
    other = tmp_path / "other"
    shutil.copytree(tokenizer, other)
    (other / "vocab.txt").write_text((other / "vocab.txt").read_text() + "more\n")
    run = training("other")
    run.words[run.words.index("--tokenizer") + 1] = str(other)
    refused(run, "train.h5", "another tokenizer")


def test_a_model_that_does_not_fit_the_examples(training):
    run = with_model(training("short"), max_position_embeddings=32)
    refused(run, "train.h5", "max_position_embeddings")
    run = with_model(training("heads"), num_attention_heads=3)
    refused(run, "hidden_size", "num_attention_heads")
    run = with_model(training("gpt"), model_type="gpt2")
    refused(run, "model_type is 'gpt2'; only a BERT")


@pytest.mark.slow
def test_a_batch_of_fewer_examples_than_processes(training):
    run = training("batch", "--batch-size", "1")
    assert run.run(processes=2) != 0
    assert "batch_size: fewer examples than the 2 processes" in run.said


def test_an_init_folder_with_another_vocabulary(training, whole, tmp_path):
    folder = tmp_path / "init"
    shutil.copytree(whole.output, folder)
    (folder / "tokenizer.json").unlink()
    (folder / "vocab.txt").write_text((folder / "vocab.txt").read_text().replace("w7\n", "x7\n"))
    refused(training("init", "--init", str(folder)), "another vocabulary", "set vocab.path")


def test_an_init_folder_without_a_tokenizers_files_is_refused_before_training(
    training, whole, tmp_path
):
    for name in ("vocab.txt", "tokenizer.json", "tokenizer_config.json"):
        folder = shutil.copytree(whole.output, tmp_path / name / "init")
        (folder / name).unlink()
        run = training(f"no {name}", "--init", str(folder))
        place = run.words.index("--tokenizer")
        del run.words[place : place + 2]
        refused(run, f"init/{name}: no such file")
        assert not run.checkpoints.exists()


def test_longer_validation_than_the_model_has_positions(training, tokenizer, tmp_path):
    run = training("long")
    long = make_examples(tmp_path / "long.h5", tokenizer / "vocab.txt", 9, seq_length=80)
    run.words[run.words.index("--validation") + 1] = str(long)
    refused(run, "long.h5: examples of up to 80 tokens, but the model has only 64 positions")


def test_neither_or_both_of_model_and_init(training, whole):
    run = training("both")
    run.words += ["--init", str(whole.output)]
    refused(run, "--model", "--init")
    run = training("none")
    run.words.append("--steps")
    assert run.run() == 2


@pytest.mark.parametrize("use", ["train", "validation"])
def test_damaged_examples_are_refused_before_the_first_step(training, tokenizer, tmp_path, use):
    bad = tmp_path / "bad.h5"
    make_examples(bad, tokenizer / "vocab.txt", 100)
    with h5py.File(bad) as file:
        offset, items = file["tokens"].id.get_offset(), file["tokens"].size
    content = bytearray(bad.read_bytes())
    content[offset + items // 2 * 2 : offset + items // 2 * 2 + 2] = b"\xff\xff"
    bad.write_bytes(content)
    run = training("damaged", "--checkpoint-steps", "1")
    run.words[{"train": 0, "validation": run.words.index("--validation") + 1}[use]] = str(bad)
    refused(run, "bad.h5", "corrupt")
    assert not run.checkpoints.exists()


@pytest.mark.slow
def test_examples_that_change_under_a_training_end_it(training, tokenizer, tmp_path):
    own = tmp_path / "own.h5"
    make_examples(own, tokenizer / "vocab.txt", 200)
    run = training("changed", "--checkpoint-steps", "1", steps=400)
    run.words[0] = str(own)
    process = run.start()
    while "saved" not in run.said and process.is_alive():
        time.sleep(0.01)
    with open(own, "r+b") as file:
        file.seek(5000)
        file.write(b"\1\2\3\4")
    process.join()
    assert process.exitcode == 1
    assert "own.h5: changed while it was read" in run.said
    assert not run.output.exists()


def test_a_training_that_ends_without_a_finite_loss_writes_no_model(training):
    """Also where its last row of metrics is its first, so that the guard has not seen three."""
    run = training("exploded", "--learning-rate", "1e30", "--log-steps", "10", steps=6)
    refused(run, "the loss is", "lower the learning rate")


def test_a_full_disk_ends_the_run_in_one_line(training, tmp_path):
    run = training("full", "--checkpoint-steps", "2", steps=6)
    (tmp_path / "full").mkdir(exist_ok=True)
    run.checkpoints.write_text("a file where a folder should be")
    assert run.run() == 1
    assert "checkpoints" in run.said.strip().splitlines()[-1]
    assert "Traceback" not in run.said
