"""The training loop, its schedule and its watch."""

import math

import numpy as np
import pytest
import torch

from scripts.glue.files.tables import Rows
from scripts.glue.finetuning import one_run, padded_batches, trainer
from scripts.glue.finetuning.hyperparameters import Settings
from scripts.glue.finetuning.model_loader import PaddedModel
from scripts.glue.finetuning.packed_model import PackedModel
from scripts.glue.tasks.official_tasks import OFFICIAL
from tests.glue.made import NEUTRAL
from tests.glue.test_families import write_family

SST = OFFICIAL["SST-2"]


@pytest.fixture(scope="module", params=["packed", "padded"])
def setting(request, model_folder, tmp_path_factory):
    """A model of either kind, and examples."""
    folder = model_folder
    if request.param == "padded":
        folder = write_family(tmp_path_factory.mktemp("in") / "electra", model_folder, "electra")
    rows = Rows([(" ".join(NEUTRAL[: n % 7 + 1]),) for n in range(25)], ["0", "1"] * 12 + ["1"], [])
    torch.manual_seed(1)
    model = one_run.load(folder, SST, Settings(max_length=32, precision="fp32"))
    assert isinstance(model, PackedModel if request.param == "packed" else PaddedModel)
    return model, padded_batches.encode(rows, SST, model.tokenizer, 32)


class Numbers(torch.nn.Module):
    """A model whose one weight grows by `rise` a step, and whose losses are the squares of these."""

    def __init__(self, losses=(), rise=0.0):
        super().__init__()
        self.losses, self.rise = iter(losses), rise
        self.weight = torch.nn.Parameter(torch.zeros(1))
        self.seen = []

    def logits(self, examples, indices, seed):
        self.seen.append((indices.tolist(), seed))
        with torch.no_grad():
            self.weight += self.rise
        return (self.weight * 0 + next(self.losses, 1.0)).expand(len(indices), 1)


class Some:
    """Examples of numbers, ten unless said."""

    kind = OFFICIAL["STS-B"].kind

    def __init__(self, count=10):
        self.lengths, self.targets = np.arange(count, 0, -1), np.zeros(count, np.float32)

    def __len__(self):
        return len(self.lengths)


def curve_of(result, quantity):
    return [(step, epoch, value) for step, epoch, name, value in result.curve if name == quantity]


def run(model, scores=(), **options):
    found = iter(scores)
    settings = Settings(**{"batch_size": 2, "learning_rate": 1.0, "weight_decay": 0.0} | options)
    return trainer.train(model, Some(), settings, 1, lambda model: {"a": next(found, 0.0)})


def test_the_rate_rises_from_nothing_and_falls_to_nothing():
    result = run(Numbers(), epochs=2, warmup=0.2)
    rates = [rate for _, _, rate in curve_of(result, "learning_rate")]
    assert rates == pytest.approx([0, 0.5, *(np.arange(8, 0, -1) / 8)])
    assert trainer.warmed(0, 7, 0.0) == 1.0


def test_an_epoch_has_each_example_once_and_each_step_its_own_seed():
    model = Numbers()
    result = run(model, epochs=2.5)
    assert result.steps == 13
    batches = [batch for batch, _ in model.seen]
    for epoch in (batches[:5], batches[5:10]):
        assert sorted(index for batch in epoch for index in batch) == list(range(10))
    assert batches[:5] != batches[5:10]
    assert len({seed for _, seed in model.seen}) == 13
    again = Numbers()
    run(again, epochs=2.5)
    assert again.seen == model.seen
    assert curve_of(result, "dev_a") == [(5, 1.0, 0.0), (10, 2.0, 0.0), (13, 2.6, 0.0)]
    assert result.epoch == 2.6
    assert 0 <= result.seconds["evaluate"] <= result.seconds["train"] + result.seconds["evaluate"]


