"""What is read of tokens at a time: blocks, windows, and the pool of random segments."""

from types import SimpleNamespace

import numpy as np
import pytest

from scripts.common.errors import UserError
from scripts.examples.pairs import windows
from scripts.examples.pairs.windows import (
    block_ranges,
    cut_window,
    draw_pool,
    join_windows,
    read_window,
    several_documents,
)
from tests.examples.texts import text


def tokens(documents, path="a.h5"):
    """What `open_tokens` gives, of documents of sentences of so many tokens."""
    made = text(documents)
    return SimpleNamespace(
        path=path,
        documents=made.documents,
        sentence_count=len(made.sentences) - 1,
        sentences=made.sentences,
        tokens=made.tokens,
    )


def test_blocks_are_of_whole_documents_unless_one_is_longer():
    own = tokens([[5, 5], [5], [3, 3, 3, 3, 3], [2]])
    assert list(block_ranges(own, 15)) == [(0, 3), (3, 8), (8, 9)]
    assert list(block_ranges(own, 9)) == [(0, 1), (1, 2), (2, 3), (3, 6), (6, 9)]
    assert list(block_ranges(own, 1)) == [(n, n + 1) for n in range(9)]
    assert list(block_ranges(own, 1000)) == [(0, 9)]
    assert list(block_ranges(tokens([]), 10)) == []


def test_blocks_look_at_so_many_borders_at_a_time(monkeypatch):
    monkeypatch.setattr(windows, "SENTENCES", 3)
    assert list(block_ranges(tokens([[1] * 8, [1]]), 5)) == [(0, 3), (3, 6), (6, 9)]


def test_a_window_knows_its_documents():
    own = tokens([[5, 5], [5], [3, 3, 3, 3, 3], [2]])
    window = read_window(own, 1, 6)
    assert window.tokens.tolist() == list(range(15, 34))
    assert window.sentences.tolist() == [0, 5, 10, 13, 16, 19]
    assert window.documents.tolist() == [0, 1, 2, 5]
    assert window.numbers.tolist() == [0, 1, 2]
    assert read_window(own, 2, 3, source=3).numbers.tolist() == [(3 << 40) + 1]
    assert read_window(own, 3, 8).documents.tolist() == [0, 5]


def test_windows_are_joined_end_to_end():
    joined = join_windows([text([[2, 3], [1]]), text([[4]], 9), text([[1, 1]], 20)])
    assert joined.sentences.tolist() == [0, 2, 5, 6, 10, 11, 12]
    assert joined.documents.tolist() == [0, 2, 3, 4, 6]
    assert joined.numbers.tolist() == [0, 1, 9, 20]
    assert joined.tokens.tolist() == [*range(10, 16), *range(10, 14), 10, 11]


def test_a_window_of_many_tokens_is_cut_at_a_sentence(monkeypatch):
    monkeypatch.setattr(windows, "WINDOW_TOKENS", 10)
    source = text([[4, 4], [2, 4], [1]])
    cut = cut_window(source)
    assert cut.sentences.tolist() == [0, 4, 8, 10]
    assert cut.documents.tolist() == [0, 2, 3]
    assert (len(cut.tokens), cut.numbers.tolist()) == (10, [0, 1])
    assert cut_window(text([[4, 6]])).sentences.tolist() == [0, 4, 10]
    assert cut_window(text([[4, 4], [3]])).documents.tolist() == [0, 2]
    long = cut_window(text([[13, 2]]))
    assert (long.sentences.tolist(), long.documents.tolist()) == ([0, 10], [0, 1])


def test_the_pool_has_the_documents_beside_the_block(monkeypatch):
    """And no others, where there are no windows; of each its first sentences."""
    monkeypatch.setattr(windows, "WINDOWS", 0)
    monkeypatch.setattr(windows, "EDGE", 2)
    own = tokens([[1, 1, 1], [2], [3], [4, 4, 4], [5]])
    assert draw_pool([own], 0, 4, 5).numbers.tolist() == [1, 2, 3]
    assert draw_pool([own], 0, 4, 8).numbers.tolist() == [1, 2, 3, 4]
    first = draw_pool([own], 0, 0, 3)
    assert first.numbers.tolist() == [0, 1, 4]
    assert first.sentences.tolist() == [0, 1, 2, 4, 9]


def test_the_pool_has_windows_of_all_sources(monkeypatch):
    """Eight of each, alike for a block and a key, going on at the beginning from a file's end."""
    monkeypatch.setattr(windows, "WINDOW_SENTENCES", 5)
    monkeypatch.setattr(windows, "EDGE", 1)
    sources = [tokens([[1]] * 40), tokens([[1]] * 30), tokens([]), tokens([[1]] * 3)]

    def numbers(key, start):
        return draw_pool(sources, key, start, start + 1).numbers

    found = numbers(7, 3)
    drawn, counts = np.unique(found >> 40, return_counts=True)
    assert (drawn.tolist(), counts.tolist()) == ([0, 1, 3], [43, 40, 24])
    assert (found[found >> 40 == 1] - (1 << 40)).max() < 30
    assert found.tolist() == numbers(7, 3).tolist()
    assert found.tolist() != numbers(8, 3).tolist()
    assert found.tolist() != numbers(7, 4).tolist()
    assert found.tolist()[:5] == [1, 2, 3, 4, 5]


def test_all_sentences_of_a_file_are_as_often_in_a_window(monkeypatch):
    """The first and last ones too: within 4.5 standard deviations in 300 blocks of 8 windows."""
    monkeypatch.setattr(windows, "WINDOW_SENTENCES", 20)
    monkeypatch.setattr(windows, "EDGE", 0)
    own = tokens([[1]] * 200)
    times = np.zeros(200)
    for key in range(300):
        times += np.bincount(draw_pool([own], key, 100, 101).numbers, minlength=200)
    expected = 300 * 8 * 20 / 200
    assert abs(times - expected).max() < 4.5 * expected**0.5


def test_spare_sources_are_taken_for_a_single_document_only():
    one, two = tokens([[3]], "one.h5"), tokens([[3], [4]], "two.h5")
    assert several_documents([two], [one]) == [two]
    assert several_documents([one, one], [two]) == [one, one]
    assert several_documents([one], [two]) == [one, two]
    with pytest.raises(UserError, match=r"one\.h5: a single document"):
        several_documents([one], [])
