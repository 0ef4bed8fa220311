"""Every kind of tokenizer folder: one reading, in examples, in finetuning, and by transformers."""

import json
import random
import re
import shutil
from itertools import pairwise

import numpy as np
import pytest
import transformers
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers
from transformers import AutoTokenizer

from scripts.common.errors import UserError
from scripts.common.text import zstd_writer
from scripts.examples.h5.token_files import open_tokens
from scripts.examples.import_vocab import import_vocab
from scripts.examples.tokenize_shard import tokenize_shard
from scripts.examples.tokenizer.bert_tokenizer import SPECIAL, bert_tokenizer
from scripts.examples.tokenizer.form import Form
from scripts.examples.tokenizer.given_tokenizer import look_over, read_tokenizer
from scripts.glue.finetuning import model_loader
from scripts.glue.finetuning.light_tokenizer import read_light_tokenizer
from tests.examples.texts import TOKENS, tokenizer_folder

PIECES = re.split(
    " ",
    "the cat sings Cats SINGING café CAFÉ naïve Über straße don't e-mail 1,234.5 3rd (so) “yes” — "
    "漢字 かな привет мир İstanbul ﬁne e\u0301tude 😀 x_y http://a.b/c co\u00adop no\u00a0break ACGTNACG acgt",
)


def lines(count=2000):
    """Lines of words in many scripts, with odd characters and spaces between them."""
    draw = random.Random(1)
    for _ in range(count):
        words = [draw.choice(PIECES) + draw.choice(["", "", ".", ","]) for _ in range(9)]
        yield "cat" + draw.choice([" ", "  "]).join(["", *words])


def write(folder, **files):
    """Write files; a dict as JSON, a tokenizer as tokenizer.json."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, value in files.items():
        value = json.dumps(value) if isinstance(value, dict) else value
        name = name.replace("__", ".")
        (folder / name).write_text(value.to_str() if isinstance(value, Tokenizer) else value)


def words(cased=False):
    """A vocabulary of BERT's for the lines: characters and some words."""
    normal = normalizers.BertNormalizer(lowercase=not cased, strip_accents=False)
    texts = [normal.normalize_str(piece) for piece in PIECES]
    letters = sorted({letter for text in texts for letter in text if not letter.isspace()})
    return [*SPECIAL, *dict.fromkeys([*letters, *(f"##{x}" for x in letters), "the", "cat"])]


def listed(cased=False, tokens=None):
    return "".join(f"{token}\n" for token in tokens or words(cased))


def trained(model, trainer, **parts):
    """A tokenizer trained on the lines, with BERT's special tokens."""
    tokenizer = Tokenizer(model)
    for name, part in parts.items():
        setattr(tokenizer, name, part)
    if trainer:
        tokenizer.train_from_iterator(list(lines(300)), trainer)
    tokenizer.add_special_tokens(list(SPECIAL))
    return tokenizer


def byte_level(space=False, special=SPECIAL):
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    return trained(
        models.BPE(unk_token=special[1]),
        trainers.BpeTrainer(vocab_size=400, special_tokens=[*special], initial_alphabet=alphabet),
        pre_tokenizer=pre_tokenizers.ByteLevel(add_prefix_space=space),
        decoder=decoders.ByteLevel(),
    )


def unigram():
    return trained(
        models.Unigram(),
        trainers.UnigramTrainer(vocab_size=200, special_tokens=[*SPECIAL], unk_token="[UNK]"),
        normalizer=normalizers.NFKC(),
        pre_tokenizer=pre_tokenizers.Metaspace(),
        decoder=decoders.Metaspace(),
    )


def characters():
    return trained(
        models.WordLevel(unk_token="[UNK]"),
        trainers.WordLevelTrainer(special_tokens=[*SPECIAL]),
        pre_tokenizer=pre_tokenizers.Split("", "isolated"),
        decoder=decoders.Fuse(),
    )


def word_level():
    return trained(
        models.WordLevel(unk_token="[UNK]"),
        trainers.WordLevelTrainer(special_tokens=[*SPECIAL]),
        pre_tokenizer=pre_tokenizers.Whitespace(),
    )


def suffixed():
    """As the first byte pair encoding: a mark at the end of words."""
    return trained(
        models.BPE(unk_token="[UNK]", end_of_word_suffix="</w>"),
        trainers.BpeTrainer(vocab_size=400, special_tokens=[*SPECIAL], end_of_word_suffix="</w>"),
        pre_tokenizer=pre_tokenizers.BertPreTokenizer(),
        decoder=decoders.BPEDecoder(),
    )


def dna():
    """As DNABERT-2: byte pairs of bases, [PAD] not id 0."""
    return trained(
        models.BPE(unk_token="[UNK]"),
        trainers.BpeTrainer(vocab_size=60, special_tokens=["[UNK]", "[CLS]", "[SEP]", "[PAD]"]),
        pre_tokenizer=pre_tokenizers.Whitespace(),
    )


def extended(tokenizer):
    """With ordinary tokens of its user's."""
    tokenizer.add_tokens(["sings Cats", "привет"])
    return tokenizer


