"""Print examples as text, with their masks in colour.

    python -m scripts.examples.show_examples results/examples/seq128/train/0000.h5 --count 3

A predicted token stands in brackets: [MASK: word] where it is hidden, [other: word] where a random
token stands in its place, [= word] where it stayed.
"""

import os
import sys
from pathlib import Path
from typing import Literal

import numpy as np

from scripts.common import cli
from scripts.common.errors import UserError
from scripts.examples.h5.example_files import Batch, Examples, vocabulary_file
from scripts.examples.h5.schema import IS_RANDOM, NO_PAIR

RED, YELLOW, GREEN, DIM, PLAIN = (f"\x1b[{code}m" for code in (31, 33, 32, 2, 0))
LABELS = {0: "B follows A", IS_RANDOM: "B is random", NO_PAIR: "no pair"}


def show(
    path: Path, tokenizer: Path, first: int, count: int, epoch: int, seed: int, colour: bool
) -> str:
    """The text of some examples of a file; `first` counts from 0, or from the end where negative."""
    examples = Examples([path], seed, tokenizer)
    tokens = vocabulary_file(tokenizer).read_text(encoding="utf-8").split("\n")
    if not -len(examples) <= first < max(1, len(examples)):
        raise UserError(f"--first: {path} has {len(examples)} examples only")
    first %= max(1, len(examples))
    numbers = np.arange(first, min(len(examples), first + count))
    batch = examples.batch(numbers, epoch)
    mask = examples.header.special_ids["mask"]
    texts = []
    for row, number in enumerate(numbers):
        begin, end = batch.offsets[row : row + 2]
        label = LABELS[int(batch.next_sentence[row])]
        masks = int(((batch.masked >= begin) & (batch.masked < end)).sum())
        title = f"example {number}: {end - begin} tokens, {masks} masks, {label}"
        words = [word(batch, place, tokens, mask, colour) for place in range(begin, end)]
        texts.append(title + "\n" + "".join(words).strip())
    return "\n\n".join(texts)


def word(batch: Batch, place: int, tokens: list[str], mask: int, colour: bool) -> str:
    space, text = spell(tokens[batch.ids[place]])
    shade = DIM if text in ("[SEP]", "[CLS]") else ""
    index = int(np.searchsorted(batch.masked, place))
    if index < len(batch.masked) and batch.masked[index] == place:
        seen = text
        space, text = spell(tokens[batch.labels[index]])
        if batch.ids[place] == batch.labels[index]:
            shade, text = GREEN, f"[= {text}]"
        elif batch.ids[place] == mask:
            shade, text = RED, f"[MASK: {text}]"
        else:
            shade, text = YELLOW, f"[{seen}: {text}]"
    return f"{space}{shade}{text}{PLAIN}" if colour and shade else space + text


def spell(token: str) -> tuple[str, str]:
    """The space before a token and its letters, for `##ing`, `Ġword` and `▁word` alike."""
    if token.startswith("##") and len(token) > 2:
        return "", token[2:]
    return " ", token.lstrip("Ġ▁") or token


def default_tokenizer(path: Path) -> Path:
    """results/vocab, for a file in results/examples/<phase>/<split>/."""
    return path.resolve().parents[3] / "vocab" if len(path.resolve().parents) > 3 else Path("vocab")


def show_examples(
    file: Path,
    /,
    count: int = 3,
    first: int = 0,
    tokenizer: Path | None = None,
    epoch: int = 0,
    seed: int = 42,
    color: Literal["auto", "always", "never"] = "auto",
) -> None:
    """Print examples of a file of either schema; `epoch` and `seed` are of dynamic masks."""
    terminal = sys.stdout.isatty() and "NO_COLOR" not in os.environ
    colour = color == "always" or (color == "auto" and terminal)
    print(show(file, tokenizer or default_tokenizer(file), first, count, epoch, seed, colour))


main = cli.step(show_examples, tokenizer="its folder or vocab.txt; default: results/vocab")
