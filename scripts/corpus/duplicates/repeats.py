"""Which documents stood before, by sorting their digests."""

from collections.abc import Iterable
from itertools import pairwise

import numpy as np


def repeats(columns: Iterable[np.ndarray]) -> np.ndarray:
    """Whether a document shares a digest with one before it that stays: bool [documents].

    Each column is an array [documents] of one kind of digest, which is compared with its own kind
    alone; there is at least one. In time that grows as sorting does. Only documents that share a
    digest with any other are looked at one by one, so that a chain A, B, C, in which B is left out for
    A's sake, leaves C out for A's or not at all.
    """
    documents = count = 0
    members, groups = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    for values in columns:
        documents = len(values)
        order = np.argsort(values)
        ordered = values[order]
        new = np.ones(documents, bool)
        new[1:] = ordered[1:] != ordered[:-1]
        alone = new & np.append(new[1:], True)
        members.append(order[~alone])
        groups.append(count + np.cumsum(new[~alone]) - 1)
        count += int(np.count_nonzero(new & ~alone))
    return greedy(np.concatenate(members), np.concatenate(groups), documents, count)


def greedy(members: np.ndarray, groups: np.ndarray, documents: int, count: int) -> np.ndarray:
    """Leave out, in order, whoever is in a group that has one who stays; of `count` groups."""
    order = np.argsort(members, kind="stable")
    members, groups = members[order], groups[order]
    dropped = np.zeros(documents, bool)
    taken = bytearray(count)
    borders = np.flatnonzero(np.diff(members, prepend=-1, append=-1))
    for start, end in pairwise(borders.tolist()):
        own = groups[start:end].tolist()
        if any(taken[group] for group in own):
            dropped[members[start]] = True
        else:
            for group in own:
                taken[group] = 1
    return dropped
