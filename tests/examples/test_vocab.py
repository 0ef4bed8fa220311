"""Vocabularies, trained or given: the same bytes again, and what transformers makes of them."""

import json
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

from scripts.common.errors import UserError
from scripts.common.text import zstd_writer
from scripts.examples.h5.token_files import open_tokens
from scripts.examples.import_vocab import import_vocab
from scripts.examples.masking.token_kinds import CONTINUES
from scripts.examples.tokenize_shard import tokenize_shard
from scripts.examples.tokenizer.vocabulary import load_vocabulary
from scripts.examples.train_vocab import Settings, draw_sample, train_vocab
from tests.conftest import ROOT
from tests.examples.texts import TOKENS, tokenizer_folder

FILES = ["tokenizer.json", "tokenizer_config.json", "vocab.txt"]
SETTINGS = Settings(size=300, lowercase=True, sample_mb=1, seed=1, max_length=128)


def prose(path, lines=2000, seed=0):
    """Random words of common syllables, with ties between them."""
    random = np.random.default_rng(seed)
    syllables = ["ka", "to", "mi", "ren", "sul", "ba", "É", "ing", "漢", "x2", "no."]
    with zstd_writer(path) as file:
        for number in range(lines):
            words = ("".join(random.choice(syllables, random.integers(1, 4))) for _ in range(8))
            file.write(" ".join(words) + "\n" + "\n" * (number % 7 == 0))
    return path


@pytest.fixture(scope="module")
def shards(tmp_path_factory):
    folder = tmp_path_factory.mktemp("prose")
    return [prose(folder / f"{n}.txt.zst", seed=n) for n in range(3)]


def test_training_is_deterministic(shards, tmp_path):
    """The same bytes from processes with 1 and 4 threads."""
    results = []
    for run, threads in enumerate((1, 4, 2)):
        output = tmp_path / str(run)
        command = [
            sys.executable, "-m", "scripts.examples.train_vocab", *map(str, shards), "-o",
            str(output), "--size", "300", "--lowercase", "--threads", str(threads),
        ]  # fmt: skip
        subprocess.run(command, env={"PYTHONPATH": str(ROOT)}, check=True)
        assert sorted(path.name for path in output.iterdir()) == FILES
        results.append([(output / name).read_bytes() for name in FILES])
    assert results[0] == results[1] == results[2]


@pytest.mark.parametrize("lowercase", [True, False])
def test_transformers_loads_it(shards, tmp_path, lowercase):
    """AutoTokenizer, BERT's class: the same ids as the folder's tokenizer.json and as its vocab.txt."""
    from transformers import AutoTokenizer

    size = train_vocab(shards, tmp_path, replace(SETTINGS, lowercase=lowercase))
    tokens = (tmp_path / "vocab.txt").read_text().splitlines()
    assert len(tokens) == size == len(set(tokens)) <= 300
    assert tokens[:5] == ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    loaded = AutoTokenizer.from_pretrained(tmp_path)
    assert type(loaded).__name__.startswith("BertTokenizer")
    assert loaded.model_max_length == 128
    assert len(loaded) == loaded.vocab_size == size
    assert [loaded.convert_tokens_to_ids(token) for token in tokens] == list(range(size))
    text = "Katomi KATOMI Éing 漢to, no.x2 [unknown]☃"
    own = load_vocabulary(tmp_path)
    ids = loaded(text, text)
    body = own.tokenizer.encode(text, add_special_tokens=False).ids
    roles = own.special_ids
    assert ids["input_ids"] == [roles["cls"], *body, roles["sep"], *body, roles["sep"]]
    assert ids["token_type_ids"] == [0] * (len(body) + 2) + [1] * (len(body) + 1)
    assert loaded.tokenize("KATOMI") == loaded.tokenize("katomi") or not lowercase
    # An old program that knows vocab.txt only gets the same.
    from tokenizers.implementations import BertWordPieceTokenizer

    old = BertWordPieceTokenizer(str(tmp_path / "vocab.txt"), lowercase=lowercase)
    assert old.encode(text, add_special_tokens=False).ids == body


def test_sample_is_bounded_and_fair(shards):
    whole = draw_sample(shards, 10**9, 1)
    assert sum(map(len, whole)) + len(whole) > 120_000
    for limit in (50_000, 5_000, 100):
        part = draw_sample(shards, limit, 1)
        assert limit / 4 < sum(map(len, part)) + len(part) <= limit
        assert part != draw_sample(shards, limit, 2)
    # From all over: each third of the text gives its share (binomial, 5 standard deviations).
    part = draw_sample(shards, 50_000, 3)
    places = np.searchsorted(
        np.arange(0, 6000, 2000), [whole.index(line) for line in part], "right"
    )
    counts = np.bincount(places, minlength=4)[1:]
    assert (abs(counts - len(part) / 3) < 5 * np.sqrt(len(part) * 2 / 9)).all()


