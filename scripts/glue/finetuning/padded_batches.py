"""Examples as token ids, and batches of like lengths padded to their longest."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from scripts.common.cli import log
from scripts.glue.files.tables import Rows
from scripts.glue.tasks.task import Kind, Task

CHUNK = 10_000  # examples tokenized at a time, to bound the memory of Python lists
POOL = 50  # batches sorted by length together


@dataclass
class Examples:
    """Token ids of a file's examples, flat, and what the model learns to give for each."""

    kind: Kind
    ids: np.ndarray  # int32 [T]
    types: np.ndarray | None  # int8 [T], which sentence a token is in, where the model asks for it
    offsets: np.ndarray  # int64 [N+1]
    targets: np.ndarray | None  # [N], in the kind's form; None where there are no labels
    pad: int
    pads_left: bool = False

    def __len__(self) -> int:
        return len(self.offsets) - 1

    @property
    def lengths(self) -> np.ndarray:
        """Tokens of each example [N]."""
        return np.diff(self.offsets)

    def collate(self, indices: Sequence[int] | np.ndarray) -> dict[str, torch.Tensor]:
        """A batch as a model takes it, padded to its longest example."""
        starts, lengths = self.offsets[indices], self.lengths[indices]
        shape = (len(indices), int(lengths.max()))
        within = np.arange(shape[1]) - self.pads_left * (shape[1] - lengths)[:, None]
        mask = (within >= 0) & (within < lengths[:, None])
        places = (starts[:, None] + within)[mask]
        ids = np.full(shape, self.pad, np.int64)
        ids[mask] = self.ids[places]
        batch = {"input_ids": ids, "attention_mask": mask.astype(np.int64)}
        if self.types is not None:
            types = np.zeros(shape, np.int64)
            types[mask] = self.types[places]
            batch["token_type_ids"] = types
        return {name: torch.from_numpy(array) for name, array in batch.items()}


def encode(rows: Rows, task: Task, tokenizer, max_length: int) -> Examples:
    """Tokenize a file's examples, cut to `max_length` from the longer sentence's end.

    The log has the share of the examples that were cut.
    """
    cut = 0
    typed = "token_type_ids" in tokenizer.model_input_names
    ids: list[np.ndarray] = []
    types: list[np.ndarray] = []
    targets: list[np.ndarray] = []
    for start in range(0, len(rows), CHUNK):
        chunk = slice(start, start + CHUNK)
        encoded = tokenizer(
            *map(list, zip(*rows.texts[chunk], strict=True)),
            truncation=True,
            max_length=max_length,
            return_attention_mask=False,
            return_token_type_ids=typed,
        )
        cut += sum(bool(encoding.overflowing) for encoding in encoded.encodings or [])
        labels = None if rows.labels is None else rows.labels[chunk]
        learnt = task.kind.targets(task, labels, encoded)
        targets += [] if learnt is None else [learnt]
        ids += [np.array(row, np.int32) for row in encoded["input_ids"]]
        types += [np.array(row, np.int8) for row in encoded["token_type_ids"]] if typed else []
    if cut:
        part = 100 * cut / len(ids)
        log.info("%d of %d examples (%.3g%%) are cut to %d tokens", cut, len(ids), part, max_length)
    offsets = np.cumsum([0, *map(len, ids)], dtype=np.int64)
    of_types = np.concatenate(types) if typed else None
    learnt = np.concatenate(targets) if targets else None
    pads = (tokenizer.pad_token_id, tokenizer.padding_side == "left")
    return Examples(task.kind, np.concatenate(ids), of_types, offsets, learnt, *pads)


def grouped_batches(lengths: np.ndarray, size: int, seed: int, epoch: int) -> list[np.ndarray]:
    """An epoch's batches, of like lengths and in random order, each the longest examples first.

    Pools of random examples are sorted by length and cut into batches; the order of the batches
    is drawn again, so that lengths do not fall and rise with the steps.
    """
    rng = np.random.default_rng([seed, epoch])
    order = rng.permutation(len(lengths))
    pool = POOL * size
    batches = []
    for start in range(0, len(order), pool):
        members = order[start : start + pool]
        members = members[np.argsort(-lengths[members], kind="stable")]
        batches += [members[first : first + size] for first in range(0, len(members), size)]
    whole = len(order) // size  # a short one stays the last of its epoch
    return [*(batches[number] for number in rng.permutation(whole)), *batches[whole:]]
