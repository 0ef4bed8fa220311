"""The project's own model with a head: transformers' model and Trainer, without either."""

import json
import random
import shutil
import tempfile

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import AutoModelForSequenceClassification, Trainer, TrainingArguments

from scripts.common.errors import UserError
from scripts.examples.tokenizer.bert_tokenizer import bert_tokenizer, write_folder
from scripts.glue.files.tables import Rows
from scripts.glue.finetuning import one_run, packed_model, padded_batches, trainer
from scripts.glue.finetuning.hyperparameters import Settings
from scripts.glue.finetuning.model_loader import PaddedModel
from scripts.glue.tasks.official_tasks import OFFICIAL
from scripts.pretrain.architectures import model_folder as pretrained
from tests.glue.made import WORDS, write_model, write_task
from tests.runs import imported

SST, RTE, STS, MNLI = (OFFICIAL[name] for name in ("SST-2", "RTE", "STS-B", "MNLI"))
FP32 = Settings(max_length=32, precision="fp32")
NO_DROPOUT = {"hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0}


def load(folder, task=RTE, seed=1, dtype=torch.float32):
    torch.manual_seed(seed)
    return packed_model.load(folder, task, 32, dtype, torch.device("cpu"))


def examples_of(tokenizer, task, count=40):
    rng = random.Random(2)
    texts = [
        tuple(" ".join(rng.choices(WORDS, k=rng.randint(1, 12))) for _ in task.texts)
        for _ in range(count)
    ]
    labels = [rng.choice(task.labels) if task.labels else rng.gauss(0, 1) for _ in texts]
    return padded_batches.encode(Rows(texts, labels, []), task, tokenizer, 32)


def kept(model, folder):
    """transformers' model of the folder that a model is kept in."""
    folder.mkdir()
    model.save(folder)
    return AutoModelForSequenceClassification.from_pretrained(folder)


def change_config(folder, **changes):
    path = folder / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


@pytest.fixture
def folder(model_folder, tmp_path):
    """A copy of the model that a test may damage."""
    return shutil.copytree(model_folder, tmp_path / "model")


@pytest.fixture(scope="module")
def without_dropout(tmp_path_factory):
    folder = tmp_path_factory.mktemp("without") / "bert"
    return write_model(folder, num_hidden_layers=2, initializer_range=0.2, **NO_DROPOUT)


@pytest.mark.parametrize("task", [SST, RTE, STS, MNLI], ids=lambda task: task.name)
def test_logits_loss_and_gradients_are_those_of_transformers(without_dropout, tmp_path, task):
    model = load(without_dropout, task).train()
    theirs = kept(model, tmp_path / "kept").train()
    examples = examples_of(model.tokenizer, task)
    indices = np.argsort(-examples.lengths)
    targets = torch.from_numpy(examples.targets[indices])
    batch = examples.collate(indices) | {"labels": targets}
    expected = theirs(**batch)
    logits = model.logits(examples, indices)
    torch.testing.assert_close(logits, expected.logits, atol=1e-4, rtol=1e-4)
    loss = trainer.LOSSES[task.kind.problem](logits, targets)
    assert loss.item() == pytest.approx(expected.loss.item(), abs=1e-5)
    loss.backward()
    expected.loss.backward()
    found = pretrained.export_state({name: p.grad for name, p in model.encoder.named_parameters()})
    found |= {f"classifier.{name}": p.grad for name, p in model.last_layer.named_parameters()}
    wanted = {name: p.grad for name, p in theirs.named_parameters()}
    assert found.keys() == wanted.keys()
    for name, gradient in wanted.items():
        torch.testing.assert_close(found[name], gradient, atol=1e-5, rtol=1e-3, msg=name)
    assert sum(gradient.abs().sum() for gradient in wanted.values()) > 1


@pytest.mark.slow
@pytest.mark.parametrize("task", [SST, RTE, STS], ids=lambda task: task.name)
def test_the_curve_is_that_of_transformers_trainer(without_dropout, tmp_path, task):
    """Twenty steps on the same batches: warm-up, decay, weight decay and clipping are the same."""
    settings = Settings(
        epochs=4, batch_size=8, learning_rate=5e-3, warmup=0.2, max_length=32, precision="fp32"
    )
    model = load(without_dropout, task)
    examples = examples_of(model.tokenizer, task)
    theirs = kept(model, tmp_path / "kept")

    class InOrder(Trainer):
        def get_train_dataloader(self):
            return [
                examples.collate(batch) | {"labels": torch.from_numpy(examples.targets[batch])}
                for epoch in range(4)
                for batch in padded_batches.grouped_batches(examples.lengths, 8, 1, epoch)
            ]

    with tempfile.TemporaryDirectory() as place:
        arguments = TrainingArguments(
            output_dir=place, max_steps=20, learning_rate=5e-3, warmup_steps=4, weight_decay=0.01,
            max_grad_norm=1.0, logging_steps=1, report_to="none", save_strategy="no", use_cpu=True,
            disable_tqdm=True, per_device_train_batch_size=8,
        )  # fmt: skip
        ended = InOrder(model=theirs, args=arguments, train_dataset=[0] * 40)
        ended.train()
    expected = [
        (row["loss"], row["learning_rate"]) for row in ended.state.log_history if "loss" in row
    ]
    curve = trainer.train(model, examples, settings, 1, lambda model: {"none": 0.0}).curve
    losses, rates = (
        [value for _, _, name, value in curve if name == quantity]
        for quantity in ("train_loss", "learning_rate")
    )
    assert len(losses) == 20
    assert losses == pytest.approx([loss for loss, _ in expected], abs=1e-3)
    assert rates == pytest.approx([rate for _, rate in expected], rel=1e-6)
    assert np.mean(losses[-5:]) < 0.9 * np.mean(losses[:5])


@pytest.mark.slow
def test_a_finetuning_imports_no_model_of_transformers(folder, tmp_path):
    data = write_task(tmp_path, "SST-2")
    tokenizer = bert_tokenizer((folder / "vocab.txt").read_text().split(), lowercase=True)
    write_folder(folder, tokenizer, 64)
    words = [
        *("SST-2", "--seed", "1", "--epochs", "1", "--max-length", "32"),
        *("--train", data / "train.tsv", "--dev", data / "dev.tsv", "--test", data / "test.tsv"),
        *("--model", folder, "-o", tmp_path / "out", "--keep-model"),
    ]
    names = ("torch", "transformers", "accelerate", "sklearn", "scipy", "h5py", "torch._dynamo")
    assert imported("scripts.glue.finetune", words, names) == ["torch"]
    assert (tmp_path / "out" / "model" / "config.json").exists()


def test_dropout_follows_from_the_seed_while_training(model_folder):
    model = load(model_folder)
    examples, indices = examples_of(model.tokenizer, RTE), np.arange(40)

    def same(*seeds):
        return torch.equal(*(model.logits(examples, indices, seed) for seed in seeds))

    model.train()
    assert (same(1, 1), same(1, 2)) == (True, False)
    model.eval()
    assert same(1, 2)


def test_the_heads_own_dropout_is_the_configs(folder):
    change_config(folder, **NO_DROPOUT, classifier_dropout=0.5)
    model = load(folder).train()
    examples, indices = examples_of(model.tokenizer, RTE), np.arange(40)
    model.last_layer.weight.data.fill_(1)
    assert not torch.equal(*(model.logits(examples, indices, seed) for seed in (1, 2)))
    change_config(folder, classifier_dropout=0.0, hidden_dropout_prob=0.5)
    assert load(folder).head_dropout.hidden == 0.0
    change_config(folder, classifier_dropout=None)
    assert load(folder).head_dropout.hidden == 0.5


def test_the_encoder_is_the_folders_and_the_head_is_new(model_folder, tmp_path):
    weights = load_file(model_folder / "model.safetensors")
    models = [load(model_folder, MNLI, seed) for seed in (1, 1, 2)]
    heads = [model.last_layer.weight for model in models]
    assert torch.equal(heads[0], heads[1])
    assert not torch.equal(heads[0], heads[2])
    assert heads[0].shape == (3, 32)
    assert 0 < heads[0].std() < 0.1
    theirs = kept(models[0], tmp_path / "kept")
    for name, tensor in theirs.bert.state_dict().items():
        assert torch.equal(tensor, weights[f"bert.{name}"]), name
    assert theirs.config.id2label == dict(enumerate(MNLI.labels))
    again = load(tmp_path / "kept", STS)
    assert again.last_layer.weight.shape == (1, 32)
    assert torch.equal(again.encoder.pooler.weight, models[0].encoder.pooler.weight)


def test_another_tasks_labels_do_not_stay_in_the_config(folder, tmp_path):
    change_config(
        folder, num_labels=5, _num_labels=5, id2label={"0": "a"}, problem_type="regression"
    )
    theirs = kept(load(folder, MNLI), tmp_path / "kept")
    assert theirs.config.num_labels == 3
    assert theirs.config.id2label == dict(enumerate(MNLI.labels))
    assert theirs.config.problem_type == "single_label_classification"


@pytest.mark.parametrize("kind", ["half", "base", "older"])
def test_weights_in_other_forms(folder, kind):
    weights = load_file(folder / "model.safetensors")
    expected = load(folder).encoder.state_dict()
    if kind == "half":
        weights = {name: value.half() for name, value in weights.items()}
    if kind == "base":
        weights = {n.removeprefix("bert."): v for n, v in weights.items() if "cls" not in n}
    if kind == "older":
        weights = {n.replace("Norm.weight", "Norm.gamma"): v for n, v in weights.items()}
    save_file(weights, folder / "model.safetensors", {"format": "pt"})
    for name, value in load(folder).encoder.state_dict().items():
        assert value.dtype == torch.float32
        torch.testing.assert_close(value, expected[name], atol=1e-3, rtol=0)


def test_a_pooler_that_is_lacking_is_drawn_and_told(folder, monkeypatch):
    said = []
    monkeypatch.setattr(pretrained.log, "warning", lambda text, *values: said.append(text % values))
    weights = load_file(folder / "model.safetensors")
    lacking = {name: value for name, value in weights.items() if "pooler" not in name}
    save_file(lacking, folder / "model.safetensors", {"format": "pt"})
    poolers = [load(folder, seed=seed).encoder.pooler for seed in (1, 1, 2)]
    assert torch.equal(poolers[0].weight, poolers[1].weight)
    assert not torch.equal(poolers[0].weight, poolers[2].weight)
    assert 0 < poolers[0].weight.std() < 0.1
    assert not poolers[0].bias.any()
    assert said == [f"{folder}: has no pooler.weight, pooler.bias; drawn at random"] * 3


def test_another_familys_model_and_what_is_damaged_go_to_transformers(folder):
    assert load(folder) is not None
    change_config(folder, hidden_act="relu")
    assert load(folder) is None
    assert isinstance(one_run.load(folder, RTE, FP32), PaddedModel)
    change_config(folder, hidden_act="gelu", num_hidden_layers=2)
    assert load(folder) is None
    with pytest.raises(UserError, match="and 15 more are lacking"):
        one_run.load(folder, RTE, FP32)
    weights = load_file(folder / "model.safetensors")
    change_config(folder, num_hidden_layers=1, intermediate_size=32)
    with pytest.raises(UserError, match=r"have another shape than config\.json says"):
        one_run.load(folder, RTE, FP32)
    change_config(folder, intermediate_size=64)
    more = {name.replace("layer.0", "layer.1"): value.clone() for name, value in weights.items()}
    save_file(more | weights, folder / "model.safetensors", {"format": "pt"})
    with pytest.raises(UserError, match="have no place in a model"):
        one_run.load(folder, RTE, FP32)


def test_a_folder_whose_parts_do_not_belong_together_is_refused(folder):
    with pytest.raises(UserError, match=r"max_length: 65 is more than the 64 positions"):
        packed_model.load(folder, RTE, 65, torch.float32, torch.device("cpu"))
    change_config(folder, pad_token_id=3)
    with pytest.raises(UserError, match="it pads with id 0, the model with 3"):
        load(folder)
    weights = load_file(folder / "model.safetensors")
    segments = "bert.embeddings.token_type_embeddings.weight"
    weights[segments] = weights[segments][:1].clone()
    save_file(weights, folder / "model.safetensors", {"format": "pt"})
    change_config(folder, pad_token_id=0, type_vocab_size=1)
    assert load(folder) is None
    assert load(folder, SST) is not None
    with pytest.raises(UserError, match="tells 2 segments apart, the model 1"):
        one_run.load(folder, RTE, FP32)
    (folder / "model.safetensors").unlink()
    with pytest.raises(UserError, match="no weights there"):
        load(folder)


def test_bf16_is_the_same_model_in_lower_precision(model_folder):
    exact, rough = (load(model_folder, dtype=kind) for kind in (torch.float32, torch.bfloat16))
    examples, indices = examples_of(exact.tokenizer, RTE), np.arange(40)
    with torch.no_grad():
        logits = [model.eval().logits(examples, indices) for model in (exact, rough)]
    assert logits[1].dtype == torch.float32
    assert not torch.equal(*logits)
    torch.testing.assert_close(*logits, atol=0.02, rtol=0)
    rough.train().logits(examples, indices, 1).sum().backward()
    assert {p.grad.dtype for p in rough.parameters()} == {torch.float32}
