"""The user's own model folder."""

import pytest

from scripts.common.errors import UserError
from scripts.glue.files import given_model


def test_a_model_folder_needs_config_weights_and_tokenizer():
    files = {"m", "m/config.json", "m/model.safetensors", "m/pytorch_model.bin", "m/vocab.txt"}
    assert given_model.find("m/", files.__contains__) == [
        "m/config.json",
        "m/model.safetensors",
        "m/vocab.txt",
    ]
    for name, what in (("config.json", "config"), ("vocab.txt", "tokenizer")):
        with pytest.raises(UserError, match=f"glue.model: m: no {what} there"):
            given_model.find("m", (files - {f"m/{name}"}).__contains__)
    with pytest.raises(UserError, match="no weights there"):
        given_model.find("m", {"m", "m/config.json"}.__contains__)
    with pytest.raises(UserError, match="bert-base-uncased: no such folder"):
        given_model.find("bert-base-uncased", set().__contains__)
