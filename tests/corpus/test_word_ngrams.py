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


def test_the_hash_of_an_ngram_stays_what_it_is():
    words = np.array([1, 2, 3], np.uint64)
    assert ngrams(words, 1).tolist() == [1, 2, 3]
    assert ngrams(words, 2).tolist() == [0x9E3779B97F4A7C17, 0x3C6EF372FE94F82D]
    assert ngrams(words, 3).tolist() == [(0x9E3779B97F4A7C17 * 0x9E3779B97F4A7C15 + 3) % 2**64]


def test_words_are_kept_up_to_a_number(monkeypatch):
    monkeypatch.setattr(word_ngrams, "KNOWN", 2)
    words = WordHashes()
    words.hashes("a b")
    assert list(words.known) == ["a", "b"]
    words.hashes("b c")
    assert list(words.known) == ["c"]
