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
    within = ranks(pieces) * np.repeat(lengths, pieces) // np.repeat(pieces, pieces)
    return np.append(np.repeat(sentences[:-1], pieces) + within, sentences[-1])


def plan_pairs(
    text: Text, pool: Text, key: int, start: int, room: int, short: float, duplicates: int
) -> Plan:
    """Plan pairs of A and B of at most `room` tokens (2 or more) together, `duplicates` times over.

    `key` and `start`, the place of the text's first token in its shard, determine all draws.
    `short` is the share of documents with a random target length. The text must not be empty, and
    the pool hold another document than each of the text's.
    """
    borders = split_long(text.sentences, room // 2)
    lanes = start_lanes(text, borders, key, room, short, duplicates)
    lane, begin = np.arange(len(lanes.begin)), lanes.begin
    rounds = []
    while len(lane):
        taken = lanes.take(lane, begin, borders, room, start)
        rounds.append(taken)
        begin = np.where(taken.random, taken.split, taken.end)
        unfinished = begin < lanes.end[lane]
        lane, begin = lane[unfinished], begin[unfinished]
    plan = Taken(*map(np.concatenate, zip(*rounds, strict=True)))
    plan = plan.part(np.lexsort((plan.begin, lanes.duplicate[plan.lane])))
    b = np.stack([plan.split, plan.end], axis=1)
    b[plan.random] = draw_b(plan.part(plan.random), lanes, pool, room, start)
    return Plan(
        a=np.stack([plan.begin, plan.split], axis=1),
        b=b,
        next_sentence=np.where(plan.random, IS_RANDOM, IS_NEXT).astype(np.int8),
        short=lanes.short[plan.lane],
        duplicate=lanes.duplicate[plan.lane],
    )


class Taken(NamedTuple):
    """Examples taken from lanes, as arrays [n]: A from begin to split, a true B to end."""

    lane: np.ndarray
    begin: np.ndarray
    split: np.ndarray
    end: np.ndarray
    random: np.ndarray  # whether B gives way to another one

    def part(self, chosen: np.ndarray) -> "Taken":
        return Taken(*(values[chosen] for values in self))


@dataclass(frozen=True)
class Lanes:
    """Documents (or stretches of them) to be taken apart, each in each duplicate: arrays [lanes]."""

    begin: np.ndarray
    end: np.ndarray
    number: np.ndarray  # of the document
    key: np.ndarray
    target: np.ndarray
    short: np.ndarray
    duplicate: np.ndarray

    def take(
        self, lane: np.ndarray, begin: np.ndarray, borders: np.ndarray, room: int, start: int
    ) -> Taken:
        """The example of each of these lanes that begins with the token `begin`."""
        stop = self.end[lane]
        full = borders[np.searchsorted(borders, np.minimum(begin + self.target[lane], stop))]
        end = np.minimum(np.minimum(full, begin + room), stop)
        first = np.searchsorted(borders, begin, "right")
        inner = np.searchsorted(borders, end, "left") - first
        dice = draw(self.key[lane], (begin + start) * SLOTS + BORDER)
        # Where there is no border between, `first` is the one at the end, or beyond it.
        split = np.minimum(borders[first + below(dice, np.maximum(inner, 1))], end)
        return Taken(lane, begin, split, end, (inner == 0) | (dice & np.uint64(1) > 0))


def start_lanes(
    text: Text, borders: np.ndarray, key: int, room: int, short: float, duplicates: int
) -> Lanes:
    """The lanes of a text whose long sentences have more `borders`; the rest as in `plan_pairs`."""
    begins, ends, document = stretches(text, borders, STRETCH * room)
    duplicate = np.repeat(np.arange(duplicates), len(begins))
    begins, ends, document = (np.tile(part, duplicates) for part in (begins, ends, document))
    lane_key = draw(key, duplicate)
    # By the document's number, so that all its stretches have one target.
    number = text.numbers[document]
    is_short = chance(draw(lane_key, (1 << 40) + number * 2), short)
    length = 2 + below(draw(lane_key, (1 << 40) + number * 2 + 1), room - 1)
    target = np.where(is_short, length, room)
    return Lanes(begins, ends, number, lane_key, target, is_short, duplicate)


def draw_b(taken: Taken, lanes: Lanes, pool: Text, room: int, start: int) -> np.ndarray:
    """Stretches of other documents [n, 2]: from a random sentence on, as B would be long."""
    key, counter = lanes.key[taken.lane], (taken.begin + start) * SLOTS
    document = draw_document(pool, key, counter, lanes.number[taken.lane])
    first, last = pool.documents[document], pool.documents[document + 1]
    sentence = first + below(draw(key, counter + SENTENCE), last - first)
    begin, stop = pool.sentences[sentence], pool.sentences[last]
    length = taken.split - taken.begin
    wanted = np.maximum(lanes.target[taken.lane] - length, 1)
    borders = split_long(pool.sentences, room // 2)
    end = borders[np.searchsorted(borders, np.minimum(begin + wanted, stop))]
    return np.stack([begin, np.minimum(end, begin + room - length)], axis=1)


def stretches(text: Text, borders: np.ndarray, length: int) -> tuple[np.ndarray, ...]:
    """Begin, end and index of each document, in parts of some `length` tokens where it is longer."""
    starts = text.sentences[text.documents]
    counts = -(-np.diff(starts) // length)
    document = np.repeat(np.arange(len(counts)), counts)
    begins = borders[np.searchsorted(borders, starts[document] + ranks(counts) * length)]
    ends = np.append(begins[1:], starts[-1])
    return begins[begins < ends], ends[begins < ends], document[begins < ends]


def ranks(counts: np.ndarray) -> np.ndarray:
    """The numbers from 0 to below each count, end to end."""
    return np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)


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
        cuts = np.repeat(starts[:-1] - shift, counts) + ranks(counts) * room
        begin = np.maximum(cuts, np.repeat(starts[:-1], counts))
        end = np.minimum(cuts + room, np.repeat(starts[1:], counts))
        parts.append((begin, end, np.full(len(begin), duplicate)))
    return without_b(*map(np.concatenate, zip(*parts, strict=True)))


def without_b(begin: np.ndarray, end: np.ndarray, duplicate: np.ndarray) -> Plan:
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


def strip_separators(plan: Plan, tokens: np.ndarray, separator: int) -> Plan:
    """The same examples without separators at their begin and end; empty ones go."""
    begin, end = plan.a.T.copy()
    begin += tokens[begin] == separator
    end -= (tokens[end - 1] == separator) & (end > begin)
    keep = begin < end
    return without_b(begin[keep], end[keep], plan.duplicate[keep])


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
