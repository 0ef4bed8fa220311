"""The training loop's own parts, and what Trainer is told."""

import math
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from scripts.glue.files.tables import Rows
from scripts.glue.finetuning import model_loader, padded_batches, trainer
from scripts.glue.finetuning.hyperparameters import Settings
from scripts.glue.tasks.official_tasks import OFFICIAL
from tests.glue.made import NEUTRAL

SST = OFFICIAL["SST-2"]


def watch_of(scores, keep_best=True):
    """A watch of a model whose dev scores are these, one an evaluation."""
    found = iter(scores)
    return trainer.Watch(lambda model: {"a": next(found), "b": 0.0}, keep_best)


def state(step, epoch=0.0):
    return SimpleNamespace(global_step=step, epoch=epoch)


@pytest.fixture(scope="module")
def examples(model_folder):
    rows = Rows([(" ".join(NEUTRAL[: n % 7 + 1]),) for n in range(25)], ["0", "1"] * 12 + ["1"], [])
    torch.manual_seed(1)
    model, tokenizer = model_loader.load(model_folder, SST, 32)
    return model, padded_batches.encode(rows, SST, tokenizer, 32)


def test_curves_hold_loss_and_rate_and_a_nan_ends_the_training():
    watch, control = watch_of([]), SimpleNamespace(should_training_stop=False)
    watch.on_log(None, state(3, 0.5), control, {"loss": 1.5, "grad_norm": math.nan})
    watch.on_log(None, state(6, 1.0), control, {"learning_rate": 0.25})
    watch.on_log(None, state(6, 1.0), control, None)
    assert watch.result.curve == [(3, 0.5, "train_loss", 1.5), (6, 1.0, "learning_rate", 0.25)]
    assert (watch.result.diverged, control.should_training_stop) == (False, False)
    watch.on_log(None, state(9, 1.5), control, {"loss": math.inf})
    assert (watch.result.diverged, control.should_training_stop) == (True, True)


def test_a_step_is_evaluated_once():
    watch = watch_of([0.5, 0.25], keep_best=False)
    for step, epoch in ((0, 0.0), (4, 1.0), (4, 1.0)):
        watch.look(state(step, epoch), torch.nn.Linear(1, 1))
    assert watch.result.curve == [
        *((0, 0.0, "dev_a", 0.5), (0, 0.0, "dev_b", 0.0)),
        *((4, 1.0, "dev_a", 0.25), (4, 1.0, "dev_b", 0.0)),
    ]
    assert watch.result.epoch == 1.0
    assert watch.spent >= 0


def test_the_best_weights_come_back_the_first_of_equals():
    watch, model = watch_of([0.25, 0.75, 0.75, 0.5]), torch.nn.Linear(1, 1)
    for number in range(4):
        with torch.no_grad():
            model.weight.fill_(number)
        watch.on_epoch_end(None, state(number, float(number)), None, model=model)
    watch.on_train_end(None, state(3, 3.0), None, model=model)
    assert (watch.result.epoch, watch.result.steps, model.weight.item()) == (1.0, 3, 1.0)


def test_what_trainer_is_told(monkeypatch, examples):
    told = {}

    class Told:
        def __init__(self, **options):
            told.update(options)

        def remove_callback(self, callback):
            told["removed"] = callback

        def train(self):
            told["trained"] = True

    monkeypatch.setattr(trainer, "LengthGroupedTrainer", Told)
    settings = Settings(epochs=1.5, batch_size=2, warmup=0.2, learning_rate=3e-4, precision="bf16")
    result = trainer.train(examples[0], examples[1], settings, 5, dict)
    args = told["args"]
    assert (args.num_train_epochs, args.per_device_train_batch_size) == (1.5, 2)
    assert args.warmup_steps == 4  # a fifth of 20 steps, which are one and a half epochs of 13
    assert (args.learning_rate, args.weight_decay, args.max_grad_norm) == (3e-4, 0.01, 1.0)
    assert (args.seed, args.lr_scheduler_type, args.bf16) == (5, "linear", True)
    assert args.logging_steps == 1
    assert not args.logging_nan_inf_filter
    assert told["trained"]
    assert told["train_dataset"] is examples[1]
    assert set(result.seconds) == {"train", "evaluate"}
    assert 0 == result.seconds["evaluate"] <= result.seconds["train"]
    trainer.train(examples[0], examples[1], Settings(batch_size=1, precision="fp32"), 5, dict)
    assert (told["args"].logging_steps, told["args"].bf16) == (2, False)


def test_predictions_are_the_models_in_the_examples_order(examples):
    model, data = examples
    model.train()
    found = trainer.predict(model, data, 4, "fp32")
    assert model.training
    model.eval()
    for index in (0, 6, 24):
        batch = data.collate([index])
        batch.pop("labels")
        with torch.inference_mode():
            expected = model(**batch).logits[0].double().numpy()
        assert found[index] == pytest.approx(expected, abs=1e-6)
        assert found[index].dtype == np.float64
    assert len(found) == 25
    trainer.predict(model, data, 4, "fp32")
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
    assert trainer.precision("auto") == kind
    assert trainer.precision("fp16") == "fp16"


def test_a_tasks_score_is_the_mean_of_its_metrics():
    assert trainer.task_score({"pearson": 0.5, "spearman": 0.25}) == 0.375


def test_bias_corrected_adamw_with_linear_decay(monkeypatch, examples):
    """The optimizer that the settings promise."""
    seen = {}

    class Spy(trainer.LengthGroupedTrainer):
        def create_scheduler(self, *args, **options):
            seen["optimizer"] = self.optimizer or options.get("optimizer")
            return super().create_scheduler(*args, **options)

    monkeypatch.setattr(trainer, "LengthGroupedTrainer", Spy)
    settings = Settings(epochs=1, batch_size=8, precision="fp32")
    trainer.train(examples[0], examples[1], settings, 1, lambda model: {"none": 0.0})
    optimizer = seen["optimizer"]
    optimizer = getattr(optimizer, "optimizer", optimizer)
    assert isinstance(optimizer, torch.optim.AdamW)  # torch's corrects its bias always
    decays = {group["weight_decay"] for group in optimizer.param_groups}
    assert decays == {0.0, 0.01}
