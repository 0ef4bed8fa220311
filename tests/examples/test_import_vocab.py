"""Given vocabularies: BERT's lists, tokenizers of any kind, and what is refused."""

import json

import numpy as np
import pytest
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers
from transformers import AutoTokenizer, PreTrainedTokenizerFast

from scripts.common.errors import UserError
from scripts.common.text import zstd_writer
from scripts.examples.h5.token_files import open_tokens
from scripts.examples.import_vocab import import_vocab
from scripts.examples.masking.token_kinds import CONTINUES
from scripts.examples.tokenize_shard import tokenize_shard
from scripts.examples.tokenizer.form import Form
from tests.examples.texts import TOKENS, tokenizer_folder
from tests.runs import digest

FILES = ["tokenizer.json", "tokenizer_config.json", "vocab.txt"]
FORM = Form(lowercase=True, max_length=512)


def test_a_vocab_txt(tmp_path):
    given = tmp_path / "given.txt"
    given.write_bytes("\ufeff".encode() + "\r\n".join(TOKENS).encode() + b"\r\n")
    assert import_vocab(given, tmp_path / "a", FORM) == len(TOKENS)
    tokenizer_folder(tmp_path / "b")
    for name in FILES:
        assert digest(tmp_path / "a" / name) == digest(tmp_path / "b" / name)


def test_a_folder(tmp_path):
    """A BERT folder with all files, with tokenizer.json only, and with vocab.txt only."""
    folder = tokenizer_folder(tmp_path / "given", lowercase=False)
    import_vocab(folder, tmp_path / "all", FORM)
    for name in FILES:
        assert (tmp_path / "all" / name).read_text() == (folder / name).read_text()
    (folder / "vocab.txt").unlink()
    import_vocab(folder, tmp_path / "json", FORM)
    assert (tmp_path / "json/vocab.txt").read_text().splitlines() == TOKENS
    (folder / "tokenizer.json").unlink()
    (folder / "vocab.txt").write_text("\n".join(TOKENS))
    import_vocab(folder, tmp_path / "list", FORM)
    assert (
        json.loads((tmp_path / "list/tokenizer_config.json").read_text())["do_lower_case"] is False
    )


def byte_level(folder):
    """A tokenizer as RoBERTa's: byte-level BPE with its own special tokens."""
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    special = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(special_tokens=special, initial_alphabet=alphabet, vocab_size=330)
    tokenizer.train_from_iterator(["the cat sings", "the dog sings high"] * 9, trainer)
    return save(tokenizer, folder, "<s>", "</s>")


def unigram(folder):
    """A tokenizer as XLM-R's: SentencePiece's unigram model."""
    pieces = [("<s>", 0.0), ("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), ("<mask>", 0.0)]
    pieces += [(piece, -1.0) for piece in ("▁the", "▁cat", "s", "▁", "c", "a", "t", "h", "e", "o")]
    tokenizer = Tokenizer(models.Unigram(pieces, unk_id=3))
    tokenizer.normalizer = normalizers.NFKC()
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.decoder = decoders.Metaspace()
    tokenizer.add_special_tokens([piece for piece, _ in pieces[:5]])
    return save(tokenizer, folder, "<s>", "</s>")


def save(tokenizer, folder, cls, sep):
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, cls_token=cls, sep_token=sep, pad_token="<pad>",
        unk_token="<unk>", mask_token="<mask>",
    ).save_pretrained(folder)  # fmt: skip
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("make", [byte_level, unigram])
def test_other_tokenizers(tmp_path, make):
    """Any fast tokenizer with the five special tokens serves, to the last example."""
    given = make(tmp_path / "given")
    import_vocab(given, tmp_path / "vocab", Form(max_length=64))
    loaded = AutoTokenizer.from_pretrained(tmp_path / "vocab")
    assert loaded.model_max_length == 64
    assert loaded.mask_token == "<mask>"
    with zstd_writer(tmp_path / "a.txt.zst") as file:
        file.write("the cats\nthe <mask> cat\n\nthe cat\n")
    tokenize_shard(tmp_path / "a.txt.zst", tmp_path / "vocab", tmp_path / "a.h5")
    tokens = open_tokens(tmp_path / "a.h5")
    first = tokens.tokens[slice(*tokens.sentences[:2])]
    kinds, ids = tokens.token_kinds, json.loads(tokens.attributes["special_ids"])
    text = loaded.decode(tokens.tokens)
    assert not np.isin(tokens.tokens, [ids["mask"], ids["cls"], ids["pad"]]).any()
    assert text.startswith("the cats")
    assert ids == {role: getattr(loaded, f"{role}_token_id") for role in ids}
    assert kinds[first[-1]] & CONTINUES  # the s of cats


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[PAD]\n[UNK]\nthe\n", r"lacks \[CLS\], \[SEP\], \[MASK\]"),
        ("[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nthe\nthe\n", "line 7 is a repeated token"),
        ("[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\n\nthe\n", "line 6 is empty"),
        ("", "lacks"),
    ],
)
def test_bad_vocab_txt(tmp_path, text, message):
    (tmp_path / "vocab.txt").write_text(text)
    with pytest.raises(UserError, match=message):
        import_vocab(tmp_path / "vocab.txt", tmp_path / "out", FORM)
    assert not (tmp_path / "out").exists()


