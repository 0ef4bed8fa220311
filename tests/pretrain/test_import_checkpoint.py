"""Checkpoints of others become model folders; what could run code is not read."""

import collections
import os
import pickle

import pytest
import torch
from safetensors.torch import load_file
from transformers import BertForPreTraining

from scripts.common.errors import UserError
from scripts.pretrain.import_checkpoint import import_checkpoint


@pytest.fixture(scope="module")
def weights(whole) -> dict[str, torch.Tensor]:
    """A state dict as transformers has it, the tied decoder included."""
    return BertForPreTraining.from_pretrained(whole.output).state_dict()


def azureml(weights, optimizer=True):
    """As AzureML-BERT saves: counters, a module that wraps the encoder twice, an optimizer."""
    names = {}
    for name, value in weights.items():
        name = name.replace("cls.", "loss.cls.") if name.startswith("cls") else name
        names[f"module.{name.replace('bert.', 'bert_encoder.')}"] = value
        if name.startswith("bert."):
            names[f"module.loss.{name}"] = value
    state = {"epoch": 15, "last_global_step": 187000, "model_state_dict": names}
    if optimizer:
        state["optimizer_state_dict"] = {
            "state": {0: {"exp_avg": torch.zeros(3)}},
            "param_groups": [],
        }
    return state


def nvidia(weights):
    """As NVIDIA saves: layers that fuse their activation have other names."""
    swaps = {
        "intermediate.dense.": "intermediate.dense_act.",
        "pooler.dense.": "pooler.dense_act.",
        "transform.dense.": "transform.dense_act.",
    }
    names = collections.OrderedDict()
    for name, value in weights.items():
        for old, new in swaps.items():
            name = name.replace(old, new)
        names[name] = value.half()
    return {"model": names, "optimizer": {"state": {}}, "files": [0, "a.hdf5"], "epoch": 0}


def old_names(weights):
    """A bare state dict of the days of TensorFlow's names."""
    return {
        name.replace("LayerNorm.weight", "LayerNorm.gamma").replace(
            "LayerNorm.bias", "LayerNorm.beta"
        ): value
        for name, value in weights.items()
    }


@pytest.mark.parametrize("form", [azureml, nvidia, old_names])
def test_a_checkpoint_becomes_a_model_folder(whole, weights, tokenizer, tmp_path, form):
    torch.save(form(weights), tmp_path / "ckpt.pt")
    config = {"num_attention_heads": 2}
    import_checkpoint(tmp_path / "ckpt.pt", tokenizer, config, tmp_path / "model")
    original = load_file(whole.output / "model.safetensors")
    imported = load_file(tmp_path / "model" / "model.safetensors")
    assert imported.keys() == original.keys()
    tolerance = 1e-3 if form is nvidia else 0
    for name, value in original.items():
        assert torch.allclose(imported[name], value, rtol=tolerance, atol=tolerance), name
    model = BertForPreTraining.from_pretrained(tmp_path / "model")
    assert (model.config.num_hidden_layers, model.config.num_attention_heads) == (2, 2)


def test_an_imported_model_can_be_trained_on(training, weights, tokenizer, tmp_path):
    torch.save(azureml(weights), tmp_path / "ckpt.pt")
    config = {"num_attention_heads": 2}
    import_checkpoint(tmp_path / "ckpt.pt", tokenizer, config, tmp_path / "model")
    run = training("on", "--init", str(tmp_path / "model"), steps=2)
    assert run.run() == 0, run.said


