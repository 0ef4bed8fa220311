"""What a phase refuses, what its identity covers, and what it decides for itself."""

import json
import shutil
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import h5py
import numpy as np
import pytest
import torch

from scripts.common.errors import UserError
from scripts.examples.h5.example_files import Examples
from scripts.examples.masking.token_kinds import CONTINUES
from scripts.pretrain.loop import phase
from scripts.pretrain.loop.job import Job, RuntimeOptions, Settings
from scripts.pretrain.loop.processes import ALONE, Processes
from scripts.pretrain.loop.recipe import Recipe
from tests.examples.made import make
from tests.pretrain.test_initialisation import CHANGE, PLACES, trained


class Data(SimpleNamespace):
    """Stands in for files of examples."""

    def __len__(self) -> int:
        return len(self.lengths)


MASKED = SimpleNamespace(masked=[3, 5, 6], labels=np.array([7, 9, 7], np.int32))
DATA = Data(
    next_sentence=True,
    seq_length=64,
    vocab_size=200,
    lengths=np.array([30, 50]),
    digest="d",
    batch=lambda indices: MASKED,
)


@pytest.fixture
def job(tokenizer) -> Job:
    config = {"vocab_size": 256, "max_position_embeddings": 64}
    recipe, settings = Recipe(16, 0.1, steps=2), Settings()
    return Job([Path("a.h5")], [], Path("out"), tokenizer, None, config, settings, recipe)


def test_what_fits_is_trained(job):
    phase.refuse_untrainable(job, DATA, ALONE)
    full = Data(**vars(DATA) | {"vocab_size": 256})
    phase.refuse_untrainable(job, full, Processes(0, 16, torch.device("cpu")))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"lengths": np.array([])}, r"a\.h5: no examples"),
        ({"seq_length": 65}, r"a\.h5: examples of up to 65 tokens, but the model has only 64"),
        ({"vocab_size": 257}, r"a\.h5: a vocabulary of 257, but the model has 256"),
    ],
)
def test_examples_that_the_model_cannot_take(job, change, said):
    with pytest.raises(UserError, match=said):
        phase.refuse_untrainable(job, Data(**vars(DATA) | change), ALONE)


def test_a_model_without_positions_has_512_of_them(job):
    job = replace(job, config={"vocab_size": 256})
    phase.refuse_untrainable(job, Data(**vars(DATA) | {"seq_length": 512}), ALONE)
    with pytest.raises(UserError, match="only 512 positions"):
        phase.refuse_untrainable(job, Data(**vars(DATA) | {"seq_length": 513}), ALONE)


def test_two_segments_need_a_model_that_tells_them_apart(job):
    job = replace(job, config=job.config | {"type_vocab_size": 1})
    with pytest.raises(UserError, match=r"a\.h5: examples of two segments, .*type_vocab_size"):
        phase.refuse_untrainable(job, DATA, ALONE)
    phase.refuse_untrainable(job, Data(**vars(DATA) | {"next_sentence": False}), ALONE)


def test_batches_of_fewer_examples_than_processes(job):
    many = Processes(0, 17, torch.device("cpu"))
    with pytest.raises(UserError, match="batch_size: fewer examples than the 17 processes"):
        phase.refuse_untrainable(job, DATA, many)
    job = replace(job, recipe=Recipe(16, 0.1, steps=2, batch_start=1))
    with pytest.raises(UserError, match="batch_size: fewer examples than the 2 processes"):
        phase.refuse_untrainable(job, DATA, Processes(0, 2, torch.device("cpu")))


def test_a_start_with_another_vocabulary(tokenizer, tmp_path):
    """What its files mean counts, not their bytes."""
    init = tmp_path / "init"
    init.mkdir()
    phase.refuse_other_vocabulary(init, tokenizer)  # a folder without a vocabulary
    text = (tokenizer / "vocab.txt").read_text()
    for same in (text, text.rstrip("\n"), text.replace("\n", "\r\n")):
        (init / "vocab.txt").write_text(same, newline="")
        phase.refuse_other_vocabulary(init, tokenizer)
    (init / "vocab.txt").write_text(text.replace("w7\n", "x7\n"))
    with pytest.raises(
        UserError, match=rf"{init}: another .* than {tokenizer}.*set vocab\.path to"
    ):
        phase.refuse_other_vocabulary(init, tokenizer)
    shutil.copy(tokenizer / "tokenizer.json", init)
    phase.refuse_other_vocabulary(init, tokenizer)


