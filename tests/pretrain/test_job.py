"""What a phase is told: flags become a job, whose mistakes are named before torch is loaded."""

import json
import shutil
import subprocess
import sys
from argparse import ArgumentTypeError

import pytest

from scripts.common.errors import UserError
from scripts.pretrain import pretrain
from scripts.pretrain.loop import phase
from scripts.pretrain.loop.job import tokens_or_auto
from scripts.pretrain.loop.recipe import Recipe
from tests.pretrain.runs import Training
from tests.runs import ROOT, imported

MODEL = dict.fromkeys(
    ("hidden_size", "num_hidden_layers", "num_attention_heads", "intermediate_size"), 8
)
IDS = {f"{role}_token_id": n for n, role in enumerate(("pad", "unk", "cls", "sep", "mask"))}


@pytest.fixture
def job_of(monkeypatch, tokenizer):
    """A function of words that gives the job and the options that training would get."""

    def parse(*words: str, model: str = json.dumps(MODEL)):
        given = []
        monkeypatch.setattr(phase, "pretrain", lambda *both: given.extend(both))
        start = ["--model", model] if model else []
        needed = ["a.h5", "b.h5", "-o", "out", "--batch-size", "8", "--learning-rate", "0.1"]
        monkeypatch.setattr(sys, "argv", ["pretrain", *needed, *start, *words])
        pretrain.main()
        return given

    return lambda *words, **start: parse("--tokenizer", str(tokenizer), *words, **start)


def test_flags_make_a_job(job_of, tokenizer):
    job, options = job_of("--steps", "5", "--validation", "c.h5", "--micro-batch-tokens", "auto")
    assert [path.name for path in (*job.train, *job.validation)] == ["a.h5", "b.h5", "c.h5"]
    assert (job.output.name, job.tokenizer, job.init) == ("out", tokenizer, None)
    assert job.config == MODEL | {"vocab_size": 256} | IDS
    assert job.recipe == Recipe(8, 0.1, steps=5)
    assert (job.settings.micro_batch_tokens, job.settings.initial_weights) == ("auto", "mimetic")
    assert (options.checkpoints, options.checkpoint_folder) == (2, None)


def test_a_model_folder_gives_config_and_tokenizer(job_of, tmp_path):
    (tmp_path / "config.json").write_text(json.dumps(MODEL | {"vocab_size": 7}))
    job, _ = job_of("--init", str(tmp_path), "--steps", "5", model="")
    assert (job.init, job.config) == (tmp_path, MODEL | {"vocab_size": 7} | IDS)


@pytest.mark.parametrize(
    ("words", "model", "said"),
    [
        (["--steps", "1", "--init", "x"], "{}", "give either --model"),
        (["--steps", "1"], "", "give either --model"),
        ([], "{}", "a phase needs exactly one of steps, epochs and hours"),
        (["--steps", "1", "--epochs", "1"], "{}", "a phase needs exactly one of steps"),
        (["--steps", "1", "--batch-start", "9"], "{}", "batch_start: must not be above batch_size"),
        (["--steps", "1", "--warmup", "1"], "{}", "--warmup 1.0: must be below 1"),
    ],
)
def test_mistakes_are_named(job_of, words, model, said):
    with pytest.raises(UserError, match=said):
        job_of(*words, model=model)


@pytest.mark.parametrize("name", ["tokenizer.json", "tokenizer_config.json", "vocab.txt"])
def test_a_tokenizer_that_lacks_a_file_is_refused_before_the_training(
    job_of, tokenizer, tmp_path, name
):
    folder = shutil.copytree(tokenizer, tmp_path / "vocab")
    (folder / name).unlink()
    with pytest.raises(UserError, match=f"{folder / name}: no such file; make the folder with"):
        job_of("--steps", "5", "--tokenizer", str(folder))


def test_a_batch_may_start_at_its_size(job_of):
    assert job_of("--steps", "1", "--batch-start", "8")[0].recipe.batch_start == 8


@pytest.mark.parametrize("words", [("--decay", "cosine"), ("--optimizer", "sgd")])
def test_a_recipe_has_no_other_choices(job_of, words):
    with pytest.raises(SystemExit):
        job_of("--steps", "1", *words)


def test_tokens_are_a_number_or_auto():
    assert tokens_or_auto("auto") == "auto"
    assert tokens_or_auto("300") == 300
    for wrong in ("0", "x", "-5", "1.5"):
        with pytest.raises(ArgumentTypeError, match="neither a number nor auto"):
            tokens_or_auto(wrong)


@pytest.mark.parametrize("step", ["pretrain", "init_model"])
def test_help_and_flags_do_without_torch(step):
    program = (
        f"import sys; from scripts.pretrain import {step} as step; sys.argv = ['x', '--help']\n"
        "try: step.main()\n"
        "except SystemExit: assert not {'torch', 'h5py', 'numpy'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True, capture_output=True)


@pytest.mark.slow
def test_a_training_imports_no_compiler(data, tokenizer, tmp_path):
    words = Training(data, tokenizer, tmp_path, steps=2).words
    names = ("torch", "torch._dynamo", "sympy", "transformers", "scipy")
    assert imported("scripts.pretrain.pretrain", words, names) == ["torch"]
