import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from scripts.common.digest import hash64
from scripts.corpus.duplicates import word_ngrams
from scripts.corpus.duplicates.word_ngrams import WordHashes, ngrams


def test_words_are_the_same_in_any_case_and_without_marks():
    words = WordHashes()
    assert words.hashes("The cat, the CAT!") == words.hashes("the cat the cat")
    assert words.hashes("the") == [hash64("the")]
    assert len(words.hashes("これは本")) == 4
    assert words.hashes(" .,! ") == []


def test_forgotten_words_have_the_same_hashes(monkeypatch):
    monkeypatch.setattr(word_ngrams, "KNOWN", 2)
    text = "one two three four one two"
    assert WordHashes().hashes(text) == [hash64(word) for word in text.split()]


@given(st.lists(st.integers(0, 2**64 - 1), max_size=30), st.integers(1, 14))
def test_ngrams_are_the_same_wherever_they_stand(values, length):
    words = np.array(values, np.uint64)
    found = ngrams(words, length)
    assert len(found) == max(0, len(values) - length + 1)
    for place in range(len(found)):
        assert found[place] == ngrams(words[place : place + length], length)[0]


def test_ngrams_tell_orders_apart():
    words = np.array([hash64("a"), hash64("b"), hash64("a")], np.uint64)
    first, second = ngrams(words, 2)
    assert first != second