def test_a_phase_without_masks_is_refused(job, tmp_path):
    """Whole words, each of which is longer than what may be masked of an example; one will do."""
    long, short = make(tmp_path / "long.h5", 150, whole_word=True), tmp_path / "short.h5"
    with h5py.File(long, "r+") as file:
        file["token_kinds"][5:] = CONTINUES
        file["tokens"][...] = np.maximum(file["tokens"][:], 5)
        file["tokens"][file["offsets"][:-1]] = 2
    examples = Examples([long])
    assert phase.nothing_masked(examples)
    with pytest.raises(UserError, match=r"a\.h5: in no example of this phase is a token masked"):
        phase.refuse_untrainable(replace(job, recipe=Recipe(2, 0.1, steps=2)), examples, ALONE)
    shutil.copy(long, short)
    with h5py.File(short, "r+") as file:
        file["tokens"][-2] = 2
    assert not phase.nothing_masked(Examples([short]))


def test_the_identity_covers_what_decides_weights_and_no_place(job, tmp_path):
    one = phase.identity(job, DATA, ALONE)
    assert one == phase.identity(replace(job, output=Path("x"), train=[Path("b")]), DATA, ALONE)
    changes = [
        {"settings": replace(job.settings, seed=7)},
        {
            "settings": replace(job.settings, compile="never")
        },  # it draws dropout by another generator
        {"recipe": replace(job.recipe, steps=3)},
        {"config": job.config | {"hidden_size": 3}},
        {"tokenizer": tmp_path},
    ]
    others = [phase.identity(replace(job, **change), DATA, ALONE) for change in changes]
    others.append(phase.identity(job, Data(**vars(DATA) | {"digest": "e"}), ALONE))
    assert len({one, *others}) == 7
    assert one == phase.identity(replace(job, validation=[Path("v.h5")]), DATA, ALONE)


def test_the_identity_covers_how_many_processes_add_up_on_cpus(job):
    def of(count: int, device: str) -> str:
        return phase.identity(job, DATA, Processes(0, count, torch.device(device)))

    assert of(1, "cuda") == of(2, "cuda")  # a cluster may give more GPUs, or fewer
    assert len({of(1, "cuda"), of(1, "cpu"), of(2, "cpu"), of(3, "cpu")}) == 4


def test_the_identity_covers_the_instructions_of_a_cpu(job, monkeypatch):
    found = set()
    for kind in ("AVX2", "AVX512"):
        monkeypatch.setattr(torch.backends.cpu, "get_cpu_capability", lambda kind=kind: kind)
        found.add(phase.identity(job, DATA, ALONE))
    assert len(found) == 2


def test_the_identity_covers_the_starting_weights_in_each_form(job, tmp_path):
    index = {"weight_map": {"a": "1.safetensors", "b": "2.safetensors"}}
    (tmp_path / "model.safetensors.index.json").write_text(json.dumps(index))
    started = replace(job, init=tmp_path)
    found = [phase.identity(job, DATA, ALONE)]
    for name in ("1.safetensors", "2.safetensors", "pytorch_model.bin"):
        (tmp_path / name).write_text("weights")
    found.append(phase.identity(started, DATA, ALONE))
    (tmp_path / "2.safetensors").write_text("others")
    found.append(phase.identity(started, DATA, ALONE))
    (tmp_path / "model.safetensors.index.json").unlink()  # the older file counts
    found.append(phase.identity(started, DATA, ALONE))
    (tmp_path / "pytorch_model.bin").write_text("other weights")
    found.append(phase.identity(started, DATA, ALONE))
    (tmp_path / "model.safetensors").write_text("new weights")
    found.append(phase.identity(started, DATA, ALONE))
    assert len(set(found)) == 6


def test_precision_is_resolved_by_the_device():
    cpu, gpu = torch.device("cpu"), torch.device("cuda")
    assert phase.resolve_precision("auto", cpu) == "fp32"
    assert phase.resolve_precision("bf16", cpu) == "bf16"
    assert phase.resolve_precision("fp32", gpu) == "fp32"


