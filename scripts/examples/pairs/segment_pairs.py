"""From tokenized documents to examples, as index arithmetic on flat arrays.

The procedure is BERT's (Devlin et al. 2018; google-research/bert, create_pretraining_data.py): a
document's sentences are collected until a target length is reached, mostly the full length, for some
documents a random shorter one; a random border between sentences parts A from B; half of the time B
gives way to a random stretch of another document, and what was B begins the next example. What is
different: nothing is cut off. A document's tokens all appear, and (as A or a true B) only once:

- a sentence of more than half the room counts as several, of equal length;
- an example ends where it is full, and the sentence goes on in the next one;
- a single sentence left at the end of a document gets a random B, as in BERT.

All documents advance together, one example a round.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from scripts.common.random_numbers import below, chance, draw
from scripts.examples.h5.schema import IS_NEXT, IS_RANDOM, NO_PAIR

SLOTS = 8  # random draws for each example
BORDER, DOCUMENT, SENTENCE = 0, 1, 7  # their uses; DOCUMENT has 6 of them
STRETCH = 128  # a document is taken in stretches of so many examples' length


@dataclass(frozen=True)
class Text:
    """Tokenized documents: `tokens` [T], `sentences` and `documents` as in h5/token_files.py.

    `numbers` [D]: what tells a document from others; the same for parts of one document.
    """

    tokens: np.ndarray
    sentences: np.ndarray
    documents: np.ndarray
    numbers: np.ndarray


@dataclass(frozen=True)
class Plan:
    """n examples as stretches of text: A of the documents, B of them or of the pool.

    `a`, `b` int64 [n, 2]: where each begins and ends in the tokens; without B, an empty stretch.
    `next_sentence` int8 [n]; where it is IS_RANDOM, B lies in the pool. `short` bool [n]: of a
    document with a shorter target. `duplicate` int64 [n].
    """

    a: np.ndarray
    b: np.ndarray
    next_sentence: np.ndarray
    short: np.ndarray
    duplicate: np.ndarray


def split_long(sentences: np.ndarray, limit: int) -> np.ndarray:
    """Sentence borders [S+1] with more of them, so that none is longer than `limit` tokens."""
    lengths = np.diff(sentences)
    pieces = np.maximum(1, -(-lengths // limit))
    rank = np.arange(pieces.sum()) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    starts = np.repeat(sentences[:-1], pieces)
    starts += rank * np.repeat(lengths, pieces) // np.repeat(pieces, pieces)
    return np.append(starts, sentences[-1])


def plan_pairs(
    text: Text, pool: Text, key: int, start: int, room: int, short: float, duplicates: int
) -> Plan:
    """Plan pairs of A and B of at most `room` tokens together, `duplicates` times over.

    `key` and `start`, the place of the text's first token in its shard, determine all draws.
    `short` is the share of documents with a random target length. The text must not be empty, and
    the pool hold another document than each of the text's.
    """
    borders = split_long(text.sentences, max(1, room // 2))
    lanes = Lanes.start(text, borders, key, start, room, short, duplicates)
    rounds = []
    while len(lanes.position):
        rounds.append(lanes.advance(borders, room, start))
    plan = Taken(*map(np.concatenate, zip(*rounds, strict=True)))
    plan = Taken(*(part[np.lexsort((plan.begin, plan.duplicate))] for part in plan))
    b = np.stack([plan.split, plan.end], axis=1)
    random = np.flatnonzero(plan.random)
    b[random] = draw_b(Taken(*(part[random] for part in plan)), pool, room, start)
    return Plan(
        a=np.stack([plan.begin, plan.split], axis=1),
        b=b,
        next_sentence=np.where(plan.random, IS_RANDOM, IS_NEXT).astype(np.int8),
        short=plan.short,
        duplicate=plan.duplicate,
    )


class Taken(NamedTuple):
    """Examples taken from documents, as arrays [n]: A from begin to split, a true B to end."""

    begin: np.ndarray
    split: np.ndarray
    end: np.ndarray
    random: np.ndarray  # whether B gives way to another one
    number: np.ndarray  # of the document
    key: np.ndarray
    target: np.ndarray
    short: np.ndarray
    duplicate: np.ndarray


@dataclass
class Lanes:
    """Documents (or stretches of them) being taken apart, each in each duplicate: arrays [lanes]."""

    position: np.ndarray  # the next token
    end: np.ndarray
    number: np.ndarray  # of the document
    key: np.ndarray
    target: np.ndarray
    short: np.ndarray
    duplicate: np.ndarray

    @staticmethod
    def start(text, borders, key, start, room, short, duplicates) -> "Lanes":
        begins, ends, document = stretches(text, borders, STRETCH * room)
        duplicate = np.repeat(np.arange(duplicates), len(begins))
        begins, ends, document = (np.tile(part, duplicates) for part in (begins, ends, document))
        lane_key = draw(key, duplicate)
        # By the document's number, so that all its stretches have one target.
        number = text.numbers[document]
        dice = draw(lane_key, (1 << 40) + number * 2)
        is_short = chance(dice, short)
        length = 2 + below(draw(lane_key, (1 << 40) + number * 2 + 1), room - 1)
        target = np.where(is_short, length, room)
        return Lanes(begins, ends, number, lane_key, target, is_short, duplicate)

    def advance(self, borders: np.ndarray, room: int, start: int) -> Taken:
        """Take one example from each lane; lanes at their end go."""
        begin = self.position
        full = borders[np.searchsorted(borders, np.minimum(begin + self.target, self.end))]
        end = np.minimum(np.minimum(full, begin + room), self.end)
        first = np.searchsorted(borders, begin, "right")
        inner = np.searchsorted(borders, end, "left") - first
        dice = draw(self.key, (begin + start) * SLOTS + BORDER)
        # Where there is no border between, `first` is the one at the end, or beyond it.
        split = np.minimum(borders[first + below(dice, np.maximum(inner, 1))], end)
        random = (inner == 0) | (dice & np.uint64(1) > 0)
        taken = Taken(
            begin,
            split,
            end,
            random,
            self.number,
            self.key,
            self.target,
            self.short,
            self.duplicate,
        )
        self.position = np.where(random, split, end)
        keep = self.position < self.end
        if not keep.all():
            for name, value in vars(self).items():
                setattr(self, name, value[keep])
        return taken


def draw_b(taken: Taken, pool: Text, room: int, start: int) -> np.ndarray:
    """Stretches of other documents [n, 2]: from a random sentence on, as B would be long."""
    counter = (taken.begin + start) * SLOTS
    document = draw_document(pool, taken.key, counter, taken.number)
    first, last = pool.documents[document], pool.documents[document + 1]
    sentence = first + below(draw(taken.key, counter + SENTENCE), last - first)
    begin, stop = pool.sentences[sentence], pool.sentences[last]
    length = taken.split - taken.begin
    wanted = np.maximum(taken.target - length, 1)
    borders = split_long(pool.sentences, max(1, room // 2))
    end = borders[np.searchsorted(borders, np.minimum(begin + wanted, stop))]
    return np.stack([begin, np.minimum(end, begin + room - length)], axis=1)


def stretches(text: Text, borders: np.ndarray, length: int) -> tuple[np.ndarray, ...]:
    """Begin, end and index of each document, in parts of some `length` tokens where it is longer."""
    begins, ends, document = [], [], []
    starts = text.sentences[text.documents]
    for index in np.flatnonzero(np.diff(starts) > length).tolist():
        cuts = borders[
            np.searchsorted(borders, np.arange(starts[index], starts[index + 1], length))
        ]
        cuts = np.unique(np.append(cuts, starts[index + 1]))
        begins.append(cuts[:-1])
        ends.append(cuts[1:])
        document.append(np.full(len(cuts) - 1, index))
    whole = np.flatnonzero(np.diff(starts) <= length)
    return (
        np.concatenate([starts[whole], *begins]),
        np.concatenate([starts[whole + 1], *ends]),
        np.concatenate([whole, *document]),
    )


def draw_document(
    pool: Text, key: np.ndarray, counter: np.ndarray, number: np.ndarray
) -> np.ndarray:
    """A document of the pool for each key, never of the given number; uniform among the others.

    After six draws the next other one is taken. The pool must hold at least two numbers.
    """
    count = len(pool.numbers)
    document = below(draw(key, counter + DOCUMENT), count)
    again = np.flatnonzero(pool.numbers[document] == number)
    for attempt in range(1, 6):
        document[again] = below(draw(key[again], counter[again] + DOCUMENT + attempt), count)
        again = again[pool.numbers[document[again]] == number[again]]
    while len(again):
        document[again] = (document[again] + 1) % count
        again = again[pool.numbers[document[again]] == number[again]]
    return document


def plan_full(text: Text, key: int, room: int, duplicates: int) -> Plan:
    """Plan examples without B: stretches of `room` tokens of each document, and what remains.

    Every duplicate but the first cuts elsewhere.
    """
    starts = text.sentences[text.documents]
    lengths = np.diff(starts)
    parts = []
    for duplicate in range(duplicates):
        shift = np.zeros(len(lengths), np.int64)
        if duplicate:
            shift = below(draw(draw(key, duplicate), text.numbers), room)
        # The first stretch of a document is shorter by the shift.
        counts = -(-(lengths + shift) // room)
        rank = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
        origin = np.repeat(starts[:-1] - shift, counts)
        begin = np.maximum(origin + rank * room, np.repeat(starts[:-1], counts))
        end = np.minimum(origin + (rank + 1) * room, np.repeat(starts[1:], counts))
        parts.append((begin, end, np.full(len(begin), duplicate)))
    begin, end, duplicate = map(np.concatenate, zip(*parts, strict=True))
    return Plan(
        a=np.stack([begin, end], axis=1),
        b=np.stack([end, end], axis=1),
        next_sentence=np.full(len(begin), NO_PAIR, np.int8),
        short=np.zeros(len(begin), bool),
        duplicate=duplicate,
    )


def join_documents(text: Text, separator: int) -> Text:
    """All documents as one, with a separator between them."""
    starts = text.sentences[text.documents]
    tokens = np.insert(text.tokens, starts[1:-1], separator)
    return Text(tokens, np.array([0, len(tokens)]), np.array([0, 1]), text.numbers[:1])


def strip(plan: Plan, tokens: np.ndarray, separator: int) -> Plan:
    """The same examples without separators at their begin and end; empty ones go."""
    begin, end = plan.a.T.copy()
    begin += tokens[begin] == separator
    end -= (tokens[end - 1] == separator) & (end > begin)
    keep = begin < end
    return Plan(
        a=np.stack([begin, end], axis=1)[keep],
        b=np.stack([end, end], axis=1)[keep],
        next_sentence=plan.next_sentence[keep],
        short=plan.short[keep],
        duplicate=plan.duplicate[keep],
    )


def lay_out(
    plan: Plan, tokens: np.ndarray, pool: np.ndarray, cls: int, sep: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The examples' tokens end to end, [CLS] A [SEP] B [SEP]; their lengths; where B begins."""
    source = np.concatenate([np.array([cls, sep], tokens.dtype), tokens, pool])
    a, b = plan.a + 2, plan.b + 2
    b = b + np.where(plan.next_sentence == IS_RANDOM, len(tokens), 0)[:, None]
    paired = (plan.next_sentence != NO_PAIR).astype(np.int64)
    zero, one = np.zeros(len(a), np.int64), np.ones(len(a), np.int64)
    starts = np.stack([zero, a[:, 0], one, b[:, 0], one], axis=1).ravel()
    sizes = np.stack([one, a[:, 1] - a[:, 0], one, b[:, 1] - b[:, 0], paired], axis=1)
    lengths = sizes.sum(axis=1)
    segment_b = np.where(paired > 0, sizes[:, :3].sum(axis=1), lengths)
    sizes = sizes.ravel()
    shift = starts - (np.cumsum(sizes) - sizes)
    index = np.arange(sizes.sum()) + np.repeat(shift, sizes)
    return source[index], lengths, segment_b
