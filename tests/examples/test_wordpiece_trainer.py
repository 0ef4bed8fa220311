"""A vocabulary's tokens: the characters first, then what is frequent, the same each time."""

import pytest

from scripts.common.errors import UserError
from scripts.examples.tokenizer.bert_tokenizer import SPECIAL, bert_tokenizer
from scripts.examples.tokenizer.wordpiece_trainer import find_alphabet, train_tokens

LINES = [b"Low lower lowest", b"new newer newest", b"wide wider widest"] * 5


def test_characters_come_first_then_pieces():
    tokens = train_tokens(LINES, 40, True)
    letters = sorted(set("lowernewestwide"))
    assert tokens[: 5 + 2 * len(letters)] == [*SPECIAL, *letters, *(f"##{c}" for c in letters)]
    assert tokens[5 + 2 * len(letters) :][:3] == ["##we", "lo", "ne"]
    assert len(tokens) == len(set(tokens)) == 40
    assert train_tokens(LINES, 40, True) == tokens


def test_a_cased_vocabulary():
    assert "L" in train_tokens(LINES, 60, False)
    assert "L" not in train_tokens(LINES, 60, True)


def test_a_text_that_gives_fewer_tokens():
    assert len(train_tokens([b"a b"], 300, True)) == 9


def test_a_size_that_the_characters_fill():
    """Five special tokens, and each of 10 characters twice."""
    with pytest.raises(UserError, match=r"vocab\.size: 25 is too small, 25 are needed"):
        train_tokens(LINES, 25, True)
    assert len(train_tokens(LINES, 26, True)) == 26


def test_the_alphabet_is_of_the_most_frequent_characters():
    """Counted after normalising; ties go to the lower code point."""
    tokenizer = bert_tokenizer(SPECIAL, True)
    texts = ["aAÁ bb cd", "漢 dc\t"]
    assert find_alphabet(texts, tokenizer, 4) == ["a", "b", "c", "d"]
    assert find_alphabet(texts, tokenizer, 3) == ["a", "b", "c"]
    assert find_alphabet(texts, tokenizer, 9) == ["a", "b", "c", "d", "漢"]


def test_the_alphabet_has_64_characters_at_least_and_a_sixteenth_of_the_tokens():
    every = "".join(chr(code) for code in range(0x4E00, 0x4E00 + 1200))
    lines = [" ".join(every).encode()]
    for size, expected in ((300, 64), (1600, 100), (20_000, 1000)):
        tokens = train_tokens(lines, size, True)
        assert sum(token in every for token in tokens) == expected
