"""Training decides weights, and what tells of it does not."""

from types import FunctionType
from typing import get_type_hints

import pytest

from scripts.common.code import module_digests
from scripts.pretrain.telling.journal import Journal
from tests.runs import ROOT, digest

# All that decides weights. What is added here has a change of it train anew.
DECIDING = {
    "common": "atomic cli data digest errors json_text model_files model_weights random_numbers settings "
    "threads utf8",
    "examples/h5": "example_files mapped_file nvidia reading schema writer",
    "examples/masking": "masks token_kinds",
    "examples/tokenizer": "bert_tokenizer given_tokenizer vocabulary word_marks",
    "pretrain": "pretrain",
    "pretrain/architectures": "bert initialisation micro_batch model_config model_folder",
    "pretrain/kernels": "choice cpu cuda fp8 reference self_check tiles",
    "pretrain/loop": "batch_size_probe checkpoint guard job micro_batches phase processes recipe "
    "schedule training training_run",
    "pretrain/optimizers": "adamw base grad_scaler lamb registry",
}


def test_a_training_depends_on_the_code_that_decides_weights_alone():
    listed = [f"scripts/{f}/{name}.py" for f, names in DECIDING.items() for name in names.split()]
    digests = module_digests(ROOT, "scripts/pretrain/pretrain.py")
    assert list(digests) == sorted(["scripts/__init__.py", *listed])


def test_what_another_training_left_behind_is_told(training, tmp_path):
    first = training("one", "--keep-checkpoints", steps=2)
    assert first.run() == 0, first.said
    assert "left behind" not in first.said
    (kept,) = first.checkpoints.iterdir()
    other = training("one", steps=3)
    assert other.run() == 0, other.said
    (line,) = (line for line in other.said.splitlines() if "left behind" in line)
    assert line.endswith(f"left behind {kept} (0.0 GB; rm -r {kept})")
    assert list(first.checkpoints.iterdir()) == [kept]


def test_a_journal_tells_a_training_nothing():
    told = {
        name: get_type_hints(method).get("return")
        for name, method in vars(Journal).items()
        if isinstance(method, FunctionType) and not name.startswith("_")
    }
    answers = {name for name, kind in told.items() if kind is not type(None)}
    assert answers == {"state", "sums", "left", "cost"}  # for checkpoints; the others for itself


@pytest.mark.parametrize(
    "words",
    [
        ("--log-steps", "7", "--validate-steps", "4", "--validation-examples", "3"),
        ("--log-steps", "100", "--validation"),
    ],
)
def test_weights_do_not_depend_on_what_is_told(training, whole, words):
    run = training("otherwise", *words, steps=30)
    assert run.run() == 0, run.said
    weights = [x.output / "model.safetensors" for x in (run, whole)]
    assert digest(weights[0]) == digest(weights[1])


def test_weights_do_not_depend_on_the_journal(training, whole, monkeypatch):
    for name, method in list(vars(Journal).items()):
        if isinstance(method, FunctionType) and name not in ("__init__", "__post_init__", "export"):
            monkeypatch.setattr(Journal, name, lambda *_, **__: {})
    run = training("mute", steps=30)
    assert run.run() == 0, run.said
    weights = [x.output / "model.safetensors" for x in (run, whole)]
    assert digest(weights[0]) == digest(weights[1])


@pytest.mark.slow
def test_a_training_goes_on_when_told_to_tell_otherwise(training, whole):
    """From the same checkpoint, whose rows it keeps."""
    first = training("told", "--checkpoint-steps", "4", steps=30)
    process = first.start()
    while first.said.count("saved") < 2 and process.is_alive():
        process.join(0.01)
    process.kill()
    process.join()
    run = training("told", "--log-steps", "5", "--validate-steps", "9", steps=30)
    assert run.run() == 0, run.said
    assert "resumed at step" in run.said
    weights = [x.output / "model.safetensors" for x in (run, whole)]
    assert digest(weights[0]) == digest(weights[1])
    steps = [row["step"] for row in run.rows() if "loss" in row]
    assert steps == sorted(set(steps))
    assert steps[-1] == 30
