"""What a training leaves behind, and that others can read it."""

import json
import os
import sys

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from transformers import AutoModelForMaskedLM, AutoTokenizer, BertForPreTraining

from scripts.common.errors import UserError
from scripts.examples.h5.example_files import Examples
from scripts.pretrain import init_model, pretrain
from scripts.pretrain.architectures import model_folder
from scripts.pretrain.architectures.bert import Bert, Shape
from scripts.pretrain.architectures.initialisation import initialise
from scripts.pretrain.architectures.model_config import NewModel
from scripts.pretrain.loop.micro_batches import fixed
from scripts.pretrain.telling.events import EVENTS
from scripts.report import write_events
from scripts.report.describe_model import card
from tests.pretrain.conftest import make_examples
from tests.pretrain.runs import MODEL, Training, logits


def test_weights_load_in_transformers_with_the_same_logits(whole, data):
    theirs, report = BertForPreTraining.from_pretrained(whole.output, output_loading_info=True)
    assert not any(report[key] for key in ("missing_keys", "unexpected_keys", "mismatched_keys"))
    masked_only = AutoModelForMaskedLM.from_pretrained(whole.output).eval()
    assert len(AutoTokenizer.from_pretrained(whole.output)) == 200
    assert theirs.config.vocab_size == 256
    ours = model_folder.load_model(whole.output).eval()
    batch = next(fixed(Examples([data / "train.h5"]), 1, 8, 10000))
    with torch.no_grad():
        words, next_sentence = logits(ours, batch)
    theirs.eval()
    for row, (start, stop) in enumerate(zip(batch.offsets, batch.offsets[1:], strict=False)):
        inputs = {
            "input_ids": batch.ids[start:stop].long()[None],
            "token_type_ids": batch.segments[start:stop].long()[None],
        }
        with torch.no_grad():
            out = theirs(**inputs)
            alone = masked_only(**inputs).logits[0]
        close = {"rtol": 1e-5, "atol": 1e-5}
        torch.testing.assert_close(words[start:stop], out.prediction_logits[0], **close)
        torch.testing.assert_close(words[start:stop], alone, **close)
        torch.testing.assert_close(next_sentence[row], out.seq_relationship_logits[0], **close)


def test_a_model_folder_goes_through_ours_and_theirs_without_loss(whole, tmp_path):
    theirs = BertForPreTraining.from_pretrained(whole.output)
    theirs.save_pretrained(tmp_path / "theirs")
    ours = model_folder.load_model(tmp_path / "theirs")
    exported = model_folder.export_state(ours.state_dict())
    original = load_file(whole.output / "model.safetensors")
    assert exported.keys() == original.keys()
    assert all(torch.equal(exported[name], value) for name, value in original.items())


@pytest.mark.parametrize("optimizer", ["lamb", "adamw"])
def test_heads_that_no_loss_uses_stay_as_they_were_drawn(optimizer, tokenizer, tmp_path):
    """Without pairs: pooler and next-sentence head, which finetuning takes up."""
    data = tmp_path / "examples"
    data.mkdir()
    for name, count in (("train", 80), ("validation", 20)):
        make_examples(data / f"{name}.h5", tokenizer / "vocab.txt", count, pairs=False)
    words = ("--optimizer", optimizer, "--weight-decay", "0.9")
    run = Training(data, tokenizer, tmp_path / "run", *words, steps=6)
    assert run.run() == 0, run.said
    start = Bert(Shape.from_config(MODEL | {"vocab_size": 256}, "test"))
    initialise(start, NewModel().seed, "bert")
    for name, weight in load_file(run.output / "model.safetensors").items():
        same = torch.equal(weight, model_folder.export_state(start.state_dict())[name])
        assert same == name.startswith(("bert.pooler.", "cls.seq_relationship.")), name


def test_metrics_say_what_happened(whole):
    rows = [row for row in whole.rows() if "loss" in row]
    assert [row["step"] for row in rows] == list(range(1, 31))
    for row in rows:
        assert row["loss"] == pytest.approx(row["mlm_loss"] + row["next_sentence_loss"])
        assert row["examples"] == 16 * row["step"]
        assert 0 <= row["mlm_accuracy"] <= 1
        assert 0 <= row["next_sentence_accuracy"] <= 1
        assert row["gradient_norm"] > 0
    first, last = (np.mean([row["loss"] for row in part]) for part in (rows[:5], rows[-5:]))
    assert last < first - 0.2
    validation = whole.rows()[-1]
    assert validation["step"] == 30
    assert 0 < validation["validation_loss"] < first


def test_tensorboard_reads_the_events(whole, tmp_path, monkeypatch):
    files = [str(whole.output / name) for name in ("metrics.jsonl", "timing.jsonl")]
    monkeypatch.setattr(sys, "argv", ["write_events", *files, "-o", str(tmp_path / EVENTS)])
    write_events.main()
    events = EventAccumulator(str(tmp_path)).Reload()
    values = {event.step: event.value for event in events.Scalars("training/loss")}
    rows = {row["step"]: row["loss"] for row in whole.rows() if "loss" in row}
    assert values == pytest.approx(rows)
    assert "validation/loss" in events.Tags()["scalars"]


