"""Configs of models: where they are read from, and what is made of them."""

import pytest

from scripts.common.errors import UserError
from scripts.pretrain.architectures import model_config


def test_a_config_is_json_or_a_file_of_it(tmp_path):
    assert model_config.read_model(' {"hidden_size": 8}') == {"hidden_size": 8}
    (tmp_path / "config.json").write_text('{"hidden_size": 9}')
    assert model_config.read_model(str(tmp_path / "config.json")) == {"hidden_size": 9}
    assert model_config.read_config(tmp_path) == {"hidden_size": 9}
    with pytest.raises(UserError, match=r"none\.json: no such file; give a Hugging Face config"):
        model_config.read_model(str(tmp_path / "none.json"))
    with pytest.raises(UserError, match=r"--model: is not JSON"):
        model_config.read_model("{hidden")
    with pytest.raises(UserError, match=r"config\.json: no such file; give a model folder"):
        model_config.read_config(tmp_path / "none")


@pytest.mark.parametrize(("size", "padded"), [(1, 64), (64, 64), (65, 128), (30522, 30528)])
def test_a_vocabulary_is_padded_to_a_multiple_of_64(size, padded):
    config = model_config.new_config({"vocab_size": 7, "hidden_size": 8}, size)
    assert config == {"vocab_size": padded, "hidden_size": 8}


def test_a_folder_states_what_its_model_is():
    given = {"hidden_size": 8, "torch_dtype": "x", "transformers_version": "1", "model_type": "x"}
    assert model_config.finished_config(given) == {
        "hidden_size": 8,
        "architectures": ["BertForPreTraining"],
        "dtype": "float32",
        "model_type": "bert",
        "tie_word_embeddings": True,
    }


def test_a_tokenizer_has_a_token_a_line(tmp_path):
    (tmp_path / "vocab.txt").write_text("a\nb\nc\n")
    assert model_config.tokenizer_size(tmp_path) == 3
    with pytest.raises(UserError, match=r"vocab\.txt: no such file; a tokenizer folder"):
        model_config.tokenizer_size(tmp_path / "none")
