"""Where words begin and end, by each kind of tokenizer's own reading."""

from itertools import pairwise

import numpy as np
import pytest
from tokenizers import Tokenizer, models

from scripts.examples.masking.masks import Masking, keys, mask
from scripts.examples.masking.token_kinds import CONTINUES, ENDS, NEVER_DRAWN, NEVER_MASKED
from scripts.examples.tokenizer.word_marks import place_in_words
from tests.examples import test_given_tokenizer as made


def words_of(tokenizer, text):
    """A text's tokens, those of a word joined."""
    tokens = tokenizer.encode(text, add_special_tokens=False).tokens
    vocabulary = sorted(tokenizer.get_vocab())
    kinds = dict(
        zip(
            vocabulary,
            place_in_words(tokenizer, vocabulary),
            strict=True,
        )
    )
    words = [tokens[0]]
    for before, token in pairwise(tokens):
        if kinds[token] & CONTINUES and not kinds[before] & ENDS:
            words[-1] += token
        else:
            words.append(token)
    return words


def pieces(prefix):
    return Tokenizer(
        models.WordPiece(
            {"x": 0, "y": 1, f"{prefix}y": 2, prefix: 3}, continuing_subword_prefix=prefix
        )
    )


TEXT = "the cats, the (so) sings"


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (made.byte_level, "the Ġcats , Ġthe Ġ( so ) Ġsings"),
        (lambda: made.byte_level(space=True), "Ġthe Ġcats , Ġthe Ġ( so ) Ġsings"),
        (made.unigram, "▁the ▁cats, ▁the ▁(so) ▁sings"),
        (made.suffixed, "the</w> cats</w> ,</w> the</w> (</w> so</w> )</w> sings</w>"),
    ],
)
def test_a_word_is_what_the_pre_tokenizer_leaves_together(make, expected):
    assert words_of(make(), TEXT) == expected.split()


@pytest.mark.parametrize("make", [made.characters, made.word_level, made.dna])
def test_where_no_word_is_marked_each_token_is_one(make):
    text = "acgtnacg ACGTNACG"
    assert words_of(make(), text) == make().encode(text, add_special_tokens=False).tokens


@pytest.mark.parametrize("prefix", ["##", "@"])
def test_wordpiece_marks_what_goes_on(prefix):
    tokens = ["x", "y", f"{prefix}y", prefix, f"y{prefix}"]
    assert place_in_words(pieces(prefix), tokens) == [0, 0, CONTINUES, 0, 0]


def test_digits_go_on_with_digits():
    assert words_of(made.byte_level(), "cat 1984, 7 cats") == ["cat", "Ġ1984", ",", "Ġ7", "Ġcats"]


def test_parts_of_a_character_are_of_one_word():
    assert words_of(made.byte_level(), "tea: ☃")[-1] == "ĠâĺĥĠâĺĥ"[:4]


def test_a_word_ends_before_one_that_could_go_on():
    """[CLS] a, b goes, on [SEP]: of tokens that may go on, those after a comma do not."""
    kinds = np.array([NEVER_MASKED | NEVER_DRAWN, CONTINUES, ENDS], np.uint8)
    masking = Masking(kinds, 0, 0.4, 0, whole_word=True)
    seen = set()
    for seed in range(40):
        ids = np.array([0, 1, 2, 1, 1, 0], np.int32)
        positions, _ = mask(ids, np.array([0, 6]), keys(seed, 0, np.arange(1)), masking)
        seen.add(tuple(positions))
    assert seen == {(1, 2), (3, 4)}
