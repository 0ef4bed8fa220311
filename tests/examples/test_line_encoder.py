"""The word cache gives exactly the tokenizer's own ids, whatever the text."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from scripts.examples.tokenizer.bert_tokenizer import bert_tokenizer
from scripts.examples.tokenizer.line_encoder import LineEncoder, WordEncoder, line_encoder
from tests.examples.texts import TOKENS

SIZE = len(TOKENS)
TOKENIZERS = {lowercase: bert_tokenizer(TOKENS, lowercase) for lowercase in (True, False)}
for each in TOKENIZERS.values():
    each.encode_special_tokens = True


def both(tokenizer, kind=None, size=SIZE, **settings):
    if kind is None:
        return line_encoder(tokenizer, size)
    return kind(tokenizer, size, **settings)


# Characters that tokenizers have been wrong about, between words of the vocabulary.
ODD = "\t\r\x00\x0b\x0c\x1c\x7f\x85\xa0\xad\u200b\u2028\u3000\ufeff\ufffdéÉe\u0301İ\u0131ßẞΣς\u212a漢字\uff46=\u0338!'.,[]"
pieces = st.one_of(
    st.sampled_from(
        [*TOKENS, "Cats", "RUNNING", "[MASK]", "[CLS]x", "a" * 101, "the" * 40, "don't"]
    ),
    st.text(alphabet=ODD, max_size=3),
    st.text(max_size=4),
)
texts = st.lists(pieces, max_size=12).map(
    lambda parts: "".join(part + " " * (index % 3 > 0) for index, part in enumerate(parts))
)


@settings(max_examples=120)
@given(lines=st.lists(texts, min_size=1, max_size=4), lowercase=st.booleans())
@example(lines=["a\x0bb the\tcat", "", "[MASK] e\u0301 É ##s"], lowercase=True)
def test_the_same_ids(lines, lowercase):
    text = "\n".join(lines).encode("utf-8", "ignore")
    fast, slow = (both(TOKENIZERS[lowercase], kind) for kind in (WordEncoder, LineEncoder))
    for _ in range(2):  # the second time from the cache
        ids, lengths = fast.encode(text)
        expected_ids, expected_lengths = slow.encode(text)
        assert ids.tolist() == expected_ids.tolist()
        assert lengths.tolist() == expected_lengths.tolist()


def test_the_cache_is_bounded():
    encoder = both(TOKENIZERS[True], WordEncoder, limit=10)
    for number in range(50):
        encoder.encode(b"cat%d dog%d" % (number, number))
        assert len(encoder.words) <= 13
    assert encoder.encode(b"cat dog")[0].tolist() == [TOKENS.index("cat"), TOKENS.index("dog")]


def test_special_tokens_in_text_are_text():
    ids, _ = both(TOKENIZERS[True]).encode(b"the [MASK] .")
    assert TOKENS.index("[MASK]") not in ids
    assert [TOKENS[index] for index in ids] == ["the", "[", "mask", "]", "."]


def test_other_tokenizers_go_line_by_line():
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers

    tokenizer = Tokenizer(models.WordPiece({"[UNK]": 0, "a": 1}, unk_token="[UNK]"))
    assert isinstance(both(tokenizer), LineEncoder)
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    assert isinstance(both(tokenizer), WordEncoder)
    tokenizer.add_tokens(["an ordinary added token"])
    assert isinstance(both(tokenizer), LineEncoder)


@pytest.mark.parametrize("size", [65_535, 65_536, 70_000])
def test_types_of_ids(size):
    tokens = [*TOKENS, *(f"w{number}" for number in range(size - SIZE))]
    tokenizer = bert_tokenizer(tokens, True)
    ids, lengths = both(tokenizer, size=size).encode(f"the\n{tokens[-1]}".encode())
    assert ids.tolist() == [TOKENS.index("the"), size - 1]
    assert lengths.tolist() == [1, 1]


def test_real_text(shared_data):
    """The 2.6 MB of BERT's own vocabulary on real articles: every line."""
    from scripts.common.text import read_lines

    vocabulary = (shared_data / "vocab/bert-base-uncased-vocab.txt").read_text().splitlines()
    tokenizer = bert_tokenizer(vocabulary, True)
    tokenizer.encode_special_tokens = True
    lines = read_lines(shared_data / "articles/enwiki-2014-articles.jsonl.zst")
    text = "\n".join(next(lines) for _ in range(300)).encode()
    fast, slow = (
        both(tokenizer, kind, len(vocabulary)).encode(text) for kind in (WordEncoder, LineEncoder)
    )
    assert np.array_equal(fast[0], slow[0])
    assert np.array_equal(fast[1], slow[1])
