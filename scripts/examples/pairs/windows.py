"""What is read of tokenized files at a time: blocks to make examples of, windows to draw B from."""

from collections.abc import Iterator, Sequence

import numpy as np

from scripts.common.digest import hash64
from scripts.common.errors import UserError
from scripts.examples.h5.token_files import Tokens
from scripts.examples.pairs.segment_pairs import Text

SENTENCES = 1 << 15  # borders of sentences read at a time
WINDOWS, WINDOW_SENTENCES, WINDOW_TOKENS = 8, 2000, 1 << 17  # of the pool, from each file
EDGE = 200  # sentences of a neighbouring document


def block_ranges(tokens: Tokens, size: int) -> Iterator[tuple[int, int]]:
    """Ranges of sentences of some `size` tokens, of whole documents unless one is longer."""
    start, total = 0, tokens.sentence_count
    while start < total:
        borders = tokens.sentences[start : min(total, start + SENTENCES) + 1]
        stop = start + max(1, int(np.searchsorted(borders, borders[0] + size, "right")) - 1)
        begun = int(tokens.documents[np.searchsorted(tokens.documents, stop, "right") - 1])
        if stop < total and begun > start:
            stop = begun
        yield start, stop
        start = stop


def read_window(tokens: Tokens, start: int, stop: int, source: int = 0) -> Text:
    """The sentences start…stop; a document's number is its place in the file, with its source's."""
    borders = tokens.sentences[start : stop + 1]
    documents = tokens.documents
    first = int(np.searchsorted(documents, start, "right")) - 1
    last = int(np.searchsorted(documents, stop, "left"))
    inner = np.clip(documents[first : last + 1], start, stop) - start
    return Text(
        tokens=tokens.tokens[borders[0] : borders[-1]],
        sentences=borders - borders[0],
        documents=inner,
        numbers=np.arange(first, last) + (source << 40),
    )


def draw_pool(sources: Sequence[Tokens], key: int, start: int, stop: int) -> Text:
    """The text from which a random B is drawn for the block of sentences start…stop.

    Windows at random places of each source, of which the first is the block's own file; and the
    first sentences of the documents at the block's edges and beside them, so that the pool holds a
    document other than each of the block's wherever the file has two.
    """
    stretches = []
    for number, tokens in enumerate(sources):
        total = tokens.sentence_count
        for window in range(WINDOWS if total else 0):
            first, last = 0, total
            if total > WINDOW_SENTENCES:
                first = hash64(key, start, number, window) % total
                last = first + WINDOW_SENTENCES
            stretches.append((number, first, min(total, last)))
            if last > total:  # it goes on at the file's beginning: all sentences are as likely
                stretches.append((number, 0, last - total))
    documents = sources[0].documents
    edges = np.searchsorted(documents, [start, stop - 1], "right") - 1
    for index in {int(edge) + step for edge in edges for step in (-1, 0, 1)}:
        index %= len(documents) - 1
        begin, end = int(documents[index]), int(documents[index + 1])
        stretches.append((0, begin, min(end, begin + EDGE)))
    parts = [cut_window(read_window(sources[n], a, b, n)) for n, a, b in sorted(stretches)]
    return join_windows(parts)


def cut_window(text: Text) -> Text:
    """WINDOW_TOKENS tokens of a window at most, of whole sentences where the first is not longer."""
    count = max(1, int(np.searchsorted(text.sentences, WINDOW_TOKENS, "right")) - 1)
    sentences = np.minimum(text.sentences[: count + 1], WINDOW_TOKENS)
    last = int(np.searchsorted(text.documents, count, "left"))
    documents = np.append(text.documents[:last], count)
    return Text(text.tokens[: sentences[-1]], sentences, documents, text.numbers[:last])


def join_windows(parts: Sequence[Text]) -> Text:
    return Text(
        tokens=np.concatenate([part.tokens for part in parts]),
        sentences=join_borders([part.sentences for part in parts]),
        documents=join_borders([part.documents for part in parts]),
        numbers=np.concatenate([part.numbers for part in parts]),
    )


def join_borders(parts: Sequence[np.ndarray]) -> np.ndarray:
    """Borders, each array of which begins with 0, of what lies end to end."""
    return np.concatenate([[0], *map(np.diff, parts)]).cumsum()


def several_documents(sources: Sequence[Tokens], spare: Sequence[Tokens]) -> list[Tokens]:
    """The sources, with the spare ones only where the others hold a single document.

    Raises UserError where there is still only one: no random B could come from another document.
    """
    sources = list(sources)
    for more in ([], spare):
        sources += more
        if sum(len(tokens.documents) - 1 for tokens in sources) > 1:
            return sources
    raise UserError(
        f"{sources[0].path}: a single document, so that no random segment can come from another; part "
        "documents by empty lines, add text, or set examples.next_sentence to false"
    )
