"""Weights under Hugging Face's names, in all forms that people have them in, and heads that a folder lacks."""

import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from transformers import BertConfig, BertForPreTraining, BertModel

from scripts.common.errors import UserError
from scripts.pretrain.architectures import model_folder
from scripts.pretrain.architectures.bert import Bert
from scripts.pretrain.architectures.initialisation import initialise
from scripts.pretrain.architectures.model_config import Shape, read_config
from tests.pretrain.test_bert import CONFIG, LENGTHS, loss_of, padded, random_batch


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
    with pytest.raises(UserError, match=r"lacks bert\.encoder\.layer\.0\.output"):
        model_folder.import_state(model, missing, tmp_path)
    name = "bert.embeddings.word_embeddings.weight"
    with pytest.raises(UserError, match=r"of shape \[19, 4\], but its config says \[20, 4\]"):
        model_folder.import_state(model, outer | {name: outer[name][:19]}, tmp_path)


def test_queries_and_keys_of_different_widths(model, tmp_path):
    outer = model_folder.export_state(model.state_dict())
    name = "bert.encoder.layer.0.attention.self.key.weight"
    with pytest.raises(UserError, match=rf"{name} is torch.float32 of shape \[4, 3\]"):
        model_folder.import_state(model, outer | {name: outer[name][:, :3]}, tmp_path)


def test_whole_numbers_are_no_weights(model, tmp_path):
    name = "bert.encoder.layer.0.output.dense.weight"
    outer = model_folder.export_state(model.state_dict())
    with pytest.raises(UserError, match=r"output\.dense\.weight is torch\.int8 of shape"):
        model_folder.import_state(model, outer | {name: outer[name].to(torch.int8)}, tmp_path)


@pytest.fixture(scope="module")
def theirs() -> BertForPreTraining:
    """A BERT of transformers with biases that are not zero."""
    torch.manual_seed(3)
    made = BertForPreTraining(BertConfig(**CONFIG)).eval()
    for parameter in made.parameters():
        if parameter.dim() == 1:
            torch.nn.init.normal_(parameter, 0.5, 0.3)
    return made


def tensors(theirs: BertForPreTraining) -> dict[str, torch.Tensor]:
    """Its weights, each with memory of its own."""
    return {name: value.clone() for name, value in theirs.state_dict().items()}


def write(folder: Path, theirs: BertForPreTraining, weights: dict, name="model.safetensors"):
    """Its config, and these weights in one file."""
    theirs.config.save_pretrained(folder)
    if name.endswith(".bin"):
        torch.save(weights, folder / name)
    else:
        save_file(weights, folder / name, {"format": "pt"})


def one_file(theirs, folder):
    theirs.save_pretrained(folder)


def several_files(theirs, folder):
    theirs.save_pretrained(folder, max_shard_size="40KB")
    assert len(list(folder.glob("model-*.safetensors"))) > 2


def older_file(theirs, folder):
    write(folder, theirs, tensors(theirs), "pytorch_model.bin")


def older_files(theirs, folder):
    parts = list(tensors(theirs).items())
    files = {"pytorch_model-1.bin": dict(parts[::2]), "pytorch_model-2.bin": dict(parts[1::2])}
    for name, part in files.items():
        write(folder, theirs, part, name)
    names = {key: name for name, part in files.items() for key in part}
    (folder / "pytorch_model.bin.index.json").write_text(
        json.dumps({"metadata": {}, "weight_map": names})
    )


def days_of_tensorflow(theirs, folder):
    old = {
        name.replace("LayerNorm.weight", "LayerNorm.gamma").replace(
            "LayerNorm.bias", "LayerNorm.beta"
        ): value
        for name, value in tensors(theirs).items()
    }
    old["bert.embeddings.position_ids"] = torch.arange(64)[None]
    write(folder, theirs, old, "pytorch_model.bin")


def bias_of_the_decoder(theirs, folder):
    weights = tensors(theirs)
    del weights["cls.predictions.bias"]
    write(folder, theirs, weights)


def half(theirs, folder):
    write(folder, theirs, {name: value.bfloat16() for name, value in tensors(theirs).items()})


FORMS = [
    one_file, several_files, older_file, older_files, days_of_tensorflow, bias_of_the_decoder, half,
]  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_the_loss_is_transformers_on_the_folder_that_came_in_and_on_the_one_that_goes_out(
    theirs, tokenizer, tmp_path, form
):
    form(theirs, tmp_path / "in")
    ours = model_folder.load_model(tmp_path / "in")
    config = read_config(tmp_path / "in")
    model_folder.save_model(tmp_path / "out", ours.state_dict(), config, tokenizer)
    batch = random_batch(LENGTHS * 8)
    with torch.no_grad():
        loss = loss_of(ours, batch)
        for folder in ("in", "out"):
            model = BertForPreTraining.from_pretrained(tmp_path / folder, dtype=torch.float32)
            assert model(**padded(batch)).loss == pytest.approx(loss.item(), abs=1e-4), folder


def test_a_base_model_is_transformers(theirs, tmp_path):
    theirs.bert.save_pretrained(tmp_path)
    ours = model_folder.load_model(tmp_path)
    outer = model_folder.export_state(ours.state_dict())
    base = BertModel.from_pretrained(tmp_path).state_dict()
    assert all(torch.equal(outer[f"bert.{name}"], value) for name, value in base.items())


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("classifier.weight", "classifier.weight and 0 more have no place in a BERT of its config"),
        ("bert.encoder.layer.3.output.dense.bias", "layer.3.output.dense.bias and 0 more"),
        ("cls.predictions.decoder.weight", "decoder.weight differs from bert.embeddings.word_emb"),
        ("cls.predictions.decoder.bias", "decoder.bias differs from cls.predictions.bias"),
    ],
)
def test_a_tensor_that_is_not_used_is_named_in_a_refusal(theirs, tmp_path, name, said):
    weights = tensors(theirs)
    weights[name] = weights.get(name, torch.zeros(3)) + 1
    write(tmp_path, theirs, weights)
    with pytest.raises(UserError, match=said) as caught:
        model_folder.load_model(tmp_path)
    assert str(tmp_path) in str(caught.value)