class Trap:
    """What runs code when it is unpickled."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)


@pytest.mark.parametrize("how", ["torch", "pickle"])
def test_code_in_a_checkpoint_is_never_run(tokenizer, weights, tmp_path, how):
    content = azureml(weights) | {"args": Trap(tmp_path / "ran")}
    if how == "torch":
        torch.save(content, tmp_path / "ckpt.pt")
    else:
        (tmp_path / "ckpt.pt").write_bytes(pickle.dumps(content))
    with pytest.raises(UserError, match=r"ckpt\.pt"):
        import_checkpoint(tmp_path / "ckpt.pt", tokenizer, None, tmp_path / "model")
    assert not (tmp_path / "ran").exists()
    assert not (tmp_path / "model").exists()


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 no zip", b"text"])
def test_what_is_no_checkpoint_is_refused_by_name(tokenizer, tmp_path, content):
    (tmp_path / "ckpt.pt").write_bytes(content)
    with pytest.raises(UserError, match=r"ckpt\.pt"):
        import_checkpoint(tmp_path / "ckpt.pt", tokenizer, None, tmp_path / "model")


def test_a_truncated_checkpoint_or_one_without_bert_is_refused(tokenizer, weights, tmp_path):
    path = tmp_path / "ckpt.pt"
    torch.save(azureml(weights), path)
    path.write_bytes(path.read_bytes()[:-2000])
    with pytest.raises(UserError, match="truncated"):
        import_checkpoint(path, tokenizer, None, tmp_path / "model")
    torch.save({"model": {"linear.weight": torch.zeros(2)}}, path)
    with pytest.raises(UserError, match="no weights of a BERT"):
        import_checkpoint(path, tokenizer, None, tmp_path / "model")
    with pytest.raises(UserError, match="no such file"):
        import_checkpoint(tmp_path / "none.pt", tokenizer, None, tmp_path / "model")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("classifier.weight", "classifier.weight is no weight of BERT"),
        ("x.bert.pooler.dense.bias", r"x\.bert\.pooler\.dense\.bias is another bert\.pooler"),
        (
            "bert.encoder.layer.0.crossattention.self.key.bias",
            "crossattention.* no place in a BERT",
        ),
        ("cls.predictions.decoder.weight", "decoder.weight differs from"),
    ],
)
def test_a_tensor_that_is_not_used_is_named_in_a_refusal(tokenizer, weights, tmp_path, name, said):
    torch.save(weights | {name: weights.get(name, torch.zeros(3)) + 1}, tmp_path / "ckpt.pt")
    with pytest.raises(UserError, match=said):
        import_checkpoint(
            tmp_path / "ckpt.pt", tokenizer, {"num_attention_heads": 2}, tmp_path / "model"
        )
    assert not (tmp_path / "model").exists()


@pytest.mark.parametrize("shape", [(), (3,)])
def test_weights_of_no_berts_shape(tokenizer, weights, tmp_path, shape):
    for part in ("word", "position"):
        name = f"bert.embeddings.{part}_embeddings.weight"
        torch.save(weights | {name: torch.zeros(shape)}, tmp_path / "ckpt.pt")
        with pytest.raises(UserError, match=r"ckpt\.pt"):
            import_checkpoint(tmp_path / "ckpt.pt", tokenizer, None, tmp_path / "model")


def test_a_tied_decoder_may_have_another_type(tokenizer, weights, tmp_path):
    words = weights["bert.embeddings.word_embeddings.weight"].half()
    given = {"bert.embeddings.word_embeddings.weight": words.float()}
    torch.save(weights | given | {"cls.predictions.decoder.weight": words}, tmp_path / "ckpt.pt")
    config = {"num_attention_heads": 2}
    import_checkpoint(tmp_path / "ckpt.pt", tokenizer, config, tmp_path / "model")


def test_a_config_that_the_weights_do_not_tell_is_asked_for(tokenizer, weights, tmp_path):
    torch.save(weights, tmp_path / "ckpt.pt")
    for config, said in (
        (None, "num_attention_heads is 0, but must be at least 1"),
        ({"num_attention_heads": 2, "is_decoder": True}, "is_decoder is True"),
    ):
        with pytest.raises(UserError, match=said):
            import_checkpoint(tmp_path / "ckpt.pt", tokenizer, config, tmp_path / "model")


def test_values_that_are_not_finite_are_refused_by_name(tokenizer, weights, tmp_path):
    name = "bert.encoder.layer.0.output.dense.bias"
    torch.save(weights | {name: weights[name] / 0}, tmp_path / "ckpt.pt")
    with pytest.raises(UserError, match=rf"{name} has values that are not finite"):
        import_checkpoint(tmp_path / "ckpt.pt", tokenizer, None, tmp_path / "model")