@pytest.mark.parametrize("device", ["cuda", "cpu"])
@pytest.mark.parametrize("asked", [True, False])
def test_a_gpu_alone_is_told_to_sum_in_order(job, monkeypatch, device, asked):
    told = []
    monkeypatch.setattr(phase, "join", lambda _: Processes(0, 1, torch.device(device)))
    for name in ("check_products", "train", "leave"):
        monkeypatch.setattr(phase, name, lambda *_: None)
    monkeypatch.setattr(phase, "resolve_precision", lambda *_: "fp32")
    monkeypatch.setattr(torch, "use_deterministic_algorithms", told.append)
    monkeypatch.setattr(torch.utils.deterministic, "fill_uninitialized_memory", True)
    monkeypatch.setenv("CUBLAS_WORKSPACE_CONFIG", "")
    settings = replace(job.settings, deterministic=asked)
    phase.pretrain(replace(job, settings=settings), RuntimeOptions())
    assert told == ([True] if device == "cuda" and asked else [])
    assert torch.get_float32_matmul_precision() == "highest"  # fp32 is never TF32


def test_the_tokens_of_a_micro_batch(job, monkeypatch):
    training = SimpleNamespace(model=torch.nn.Linear(1, 1), rates=None)
    assert phase.micro_batch_tokens(job, training, DATA, ALONE) == 8192
    given = replace(job, settings=Settings(micro_batch_tokens=300))
    assert phase.micro_batch_tokens(given, training, DATA, ALONE) == 300
    asked = []

    def probe(model, rates, seq_length, most):
        asked.append((seq_length, most))
        return 1024

    monkeypatch.setattr(phase.batch_size_probe, "micro_batch_tokens", probe)
    job = replace(job, settings=Settings(micro_batch_tokens="auto"))
    assert phase.micro_batch_tokens(job, training, DATA, ALONE) == 1024
    second = Processes(1, 2, torch.device("cpu"))
    assert phase.micro_batch_tokens(job, training, DATA, second) == 0  # the first one probes
    few = replace(job, recipe=Recipe(1, 0.1, steps=2))
    phase.micro_batch_tokens(few, training, DATA, ALONE)
    assert asked == [(64, 640), (64, 64)]


def test_a_model_is_drawn_as_its_job_says(job):
    sizes = {"hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2}
    config = job.config | sizes | {"intermediate_size": 16}
    job = replace(job, config=config, settings=Settings(precision="bf16", initial_weights="bert"))
    model = phase.first_model(job, DATA)
    assert model.dtype == torch.bfloat16
    assert model.shape.vocab_size == 256
    other = phase.first_model(replace(job, settings=replace(job.settings, seed=7)), DATA)
    weights = [m.word_embeddings.weight for m in (model, phase.first_model(job, DATA), other)]
    assert torch.equal(weights[0], weights[1])
    assert not torch.equal(weights[0], weights[2])


@pytest.mark.parametrize("count", [1, 63, 64, 65, 1000])
def test_words_are_counted_by_the_labels_of_examples_spread_over_all(count, monkeypatch):
    monkeypatch.setattr(phase, "COUNTED", 100)

    class Numbered:
        """Example i is one token, i, to be predicted."""

        def __len__(self):
            return count

        def batch(self, indices):
            return SimpleNamespace(labels=np.asarray(indices, np.int32))

    counts = phase.label_counts(Numbered(), 2000)
    assert counts.shape == (2000,)
    assert counts.max() == 1
    assert counts.sum() == min(count, 100)
    assert counts[0] == counts[count - 1] == 1
    assert (np.diff(np.flatnonzero(counts)) <= max(1, -(-count // 99))).all()


@pytest.mark.parametrize("kind", ["bert", "mimetic", "mimetic_full"])
def test_a_small_models_head_begins_with_the_words_frequencies(job, kind):
    sizes = {"hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2}
    config = job.config | sizes | {"intermediate_size": 16}
    job = replace(job, config=config, settings=Settings(precision="fp32", initial_weights=kind))
    bias = phase.first_model(job, DATA).head_bias.detach()
    if kind == "bert":
        assert not bias.any()
    else:
        counts = torch.from_numpy(phase.label_counts(DATA, 256)) + 0.5
        assert torch.allclose(bias.softmax(0), (counts / counts.sum()).float())
        assert bias.argmax() == counts.argmax()
        assert bias.max() > bias.min()


def test_a_longer_phase_carries_its_first_models_positions_on(job, monkeypatch):
    monkeypatch.setattr(phase.model_folder, "load_model", lambda *_: trained(CHANGE))
    before = trained(CHANGE).position_embeddings.weight
    long = replace(job, init=Path("short"), settings=Settings(precision="fp32"))
    for length, moves in ((128, False), (PLACES, True)):
        data = Data(**vars(DATA) | {"seq_length": length})
        model = phase.first_model(long, data)
        assert torch.equal(model.position_embeddings.weight, before) != moves