def test_bad_folders(tmp_path):
    with pytest.raises(UserError, match="no such file or folder"):
        import_vocab(tmp_path / "none", tmp_path / "out", FORM)
    folder = tokenizer_folder(tmp_path / "given")
    (folder / "tokenizer.json").write_text('{"model": 3}')
    with pytest.raises(UserError, match=r"tokenizer\.json: not a tokenizer"):
        import_vocab(folder, tmp_path / "out", FORM)
    tokenizer = Tokenizer(models.WordPiece({"[UNK]": 0, "a": 1}, unk_token="[UNK]"))
    tokenizer.save(str(folder / "tokenizer.json"))
    with pytest.raises(UserError, match="no pad token"):
        import_vocab(folder, tmp_path / "out", FORM)


def test_a_folder_without_a_tokenizer(tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(UserError, match="empty: no tokenizer there"):
        import_vocab(tmp_path / "empty", tmp_path / "out", FORM)


def test_a_fast_tokenizer_keeps_its_own_settings(tmp_path):
    """Of another model, with the longest input bounded, and a list of tokens in lines."""
    vocabulary = {
        "<pad>": 0,
        "<unk>": 1,
        "<s>": 2,
        "</s>": 3,
        "<mask>": 4,
        "a\nb": 5,
        "\n": 6,
        "c": 8,
    }
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    folder = tmp_path / "given"
    folder.mkdir()
    tokenizer.save(str(folder / "tokenizer.json"))
    config = {"cls_token": "<s>", "sep_token": "</s>", "model_max_length": 100}
    config |= {f"{role}_token": f"<{role}>" for role in ("pad", "unk", "mask")}
    (folder / "tokenizer_config.json").write_text(json.dumps(config))
    for given, longest in ((folder, 64), (folder / "tokenizer.json", 200)):
        assert import_vocab(given, tmp_path / "out", Form(max_length=longest)) == 9
        written = json.loads((tmp_path / "out/tokenizer_config.json").read_text())
        assert written == config | {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "model_input_names": ["input_ids", "token_type_ids", "attention_mask"],
            "model_max_length": min(longest, 100),
        }
    tokens = (tmp_path / "out/vocab.txt").read_text().split("\n")
    assert tokens == [*list(vocabulary)[:5], '"a\\nb"', '"\\n"', "[unused7]", "c", ""]


def test_bert_without_settings_is_lowercase(tmp_path):
    folder = tokenizer_folder(tmp_path / "given")
    (folder / "tokenizer_config.json").unlink()
    import_vocab(folder, tmp_path / "out", FORM)
    assert (tmp_path / "out/tokenizer_config.json").read_text() == (
        tokenizer_folder(tmp_path / "own") / "tokenizer_config.json"
    ).read_text()
    (folder / "tokenizer.json").unlink()
    (folder / "tokenizer_config.json").write_text("{}")
    import_vocab(folder, tmp_path / "list", Form(lowercase=False))
    assert '"do_lower_case": true' in (tmp_path / "list/tokenizer_config.json").read_text()