BERT = {"model_type": "bert", "type_vocab_size": 2}
GENERIC = {"tokenizer_class": "PreTrainedTokenizerFast", "pad_token": "[PAD]"}
CASED = {"do_lower_case": False}
OPTIONS = {"do_lower_case": True, "strip_accents": False, "tokenize_chinese_chars": False}


def saved(folder, kind, **options):
    """As save_pretrained of transformers leaves a folder."""
    write(folder, vocab__txt=listed(options.get("do_lower_case") is False), config__json=BERT)
    made = getattr(transformers, kind).from_pretrained(folder, **options)
    shutil.rmtree(folder)
    made.save_pretrained(folder)


FOLDERS = {
    "list": lambda f: write(f, vocab__txt=listed()),
    "list of a model": lambda f: write(f, vocab__txt=listed(), config__json=BERT),
    "list without a last line's end": lambda f: write(f, vocab__txt=listed().rstrip("\n")),
    "list of lines of Windows": lambda f: write(f, vocab__txt=listed().replace("\n", "\r\n")),
    "cased list": lambda f: write(
        f, vocab__txt=listed(True), config__json=BERT, tokenizer_config__json=CASED
    ),
    "list with options": lambda f: write(
        f, vocab__txt=listed(), config__json=BERT, tokenizer_config__json=OPTIONS
    ),
    "padding elsewhere": lambda f: write(f, vocab__txt=listed(tokens=words()[::-1])),
    "fast BERT": lambda f: saved(f, "BertTokenizer"),
    "cased fast BERT": lambda f: saved(f, "BertTokenizerFast", do_lower_case=False),
    "two opinions": lambda f: write(
        f,
        tokenizer__json=bert_tokenizer(words(True), lowercase=True),
        tokenizer_config__json=CASED | {"tokenizer_class": "BertTokenizerFast"},
        config__json=BERT,
    ),
    "file of BERT": lambda f: write(f, tokenizer__json=bert_tokenizer(words(), True)),
    "byte-level": lambda f: write(f, tokenizer__json=byte_level()),
    "byte-level of a model": lambda f: write(
        f, tokenizer__json=byte_level(), tokenizer_config__json=GENERIC, config__json=BERT
    ),
    "byte-level with a space before": lambda f: write(f, tokenizer__json=byte_level(True)),
    "byte-level, extended": lambda f: write(f, tokenizer__json=extended(byte_level())),
    "unigram": lambda f: write(f, tokenizer__json=unigram(), tokenizer_config__json=GENERIC),
    "characters": lambda f: write(f, tokenizer__json=characters()),
    "whole words": lambda f: write(f, tokenizer__json=word_level()),
    "marks at words' ends": lambda f: write(f, tokenizer__json=suffixed()),
    "DNA": lambda f: write(f, tokenizer__json=dna()),
}


def roberta(folder):
    """RoBERTa's slow form, with its own special tokens and template."""
    tokenizer = byte_level(special=("<s>", "<unk>", "<pad>", "</s>", "<mask>"))
    tokenizer.model.save(str(folder.parent))
    folder.mkdir()
    for name in ("vocab.json", "merges.txt"):
        shutil.move(folder.parent / name, folder / name)
    write(folder, config__json={"model_type": "roberta"})


FOLDERS["slow RoBERTa"] = roberta


@pytest.mark.slow
@pytest.mark.parametrize("kind", FOLDERS)
def test_the_same_text_gives_the_same_tokens_and_segments(tmp_path, kind):
    """2,000 lines: in examples, in finetuning, by transformers from the folder in and the folder out."""
    given, vocab, model = (tmp_path / name for name in ("given", "vocab", "model"))
    FOLDERS[kind](given)
    text = list(lines())
    with zstd_writer(tmp_path / "a.txt.zst") as file:
        file.write("".join(f"{line}\n" for line in text))
    import_vocab(given, vocab, Form(lowercase=True))
    tokenize_shard(tmp_path / "a.txt.zst", vocab, tmp_path / "a.h5")
    tokens = open_tokens(tmp_path / "a.h5")
    flat, ends = np.array(tokens.tokens), tokens.sentences
    special = json.loads(tokens.attributes["special_ids"])
    ids = [flat[begin:end].tolist() for begin, end in pairwise(ends)]
    assert len(ids) == len(text)
    assert np.unique(flat).size > 10

    shutil.copytree(vocab, model)
    write(model, config__json=BERT)
    cls, sep = special["cls"], special["sep"]
    pairs = [([cls, *a, sep], [*b, sep]) for a, b in zip(ids[::2], ids[1::2], strict=True)]
    expected = {
        "input_ids": [a + b for a, b in pairs],
        "token_type_ids": [[0] * len(a) + [1] * len(b) for a, b in pairs],
    }
    for tokenizer in (AutoTokenizer.from_pretrained(model), model_loader.load_tokenizer(model)):
        found = tokenizer(text[::2], text[1::2], return_attention_mask=False)
        assert dict(found) == expected
        assert {role: getattr(tokenizer, f"{role}_token_id") for role in special} == special
        tokenizer.save_pretrained(tmp_path / "again")
        again = AutoTokenizer.from_pretrained(tmp_path / "again")
        assert dict(again(text[::2], text[1::2], return_attention_mask=False)) == expected
    light = read_light_tokenizer(model)
    assert dict(light(text[::2], text[1::2])) == expected
    assert light.pad_token_id == special["pad"]
    assert [row[1:-1] for row in read_tokenizer(given, True)(text)["input_ids"]] == ids
    if any((given / name).is_file() for name in ("config.json", "tokenizer.json")):
        theirs = AutoTokenizer.from_pretrained(given)
        assert theirs(text, add_special_tokens=False)["input_ids"] == ids


