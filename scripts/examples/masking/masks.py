"""Masks for masked language modelling, a whole batch at a time.

The procedure of BERT (Devlin et al. 2018, section 3.1 and appendix A.2): a share of the tokens of an
example is predicted; of those, 80% are replaced by [MASK], 10% by a random token, 10% stay. Which
tokens, and what replaces them, is a function of the example's key and the position alone.
"""

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from scripts.common.random_numbers import below, chance, draw
from scripts.examples.masking.token_kinds import CONTINUES, ENDS, NEVER_DRAWN, NEVER_MASKED

POSITION_MASK = np.uint64((1 << 20) - 1)  # a sort key's lowest bits are the position: none tie
LAST = np.uint64(0xFFFFFFFFFFFFFFFF)
SELECT, REPLACE, PICK = (np.uint64(0), np.uint64(0x51ED270B), np.uint64(0x2545F491))


@dataclass(frozen=True)
class Masking:
    """How to mask: `kinds` uint8 [vocabulary], `mask_id` the id of [MASK].

    `max_predictions` bounds the masks of an example; 0 is no bound.
    """

    kinds: np.ndarray
    mask_id: int
    probability: float
    max_predictions: int = 0
    whole_word: bool = False
    drawable: np.ndarray = field(init=False, repr=False)

    def __post_init__(self):
        drawable = np.flatnonzero((self.kinds & NEVER_DRAWN) == 0).astype(np.int32)
        object.__setattr__(self, "drawable", drawable)


class Tokens(NamedTuple):
    """Where each token stands and what may become of it: arrays [T]."""

    rows: np.ndarray  # its example
    columns: np.ndarray  # its position there
    maskable: np.ndarray
    continues: np.ndarray  # whether it goes on with the word of the token before


def keys(seed: int, epoch: int | np.ndarray, indices: np.ndarray) -> np.ndarray:
    """The key, uint64 [n], of each example of an epoch."""
    return draw(draw(draw(0, seed), epoch), indices)


def count(lengths: np.ndarray, maskable: np.ndarray, masking: Masking) -> np.ndarray:
    """How many tokens to predict in each example, as BERT has it: max(1, round(p·length)).

    `lengths` count [CLS] and [SEP] too. Never more than `max_predictions` or what is maskable.
    """
    number = np.maximum(1, np.rint(lengths * masking.probability).astype(np.int64))
    if masking.max_predictions:
        number = np.minimum(number, masking.max_predictions)
    return np.minimum(number, maskable)


def mask(
    ids: np.ndarray, offsets: np.ndarray, keys: np.ndarray, masking: Masking
) -> tuple[np.ndarray, np.ndarray]:
    """Mask examples in place.

    `ids` int32 [T] are the examples' tokens end to end, `offsets` int64 [n+1] their borders, `keys`
    uint64 [n]. Returns the masked positions in `ids`, int64 [M], ascending, and the tokens that
    stood there, int32 [M].
    """
    lengths = np.diff(offsets)
    rows = np.repeat(np.arange(len(lengths)), lengths)
    kinds = masking.kinds[ids]
    maskable = (kinds & NEVER_MASKED) == 0
    continues = (kinds & CONTINUES) > 0
    continues[1:] &= (kinds[:-1] & ENDS) == 0
    tokens = Tokens(rows, np.arange(len(ids)) - offsets[rows], maskable, continues)
    number = count(lengths, sums(maskable, offsets), masking)
    positions = (select_words if masking.whole_word else select_tokens)(tokens, number, keys)
    labels = ids[positions]
    columns = tokens.columns[positions]
    ids[positions] = replacements(labels, keys[rows[positions]], columns, masking)
    return positions, labels


def sums(flags: np.ndarray, offsets: np.ndarray) -> np.ndarray:
    """How many flags are true in each example, int64 [n]."""
    totals = np.concatenate([[0], np.cumsum(flags)])
    return totals[offsets[1:]] - totals[offsets[:-1]]


def select_tokens(tokens: Tokens, number: np.ndarray, keys: np.ndarray) -> np.ndarray:
    """Draw `number` [n] maskable tokens from each example, each set of them equally likely."""
    rows, columns, maskable, _ = tokens
    if not len(rows):
        return np.zeros(0, np.int64)
    order = sort_keys(keys[rows], columns)
    order[~maskable] = LAST
    # The number-th smallest key of an example is the greatest that is taken.
    width = int(columns.max()) + 1
    table = np.full((len(number), width), LAST)
    table[rows, columns] = order
    table.sort(axis=1)
    limit = table[np.arange(len(number)), np.maximum(number, 1) - 1]
    return np.flatnonzero((order <= limit[rows]) & maskable & (number[rows] > 0))


def select_words(tokens: Tokens, number: np.ndarray, keys: np.ndarray) -> np.ndarray:
    """Draw whole words from each example in random order, each one that still fits into `number`.

    A word is a token with all that continue it. An example of which no word fits has no mask.
    """
    rows, columns, maskable, continues = tokens
    if not len(rows):
        return np.zeros(0, np.int64)
    before = np.concatenate([[False], maskable[:-1]]) & (columns > 0)
    begins = maskable & ~(continues & before)
    word = np.cumsum(begins) - 1
    first = np.flatnonzero(begins)
    sizes = np.bincount(word[maskable], minlength=len(first))
    row = rows[first]
    ranking = np.lexsort((sort_keys(keys[row], columns[first]), row))
    words = np.bincount(row, minlength=len(number))
    start = np.concatenate([[0], np.cumsum(words)[:-1]])

    room = number.copy()
    taken = np.zeros(len(first), bool)
    open_rows = np.flatnonzero((room > 0) & (words > 0))
    rank = 0
    while len(open_rows):
        candidate = ranking[start[open_rows] + rank]
        fits = sizes[candidate] <= room[open_rows]
        taken[candidate[fits]] = True
        room[open_rows[fits]] -= sizes[candidate[fits]]
        rank += 1
        open_rows = open_rows[(room[open_rows] > 0) & (words[open_rows] > rank)]
    return np.flatnonzero(maskable & taken[word]) if len(first) else np.zeros(0, np.int64)


def sort_keys(keys: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """A random sort key, uint64, for each position of an example; no two of an example are alike."""
    order = draw(keys + SELECT, columns)
    order &= ~POSITION_MASK
    order |= columns.astype(np.uint64)
    return order


def replacements(
    labels: np.ndarray, keys: np.ndarray, columns: np.ndarray, masking: Masking
) -> np.ndarray:
    """What the model sees in place of each predicted token, int32 [M]."""
    dice = draw(keys ^ REPLACE, columns)
    hidden = chance(dice, 0.8)
    random = chance(dice, 0.9) & ~hidden
    seen = np.where(hidden, np.int32(masking.mask_id), labels)
    pick = below(draw(keys[random] ^ PICK, columns[random]), len(masking.drawable))
    seen[random] = masking.drawable[pick]
    return seen