def test_losses_are_means_over_a_tenth_of_an_epoch():
    settings = Settings(batch_size=1, epochs=1)
    losses = np.sqrt(np.arange(20.0))
    result = trainer.train(Numbers(losses), Some(20), settings, 1, lambda model: {"a": 0.0})
    found = [loss for _, _, loss in curve_of(result, "train_loss")]
    assert found == pytest.approx(np.arange(10) * 2 + 0.5, rel=1e-6)


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_a_loss_that_is_not_finite_ends_the_training(bad):
    result = run(Numbers(losses=[1.0, 1.0, bad]), epochs=3)
    assert (result.diverged, result.steps, result.epoch) == (True, 3, 0.6)
    assert [step for step, _, _ in curve_of(result, "dev_a")] == [3]
    assert not run(Numbers(), epochs=1).diverged


def test_the_best_weights_come_back_the_first_of_equals():
    scores = [0.25, 0.75, 0.75, 0.5]
    model = Numbers(rise=1.0)
    result = run(model, scores, epochs=4, keep="best", learning_rate=1e-30)
    assert (result.epoch, result.steps, model.weight.item()) == (2.0, 20, 10.0)
    model = Numbers(rise=1.0)
    result = run(model, scores, epochs=4, keep="last", learning_rate=1e-30)
    assert (result.epoch, result.steps, model.weight.item()) == (4.0, 20, 20.0)


def test_gradients_are_clipped_at_one_and_matrices_alone_decay(monkeypatch, setting):
    seen = []

    class Spy(trainer.AdamW):
        def step(self):
            squares = [
                (p.grad.double() ** 2).sum()
                for g in self.param_groups
                for p in g["params"]
                if p.grad is not None
            ]
            seen.append(math.sqrt(sum(squares)))
            self.checked = {
                (p.dim() > 1, g["weight_decay"]) for g in self.param_groups for p in g["params"]
            }
            assert self.checked == {(True, 0.1), (False, 0.0)}
            super().step()

    monkeypatch.setattr(trainer, "AdamW", Spy)
    model, examples = setting
    with torch.no_grad():
        model.last_layer.weight.mul_(100)
    settings = Settings(epochs=1, batch_size=8, weight_decay=0.1, learning_rate=1e-9)
    trainer.train(model, examples, settings, 1, lambda model: {"a": 0.0})
    assert len(seen) == 4
    assert max(seen) == pytest.approx(1.0, abs=1e-4)


def test_predictions_are_the_models_in_the_examples_order(setting):
    model, data = setting
    model.train()
    found = trainer.predict(model, data, 4)
    assert model.training
    model.eval()
    for index in (0, 6, 24):
        with torch.inference_mode():
            expected = model.logits(data, np.array([index]))[0].double().numpy()
        assert found[index] == pytest.approx(expected, abs=1e-5)
        assert found[index].dtype == np.float64
    assert len(found) == 25
    trainer.predict(model, data, 4)
    assert not model.training


@pytest.mark.parametrize(
    ("cuda", "gpu", "cpu", "kind"),
    [
        (True, True, False, "bf16"),
        (True, False, True, "fp32"),
        (False, False, True, "bf16"),
        (False, True, False, "fp32"),
    ],
)
def test_precision_is_what_the_hardware_computes_in(monkeypatch, cuda, gpu, cpu, kind):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: cuda)
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda including_emulation: gpu)
    monkeypatch.setattr(trainer, "CPU_BF16", ("first", "second", "lacking"))
    monkeypatch.setattr(torch.cpu, "first", lambda: False, raising=False)
    monkeypatch.setattr(torch.cpu, "second", lambda: cpu, raising=False)
    kinds = {"bf16": torch.bfloat16, "fp32": torch.float32}
    assert trainer.precision("auto") == kinds[kind]
    for wanted, dtype in kinds.items():
        assert trainer.precision(wanted) == dtype


def test_a_tasks_score_is_the_mean_of_its_metrics():
    assert trainer.task_score({"pearson": 0.5, "spearman": 0.25}) == 0.375
