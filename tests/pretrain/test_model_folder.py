"""Weights under Hugging Face's names, and heads that a folder lacks."""

import pytest
import torch

from scripts.common.errors import UserError
from scripts.pretrain.architectures import model_folder
from scripts.pretrain.architectures.bert import Bert, Shape
from scripts.pretrain.architectures.initialisation import initialise


@pytest.fixture
def model() -> Bert:
    made = Bert(Shape(20, 4, 1, 2, 8, max_position_embeddings=6))
    initialise(made, 1)
    return made


def test_names_there_of_parameters_here():
    names = model_folder.outer_names
    assert names("head_bias") == ["cls.predictions.bias"]
    assert names("word_embeddings.weight") == ["bert.embeddings.word_embeddings.weight"]
    assert names("layers.3.down.bias") == ["bert.encoder.layer.3.output.dense.bias"]
    assert names("layers.0.qkv.weight") == [
        f"bert.encoder.layer.0.attention.self.{part}.weight" for part in ("query", "key", "value")
    ]


def test_heads_that_are_lacking_stay_and_are_told(model, monkeypatch, tmp_path):
    said = []
    monkeypatch.setattr(
        model_folder.log, "warning", lambda text, *values: said.append(text % values)
    )
    outer = model_folder.export_state(model.state_dict())
    kept = {name: p.detach().clone() for name, p in model.named_parameters()}
    model_folder.import_state(model, outer, tmp_path)
    assert not said
    base = {name: value + 1 for name, value in outer.items() if not name.startswith("cls.")}
    model_folder.import_state(model, base, tmp_path)
    assert "drawn at random" in said[0]
    for name, parameter in model.named_parameters():
        moved = not name.startswith(("head", "next_sentence"))
        assert torch.equal(parameter, kept[name] + moved), name


def test_what_is_no_weights_of_this_model_is_refused(model, tmp_path):
    outer = model_folder.export_state(model.state_dict())
    missing = {name: value for name, value in outer.items() if "layer.0.output" not in name}
    with pytest.raises(UserError, match=r"lacks encoder\.layer\.0\.output"):
        model_folder.import_state(model, missing, tmp_path)
    name = "bert.embeddings.word_embeddings.weight"
    with pytest.raises(UserError, match=r"has shape \[19, 4\], but its config says \[20, 4\]"):
        model_folder.import_state(model, outer | {name: outer[name][:19]}, tmp_path)


def test_the_first_line_of_an_error():
    assert model_folder.first_line(ValueError("one\ntwo")) == "one"
    assert model_folder.first_line(ValueError()) == "ValueError"


def test_weights_that_are_not_finite_are_refused_by_name(model, tmp_path):
    state = model_folder.export_state(model.state_dict())
    name = "bert.encoder.layer.0.output.dense.bias"
    state[name][1] = float("nan")
    with pytest.raises(UserError, match=r"layer\.0\.output\.dense\.bias has values that are not"):
        model_folder.import_state(model, state, tmp_path)