def test_timing_and_cost_are_apart_from_the_results(whole):
    timing = [json.loads(x) for x in (whole.output / "timing.jsonl").read_text().splitlines()]
    assert [row["step"] for row in timing] == list(range(1, 31))
    assert all(row["tokens_per_second"] > 0 < row["mfu"] for row in timing)
    assert json.loads((whole.output / "cost.json").read_text())["device"] == "cpu"
    told = json.loads((whole.output / "training.json").read_text())
    assert told["settings"]["learning_rate"] == 0.003
    assert told["settings"]["precision"] == "fp32"
    assert told["work"]["examples"] == 30 * 16
    assert told["data"]["training"][0] == 400
    config = json.loads((whole.output / "config.json").read_text())
    assert "| training | 400 |" in card("model", config, told, whole.rows())


def test_files_can_be_read_by_others(whole):
    mask = os.umask(0)
    os.umask(mask)
    for path in whole.output.iterdir():
        assert path.stat().st_mode & 0o777 == 0o666 & ~mask, path.name


def test_a_second_run_gives_the_same_bytes(training, whole):
    run = training("again", steps=30)
    assert run.run() == 0, run.said
    assert run.same_as(whole)


def test_the_next_phase_goes_on_from_the_model(training, whole):
    run = training("next", "--init", str(whole.output), steps=5)
    assert run.run() == 0, run.said
    first = [row["loss"] for row in run.rows() if "loss" in row][:3]
    last = [row["loss"] for row in whole.rows() if "loss" in row][-3:]
    assert np.mean(first) < np.mean(last) + 0.3


def test_an_untrained_model_has_the_weights_that_training_starts_from(tokenizer, tmp_path):
    init_model.init_model(json.dumps(MODEL), tokenizer, tmp_path / "random", NewModel("bert"))
    model = BertForPreTraining.from_pretrained(tmp_path / "random")
    words = model.bert.embeddings.word_embeddings.weight.detach()
    assert words.std().item() == pytest.approx(0.0176, rel=0.05)
    assert (model.bert.pooler.dense.bias == 0).all()


def test_a_base_model_without_heads_can_be_gone_on_from(whole, tmp_path):
    BertForPreTraining.from_pretrained(whole.output).bert.save_pretrained(tmp_path / "base")
    model = model_folder.load_model(tmp_path / "base", seed=3)
    original = load_file(whole.output / "model.safetensors")
    exported = model_folder.export_state(model.state_dict())
    name = "bert.encoder.layer.1.attention.self.key.weight"
    assert torch.equal(exported[name], original[name])
    name = "cls.seq_relationship.weight"
    assert not torch.equal(exported[name], original[name])


@pytest.mark.parametrize("damage", ["truncated", "other shape", "no weights", "no config"])
def test_a_bad_model_folder_is_refused_by_name(whole, tmp_path, damage):
    folder = tmp_path / "model"
    folder.mkdir()
    for name in ("config.json", "model.safetensors"):
        (folder / name).write_bytes((whole.output / name).read_bytes())
    weights = folder / "model.safetensors"
    named = weights
    if damage == "truncated":
        weights.write_bytes(weights.read_bytes()[:5000])
    elif damage == "no weights":
        weights.unlink()
    elif damage == "no config":
        named = folder / "config.json"
        named.unlink()
    else:
        named = folder
        config = json.loads((folder / "config.json").read_text()) | {"intermediate_size": 63}
        (folder / "config.json").write_text(json.dumps(config))
    with pytest.raises(UserError, match=str(named)):
        model_folder.load_model(folder)


def test_the_help_tells_every_flag(capsys, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["pretrain", "--help"])
    with pytest.raises(SystemExit):
        pretrain.main()
    out = capsys.readouterr().out
    for flag in ("--batch-size", "--warmup", "--checkpoints", "--init", "--micro-batch-tokens"):
        assert flag in out


def test_a_phase_may_end_by_the_clock(training):
    run = training("clock", "--hours", "0.0003")
    assert run.run() == 0, run.said
    assert "of ?" in run.said or len(run.rows()) > 1
    assert "validation_loss" in run.rows()[-1]
    assert (run.output / "model.safetensors").exists()


def test_a_phase_may_last_some_epochs_and_its_batch_may_grow(training):
    run = training("epochs", "--epochs", "0.5", "--batch-start", "8", "--batch-ramp", "6")
    assert run.run() == 0, run.said
    seen = [row["examples"] for row in run.rows() if "loss" in row]
    assert seen[0] == 8
    assert 200 <= seen[-1] < 216


@pytest.mark.parametrize(
    "words", [("--precision", "bf16"), ("--precision", "fp16"), ("--recompute",)]
)
@pytest.mark.slow
def test_other_precisions_learn_the_same(training, whole, words):
    run = training("other", "--dropout", "0.1", *words, steps=8)
    assert run.run() == 0, run.said
    losses = [[r["loss"] for r in x.rows() if "loss" in r][:8] for x in (run, whole)]
    assert losses[0] == pytest.approx(losses[1], rel=0.02)
