"""A tokenizer folder: special ids, kinds of tokens, and what is refused."""

import json

import pytest
from tokenizers import AddedToken, Tokenizer, models

from scripts.common.digest import file_digest
from scripts.common.errors import UserError
from scripts.examples.tokenizer.vocabulary import (
    find_special_ids,
    find_token_kinds,
    load_vocabulary,
    open_tokenizer,
)
from tests.examples.texts import TOKENS, tokenizer_folder

IDS = {"pad": 0, "unk": 1, "cls": 2, "sep": 3, "mask": 4}


def word_level(*tokens):
    return Tokenizer(models.WordLevel({token: n for n, token in enumerate(tokens)}, "<unk>"))


def test_a_folder(tmp_path):
    vocabulary = load_vocabulary(tokenizer_folder(tmp_path))
    assert vocabulary.size == len(TOKENS) == len(vocabulary.token_kinds)
    assert vocabulary.special_ids == IDS
    assert vocabulary.sha256 == file_digest(tmp_path / "vocab.txt")
    assert vocabulary.tokenizer.encode("[MASK]", add_special_tokens=False).tokens == [
        "[",
        "mask",
        "]",
    ]


@pytest.mark.parametrize("name", ["vocab.txt", "tokenizer.json", "tokenizer_config.json"])
def test_a_missing_file(tmp_path, name):
    folder = tokenizer_folder(tmp_path)
    (folder / name).unlink()
    with pytest.raises(UserError, match=f"{name}: no such file"):
        load_vocabulary(folder)


def test_files_that_hold_something_else(tmp_path):
    folder = tokenizer_folder(tmp_path)
    (folder / "tokenizer_config.json").write_text("[]")
    with pytest.raises(UserError, match=r"tokenizer_config\.json: not a JSON object"):
        load_vocabulary(folder)
    (folder / "tokenizer.json").write_text('{"model": 3}')
    with pytest.raises(UserError, match=r"tokenizer\.json: not a tokenizer"):
        open_tokenizer(folder / "tokenizer.json")


def test_padding_and_truncation_are_taken_off(tmp_path):
    tokenizer = Tokenizer.from_file(str(tokenizer_folder(tmp_path) / "tokenizer.json"))
    tokenizer.enable_padding(length=9)
    tokenizer.enable_truncation(2)
    tokenizer.save(str(tmp_path / "tokenizer.json"))
    encoding = open_tokenizer(tmp_path / "tokenizer.json").encode("the cat the cat")
    assert len(encoding.ids) == 6


def test_special_tokens_by_their_roles():
    """By the names that the settings give, or BERT's own."""
    tokenizer = word_level("[PAD]", "<unk>", "<s>", "[SEP]", "<m>")
    special = {"unk": "<unk>", "cls": "<s>", "mask": "<m>"}
    assert find_special_ids(tokenizer, special, "f") == IDS
    with pytest.raises(UserError, match=r"f: the tokenizer has no mask token \(\[MASK\]\)"):
        find_special_ids(tokenizer, special | {"mask": None}, "f")


def test_kinds_of_tokens():
    tokens = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "##s", "##", "s##", "[unused7]"]
    tokens += ["[unused7", "a[unused7]"]
    tokens = {token: n for n, token in enumerate(tokens)}
    tokenizer = Tokenizer(models.WordPiece(tokens))
    tokenizer.add_special_tokens(["[EXTRA]"])
    tokenizer.add_tokens([AddedToken("ordinary")])
    assert find_token_kinds(tokenizer, IDS).tolist() == [5, 4, 5, 5, 5, 2, 0, 0, 4, 0, 0, 4, 0]


def test_the_size_is_that_of_the_highest_id(tmp_path):
    folder = tokenizer_folder(tmp_path)
    description = json.loads((folder / "tokenizer.json").read_text())
    description["model"]["vocab"]["far"] = 70
    (folder / "tokenizer.json").write_text(json.dumps(description))
    vocabulary = load_vocabulary(folder)
    assert vocabulary.size == len(vocabulary.token_kinds) == 71
    assert vocabulary.token_kinds[[69, 70]].tolist() == [4, 0]


def test_bpe_tokenizes_the_same_each_time(tmp_path):
    tokens = {token: number for number, token in enumerate(["l", "o", "w", "lo", "low"])}
    Tokenizer(models.BPE(tokens, [("l", "o"), ("lo", "w")], dropout=0.5)).save(
        str(tmp_path / "t.json")
    )
    tokenizer = open_tokenizer(tmp_path / "t.json")
    assert {tuple(tokenizer.encode("low").ids) for _ in range(50)} == {(4,)}
