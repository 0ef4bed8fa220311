"""BERT's tokenizer and its folder, without transformers."""

import json

import pytest

from scripts.examples.tokenizer.bert_tokenizer import SPECIAL, bert_tokenizer, write_folder
from tests.examples.texts import TOKENS


def test_pairs_stand_between_special_tokens():
    encoding = bert_tokenizer(TOKENS, True).encode("The cats", "ÉE sing.")
    assert encoding.tokens == ["[CLS]", "the", "cat", "##s", "[SEP]", "[UNK]", "sing", ".", "[SEP]"]
    assert encoding.type_ids == [0] * 5 + [1] * 4
    assert bert_tokenizer(TOKENS, True).encode("dog").tokens == ["[CLS]", "dog", "[SEP]"]


@pytest.mark.parametrize(("lowercase", "tokens"), [(True, ["the", "e"]), (False, ["[UNK]", "é"])])
def test_case_and_accents(lowercase, tokens):
    encoding = bert_tokenizer(TOKENS, lowercase).encode("THE é", add_special_tokens=False)
    assert encoding.tokens == tokens


def test_a_word_of_more_than_a_hundred_letters_is_unknown():
    tokenizer = bert_tokenizer([*SPECIAL, "a", "##a"], True)
    for length, count in ((100, 100), (101, 1)):
        assert len(tokenizer.encode("a" * length, add_special_tokens=False).ids) == count


def test_the_folder(tmp_path):
    write_folder(tmp_path / "new", bert_tokenizer(TOKENS, lowercase=False), 64)
    assert (tmp_path / "new/vocab.txt").read_text().split("\n") == [*TOKENS, ""]
    assert json.loads((tmp_path / "new/tokenizer_config.json").read_text()) == {
        "tokenizer_class": "BertTokenizer", "do_lower_case": False, "strip_accents": None,
        "tokenize_chinese_chars": True, "model_max_length": 64, "pad_token": "[PAD]",
        "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]", "mask_token": "[MASK]",
    }  # fmt: skip
    description = json.loads((tmp_path / "new/tokenizer.json").read_text())
    assert description["model"]["vocab"] == {token: n for n, token in enumerate(TOKENS)}
    assert [token["content"] for token in description["added_tokens"]] == list(SPECIAL)
    assert description["decoder"]["type"] == "WordPiece"
