"""A training's steps, validations and state, on a batch of two examples."""

import sys
from dataclasses import replace

import pytest
import torch

from scripts.pretrain.architectures.bert import Bert, Dropout, DropoutRates
from scripts.pretrain.architectures.initialisation import initialise
from scripts.pretrain.architectures.micro_batch import MicroBatch
from scripts.pretrain.architectures.model_config import Shape
from scripts.pretrain.kernels.cuda import CudaKernels
from scripts.pretrain.kernels.reference import REFERENCE
from scripts.pretrain.loop import training as training_module
from scripts.pretrain.loop.micro_batches import Work
from scripts.pretrain.loop.processes import ALONE, Processes
from scripts.pretrain.loop.recipe import Recipe
from scripts.pretrain.loop.training import Training

SHAPE = Shape(50, 8, 1, 2, 16, max_position_embeddings=8, attention_probs_dropout_prob=0.2)
BATCH = MicroBatch(
    ids=torch.tensor([1, 2, 3, 4, 5, 6, 7], dtype=torch.int32),
    segments=torch.zeros(7, dtype=torch.int32),
    positions=torch.tensor([0, 1, 2, 3, 0, 1, 2], dtype=torch.int32),
    cu_seqlens=torch.tensor([0, 4, 7], dtype=torch.int32),
    masked=torch.tensor([1, 2, 5], dtype=torch.int32),
    labels=torch.tensor([7, 8, 9]),
    next_sentence=torch.tensor([1, -1]),
    offsets=(0, 4, 7),
    longest=8,
)
WORK = Work([BATCH, BATCH], [1, 2], 4, 14, 50, 6, 2, [])


def made(**settings) -> Training:
    model = Bert(SHAPE)
    initialise(model, 1)
    return Training(model, Recipe(4, 0.1, steps=2, **settings), ALONE)


def test_rates_are_the_models_unless_a_recipe_says_otherwise():
    assert made().rates == DropoutRates(0.1, 0.2)
    assert made(dropout=0.0).rates == DropoutRates(0.0, 0.0)


def test_validation_sums_losses_and_counts_pairs_and_masks():
    training = made()
    with torch.no_grad():
        out = training.model.eval()(BATCH, Dropout())
    sums, pairs, masked = training.validate([BATCH, BATCH])
    assert (pairs, masked) == (2, 6)
    assert sums == pytest.approx([2 * float(value) for value in out], rel=1e-6)


def test_a_step_learns_from_sums_over_the_whole_batch():
    training = made(dropout=0.0, max_grad_norm=0.5)
    with torch.no_grad():
        out = training.model(BATCH, Dropout())
    before = training.model.word_embeddings.weight.clone()
    sums = training.step(WORK, 0.01)
    assert sums[:4].tolist() == pytest.approx([2 * float(value) for value in out], rel=1e-6)
    norm, skipped = sums[4:].tolist()
    assert (norm > 0, skipped) == (True, 0.0)
    one = made(dropout=0.0)
    loss = one.model(BATCH, Dropout())
    (2 * (loss.mlm_loss / 6 + loss.next_sentence_loss / 2)).backward()
    expected = torch.sqrt(sum(p.grad.square().sum() for p in one.model.parameters()))
    assert norm == pytest.approx(float(expected), rel=1e-5)
    moved = (training.model.word_embeddings.weight - before).abs().max()
    assert 0.005 < moved < 0.02  # Adam's first step is the learning rate


def test_a_state_goes_on_bit_for_bit():
    one, other = made(), made()
    one.step(WORK, 0.01)
    kept = {name: value.detach().clone() for name, value in one.tensors().items()}
    assert {name.split(".")[0] for name in kept} == {"model", "optimizer", "scaler"}
    other.load(kept)
    for training in (one, other):
        training.step(WORK, 0.01)
    assert all(torch.equal(value, other.tensors()[name]) for name, value in one.tensors().items())
    assert one.finite()
    one.model.head_bias.data[3] = torch.nan
    assert not one.finite()


def test_groups_of_a_sharded_optimizer_number_all_parameters():
    training = made()
    groups = training.blank()["param_groups"]
    count = len(list(training.model.parameters()))
    assert [n for group in groups for n in group["params"]] == list(range(count))
    assert [group["weight_decay"] for group in groups] == [0.01, 0.01, 0.0]


def test_an_optimizer_is_not_sharded_among_one():
    alone = Training(Bert(SHAPE), Recipe(4, 0.1, steps=2), ALONE, sharded=True)
    other = Training(Bert(SHAPE), Recipe(4, 0.1, steps=2), ALONE, sharded=True)
    alone.step(WORK, 0.01)
    other.load(alone.tensors())
    assert torch.equal(other.model.word_embeddings.weight, alone.model.word_embeddings.weight)


def test_whole_layers_are_compiled_and_nothing_else(monkeypatch):
    """Compiled embeddings would add in any order; a wrapper would cut layers at its buckets' ends."""
    compiled = []
    monkeypatch.setattr(
        torch.nn.Module, "compile", lambda module, **options: compiled.append((module, options))
    )
    with torch._dynamo.config.patch(optimize_ddp=True):
        training = Training(Bert(SHAPE), Recipe(4, 0.1, steps=2), ALONE, compiled=True)
        assert torch._dynamo.config.optimize_ddp is False
    assert compiled == [(layer, {"dynamic": True}) for layer in training.model.layers]


@pytest.mark.parametrize("flash", [True, False])
@pytest.mark.parametrize("optimizer", ["adamw", "lamb"])
def test_a_step_on_a_gpu_asks_the_host_for_nothing(optimizer, flash, monkeypatch):
    """On the meta device, where any question for a value is an error."""
    base = sys.modules[torch.optim.Optimizer.__module__]
    monkeypatch.setattr(base, "_get_fused_kernels_supported_devices", lambda: ["meta"])
    monkeypatch.setattr(training_module, "choose", lambda *_: CudaKernels(flash))
    meta = torch.device("meta")
    with meta:
        model = Bert(replace(SHAPE, hidden_size=16), torch.bfloat16)
    recipe = Recipe(4, 0.1, steps=2, optimizer=optimizer)
    training = Training(model, recipe, Processes(0, 1, meta))
    for _ in range(2):
        assert training.step(WORK, 0.01).device == meta


def test_the_newer_attention_is_asked_for_with_a_recipes_dropout(monkeypatch):
    asked = []
    monkeypatch.setattr(
        training_module, "choose", lambda *words: asked.append(words[3:]) or REFERENCE
    )
    for dropout in (None, 0.0):
        recipe = Recipe(4, 0.1, steps=2, dropout=dropout)
        Training(Bert(SHAPE), recipe, ALONE, flash_attention=3)
    assert asked == [(3, 0.2, False), (3, 0.0, False)]
