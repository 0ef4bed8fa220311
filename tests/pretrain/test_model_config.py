"""Configs of models: where they are read from, and what is made of them."""

import json

import pytest
from transformers import BertConfig

from scripts.common.errors import UserError
from scripts.pretrain.architectures import model_config
from scripts.pretrain.architectures.model_config import Shape

CONFIG = {
    "vocab_size": 320,
    "hidden_size": 48,
    "num_hidden_layers": 3,
    "num_attention_heads": 4,
    "intermediate_size": 96,
}


def test_a_config_is_json_or_a_file_of_it(tmp_path):
    assert model_config.read_model(' {"hidden_size": 8}') == {"hidden_size": 8}
    (tmp_path / "config.json").write_text(json.dumps(CONFIG))
    assert model_config.read_model(str(tmp_path / "config.json")) == CONFIG
    assert model_config.read_config(tmp_path) == CONFIG
    with pytest.raises(UserError, match=r"none\.json: no such file"):
        model_config.read_model(str(tmp_path / "none.json"))
    with pytest.raises(UserError, match=r"--model: is not JSON"):
        model_config.read_model("{hidden")
    with pytest.raises(UserError, match=r"config\.json: no such file"):
        model_config.read_config(tmp_path / "none")
    (tmp_path / "config.json").write_text("[]")
    with pytest.raises(UserError, match=r"config\.json: no JSON object"):
        model_config.read_config(tmp_path)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"model_type": "gpt2"}, "model_type is 'gpt2'; only a BERT with 'bert' can be pretrained"),
        ({"tie_word_embeddings": False}, "tie_word_embeddings is False"),
        ({"is_decoder": True}, "is_decoder is True"),
        ({"add_cross_attention": True}, "add_cross_attention is True"),
        ({"pruned_heads": {"0": [1]}}, "pruned_heads is {'0': \\[1\\]}"),
        ({"position_embedding_type": "relative_key"}, "position_embedding_type is 'relative_key'"),
        ({"quantization_config": {"bits": 4}}, "quantization_config is not known of BERT"),
        ({"alibi_starting_size": 512}, "alibi_starting_size is not known of BERT; remove it"),
        ({"vocab_size": None}, "vocab_size is None, but must be of type int"),
        ({"hidden_size": 48.0}, "hidden_size is 48.0, but must be of type int"),
        ({"num_hidden_layers": True}, "num_hidden_layers is True, but must be of type int"),
        ({"num_attention_heads": 0}, "num_attention_heads is 0, but must be at least 1"),
        ({"type_vocab_size": 0}, "type_vocab_size is 0, but must be at least 1"),
        ({"hidden_dropout_prob": 1.0}, "hidden_dropout_prob is 1.0, but must be below 1"),
        ({"layer_norm_eps": float("nan")}, "layer_norm_eps is nan, but must be at least 0"),
        ({"hidden_act": "relu"}, "hidden_act is 'relu', but must be one of"),
        ({"num_attention_heads": 5}, "hidden_size must be a multiple of num_attention_heads"),
    ],
)
def test_configs_of_other_models_are_refused(change, said):
    with pytest.raises(UserError, match=f"^here: {said}"):
        Shape.from_config(CONFIG | change, "here")


def test_a_config_must_say_how_large_the_model_is():
    with pytest.raises(UserError, match="here: lacks hidden_size, num_hidden_layers"):
        Shape.from_config({"vocab_size": 3, "intermediate_size": 4}, "here")


def test_every_key_that_transformers_knows_of_bert_is_known_here():
    """What its version of tomorrow adds is looked at, before it is taken for nothing."""
    theirs = set(BertConfig(num_labels=3, problem_type="regression").to_dict())
    ours = {*Shape.__annotations__, *model_config.FIXED, *model_config.WITHOUT_EFFECT}
    assert theirs - ours == set()


def test_a_config_that_states_what_changes_nothing_is_taken():
    config = BertConfig(**CONFIG, return_dict=False, classifier_dropout=0.5, num_labels=5)
    shape = Shape.from_config(json.loads(config.to_json_string(use_diff=False)), "here")
    assert (shape.vocab_size, shape.layer_norm_eps) == (320, 1e-12)


@pytest.mark.parametrize(("size", "padded"), [(1, 64), (64, 64), (65, 128), (30522, 30528)])
def test_a_vocabulary_is_padded_to_a_multiple_of_64(size, padded):
    config = model_config.new_config({"vocab_size": 7, "hidden_size": 8}, size)
    assert config == {"vocab_size": padded, "hidden_size": 8}


def test_a_folder_states_what_its_model_is():
    given = {"hidden_size": 8, "torch_dtype": "x", "transformers_version": "1", "model_type": "x"}
    given["auto_map"] = {"AutoModel": "mine.Model"}  # code that this folder will not hold
    assert model_config.finished_config(given) == {
        "hidden_size": 8,
        "architectures": ["BertForPreTraining"],
        "dtype": "float32",
        "model_type": "bert",
        "tie_word_embeddings": True,
    }


def test_all_special_ids_are_the_tokenizers():
    config = model_config.with_special_ids({"pad_token_id": 0, "x": 1}, {"pad": 7, "sep": 3})
    assert config == {"pad_token_id": 7, "sep_token_id": 3, "x": 1}
