"""A tokenizer without transformers: its answers, and when it is not taken."""

import json
import shutil

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scripts.common.errors import UserError
from scripts.examples.tokenizer.bert_tokenizer import bert_tokenizer, write_folder
from scripts.glue.finetuning.light_tokenizer import read_light_tokenizer
from scripts.glue.finetuning.model_loader import load_tokenizer
from tests.glue.made import WORDS

TEXT = st.text(max_size=20) | st.lists(
    st.sampled_from([*WORDS, "[MASK]", "[SEP]", "Fine", "w\u00e4rm", "\u6c34", "a\u0301b"]),
    max_size=12,
).map(" ".join)


@pytest.fixture(scope="module", params=["BERT", "generic"])
def written(request, model_folder, tmp_path_factory):
    """A folder as pretraining writes it, of a model whose tokenizer is BERT's, or another."""
    folder = shutil.copytree(model_folder, tmp_path_factory.mktemp("written") / "model")
    backend = bert_tokenizer((folder / "vocab.txt").read_text().split(), lowercase=True)
    if request.param == "generic":
        backend.model.max_input_chars_per_word = 3
    write_folder(folder, backend, 64)
    return folder


@pytest.fixture(scope="module")
def both(written):
    return read_light_tokenizer(written), load_tokenizer(written)


@pytest.fixture
def folder(written, tmp_path):
    return shutil.copytree(written, tmp_path / "model")


def change(folder, **changes):
    path = folder / "tokenizer_config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


@settings(max_examples=25)
@given(st.lists(st.tuples(TEXT, TEXT), min_size=1, max_size=5), st.integers(4, 20), st.booleans())
def test_its_answers_are_those_of_transformers(both, pairs, length, one):
    sides = [list(side) for side in zip(*pairs, strict=True)][: 1 if one else 2]
    options = {"truncation": True, "max_length": length, "return_attention_mask": False}
    found, expected = (tokenizer(*sides, **options) for tokenizer in both)
    assert dict(found) == dict(expected)
    cut = [
        [bool(encoding.overflowing) for encoding in side.encodings] for side in (found, expected)
    ]
    assert cut[0] == cut[1]


def test_what_the_rest_asks_of_it_is_transformers_too(both):
    light, theirs = both
    assert light.get_vocab() == theirs.get_vocab()
    for name in ("pad_token_id", "padding_side"):
        assert getattr(light, name) == getattr(theirs, name)
    assert {*light.model_input_names, "attention_mask"} == set(theirs.model_input_names)


def test_a_saved_one_is_read_again(both, tmp_path):
    both[0].save_pretrained(tmp_path)
    again = (read_light_tokenizer(tmp_path), load_tokenizer(tmp_path))
    for tokenizer in again:
        assert dict(tokenizer(["Fine [MASK] house"], return_attention_mask=False)) == dict(
            both[0](["Fine [MASK] house"])
        )


@pytest.mark.parametrize(
    "changes",
    [
        {"do_lower_case": None},
        {"strip_accents": False},
        {"cls_token": "[SEP]", "mask_token": None},
        {"pad_token": "[NONE]"},
        {"tokenizer_class": "RobertaTokenizer"},
        {"model_input_names": ["input_ids"]},
        {"padding_side": "left"},
        {"additional_special_tokens": ["fine"]},
    ],
)
def test_with_other_settings_it_is_left_to_transformers(folder, changes):
    assert read_light_tokenizer(folder) is not None
    change(folder, **changes)
    assert read_light_tokenizer(folder) is None


def test_with_other_files_it_is_left_to_transformers(folder):
    (folder / "added_tokens.json").write_text("{}")
    assert read_light_tokenizer(folder) is None
    (folder / "added_tokens.json").unlink()
    settings = (folder / "tokenizer_config.json").read_text()
    (folder / "tokenizer_config.json").unlink()
    assert read_light_tokenizer(folder) is None
    (folder / "tokenizer_config.json").write_text(settings)
    assert read_light_tokenizer(folder) is not None


def test_what_transformers_saved_is_left_to_it(model_folder, written, tmp_path):
    assert read_light_tokenizer(model_folder) is None
    load_tokenizer(written).save_pretrained(tmp_path)
    assert read_light_tokenizer(tmp_path) is None


def test_a_tokenizer_json_that_its_settings_do_not_fit(folder):
    """Of BERT's class, transformers would read the settings, not the file."""
    text = (folder / "tokenizer.json").read_text()
    (folder / "tokenizer.json").write_text(text.replace('"lowercase": true', '"lowercase": false'))
    generic = "model_input_names" in json.loads((folder / "tokenizer_config.json").read_text())
    assert (read_light_tokenizer(folder) is None) is not generic


def test_damage_is_told(folder):
    (folder / "tokenizer.json").write_text("{}")
    with pytest.raises(UserError, match="not a tokenizer"):
        read_light_tokenizer(folder)