def test_training_errors(shards, tmp_path):
    with pytest.raises(UserError, match=r"vocab\.size: 30 is too small"):
        train_vocab(shards, tmp_path, replace(SETTINGS, size=30))
    (tmp_path / "empty.txt").write_text("\n\n")
    with pytest.raises(UserError, match="no sentence"):
        train_vocab([tmp_path / "empty.txt"], tmp_path, SETTINGS)
    (tmp_path / "latin.txt").write_bytes(b"caf\xe9\n")
    with pytest.raises(UserError, match="not UTF-8"):
        train_vocab([tmp_path / "latin.txt"], tmp_path, SETTINGS)


# A given vocabulary


def test_a_vocab_txt(tmp_path):
    given = tmp_path / "given.txt"
    given.write_bytes("\ufeff".encode() + "\r\n".join(TOKENS).encode() + b"\r\n")
    assert import_vocab(given, tmp_path / "a", True, 512) == len(TOKENS)
    tokenizer_folder(tmp_path / "b")
    for name in FILES:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_a_folder(tmp_path):
    """A BERT folder with all files, with tokenizer.json only, and with vocab.txt only."""
    folder = tokenizer_folder(tmp_path / "given", lowercase=False)
    import_vocab(folder, tmp_path / "all", True, 512)
    for name in FILES:
        assert (tmp_path / "all" / name).read_text() == (folder / name).read_text()
    (folder / "vocab.txt").unlink()
    import_vocab(folder, tmp_path / "json", True, 512)
    assert (tmp_path / "json/vocab.txt").read_text().splitlines() == TOKENS
    (folder / "tokenizer.json").unlink()
    (folder / "vocab.txt").write_text("\n".join(TOKENS))
    import_vocab(folder, tmp_path / "list", True, 512)
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
    from transformers import PreTrainedTokenizerFast

    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, cls_token=cls, sep_token=sep, pad_token="<pad>",
        unk_token="<unk>", mask_token="<mask>",
    ).save_pretrained(folder)  # fmt: skip
    return folder


@pytest.mark.parametrize("make", [byte_level, unigram])
def test_other_tokenizers(tmp_path, make):
    """Any fast tokenizer with the five special tokens serves, to the last example."""
    from transformers import AutoTokenizer

    given = make(tmp_path / "given")
    import_vocab(given, tmp_path / "vocab", True, 64)
    loaded = AutoTokenizer.from_pretrained(tmp_path / "vocab")
    assert loaded.model_max_length == 64
    assert loaded.mask_token == "<mask>"
    with zstd_writer(tmp_path / "a.txt.zst") as file:
        file.write("the cats\nthe <mask> cat\n\nthe cat\n")
    tokenize_shard(tmp_path / "a.txt.zst", tmp_path / "vocab", tmp_path / "a.h5")
    with open_tokens(tmp_path / "a.h5") as tokens:
        first = tokens.tokens(*tokens.sentences(0, 1))
        kinds, ids = tokens.token_kinds, json.loads(tokens.attributes["special_ids"])
        text = loaded.decode(tokens.tokens(0, None))
        assert not np.isin(tokens.tokens(0, None), [ids["mask"], ids["cls"], ids["pad"]]).any()
    assert text.split()[:2] == ["the", "cats"]
    assert ids == {role: getattr(loaded, f"{role}_token_id") for role in ids}
    # Words begin where they begin: `the` does, `s` of `cats` goes on.
    assert not kinds[first[0]] & CONTINUES
    assert kinds[first[-1]] & CONTINUES


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
        import_vocab(tmp_path / "vocab.txt", tmp_path / "out", True, 512)
    assert not (tmp_path / "out").exists()


def test_bad_folders(tmp_path):
    with pytest.raises(UserError, match="no such file or folder"):
        import_vocab(tmp_path / "none", tmp_path / "out", True, 512)
    (tmp_path / "empty").mkdir()
    with pytest.raises(UserError, match="transformers finds no tokenizer"):
        import_vocab(tmp_path / "empty", tmp_path / "out", True, 512)
    folder = tokenizer_folder(tmp_path / "given")
    (folder / "tokenizer.json").write_text('{"model": 3}')
    with pytest.raises(UserError, match=r"tokenizer\.json: not a tokenizer"):
        import_vocab(folder, tmp_path / "out", True, 512)
    tokenizer = Tokenizer(models.WordPiece({"[UNK]": 0, "a": 1}, unk_token="[UNK]"))
    tokenizer.save(str(folder / "tokenizer.json"))
    with pytest.raises(UserError, match="no pad token"):
        import_vocab(folder, tmp_path / "out", True, 512)