def test_segments_follow_from_the_model(tmp_path):
    """With a class that promises none, where the model embeds them, and only there."""
    tokenizer_folder(tmp_path)
    write(tmp_path, tokenizer_config__json=GENERIC)
    for types, segments in ((2, [0, 0, 0, 0, 1, 1, 1]), (1, None)):
        write(tmp_path, config__json={"model_type": "bert", "type_vocab_size": types})
        assert read_tokenizer(tmp_path)("the cat", "the dog").get("token_type_ids") == segments


def refused(read, source, *said):
    with pytest.raises(UserError) as caught:
        read(source)
    line = str(caught.value)
    assert str(source) in line
    assert "\n" not in line
    assert all(words in line for words in said), line


def test_what_is_plainly_no_tokenizer_is_refused_in_a_moment(tmp_path):
    refused(look_over, tmp_path / "bert-base-uncased", "no such file", "downloaded first")
    write(tmp_path, config__json=BERT)
    refused(look_over, tmp_path, "no tokenizer there (tokenizer.json or vocab.txt or")
    write(tmp_path, vocab__txt="version https://git-lfs.github.com/spec/v1\n")
    refused(look_over, tmp_path, "vocab.txt: a git-lfs pointer")
    refused(look_over, tmp_path / "vocab.txt", "a git-lfs pointer")
    write(tmp_path, vocab__txt="a\nb\na\n")
    refused(look_over, tmp_path, "vocab.txt: line 3 is a repeated token")
    write(tmp_path, vocab__txt=listed(), tokenizer_config__json="{,")
    refused(look_over, tmp_path, "tokenizer_config.json: is not JSON")
    write(tmp_path, tokenizer_config__json={}, tokenizer__json={"model": 3})
    refused(look_over, tmp_path, "tokenizer.json: not a tokenizer")


def test_a_list_of_cased_words_is_not_lower_cased_without_a_word(tmp_path):
    """Nor DNA's; and what the folder or its user says counts."""
    cased = [*TOKENS, "The", "Of", "Cat", "Dog", "River", "Stone"]
    write(tmp_path, vocab__txt=listed(tokens=cased))
    said = ("6 of its 28 tokens have capitals, as 'Cat'", "lowercase: false", "do_lower_case")
    refused(lambda source: look_over(source, True), tmp_path / "vocab.txt", *said)
    refused(lambda folder: read_tokenizer(folder, True), tmp_path, *said)
    look_over(tmp_path / "vocab.txt", lowercase=False)
    assert read_tokenizer(tmp_path, False).tokenize("The cat") == ["The", "cat"]
    write(tmp_path, tokenizer_config__json=CASED)
    assert read_tokenizer(tmp_path, True).tokenize("The cat") == ["The", "cat"]
    write(tmp_path, vocab__txt=listed(tokens=[*SPECIAL, "A", "C", "G", "T"]))
    refused(lambda source: look_over(source, True), tmp_path / "vocab.txt", "4 of its 4 tokens")


def test_what_transformers_would_misread_is_refused(tmp_path):
    write(tmp_path, tokenizer__json=dna(), config__json=BERT)
    refused(read_tokenizer, tmp_path, "BPE, which transformers reads as WordPiece", "PreTrainedTok")
    for text in ("\ufeff" + listed(), listed().replace("cat\n", "cat \n")):
        shutil.rmtree(tmp_path)
        write(tmp_path, vocab__txt=text)
        refused(read_tokenizer, tmp_path, "save it without a byte-order mark")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("tokenizer_config.json", {"model_max_length": "long", "tokenizer_class": "BertTokenizer"}),
        ("tokenizer_config.json", {"added_tokens_decoder": {"5": "x"}}),
        ("tokenizer_config.json", {"cls_token": 3}),
        ("tokenizer_config.json", {"tokenizer_class": 5}),
        ("tokenizer_config.json", {"unk_token": "<none>"}),
        ("special_tokens_map.json", {"cls_token": {"content": 3}}),
        ("special_tokens_map.json", "[]"),
        ("added_tokens.json", "[1]"),
    ],
)
def test_a_bad_tokenizer_is_no_defect(tmp_path, name, content):
    write(tmp_path, vocab__txt=listed(), config__json=BERT, **{name.replace(".", "__"): content})
    refused(read_tokenizer, tmp_path)
