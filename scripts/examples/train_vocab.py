"""Train a WordPiece vocabulary on a sample of the corpus.

    python -m scripts.examples.train_vocab SHARD... -o results/vocab --size 30522 --lowercase

Writes a tokenizer folder (vocab.txt, tokenizer.json, tokenizer_config.json) that transformers loads
as BERT's tokenizer. The sample is drawn by a hash of each sentence's place, from whole shards that are
drawn as well, so that --sample-mb bounds memory and time, whatever the size of the corpus. The same
bytes on any number of threads.
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

import numpy as np

from scripts.common import cli
from scripts.common.digest import hash64
from scripts.common.errors import UserError
from scripts.common.random_numbers import draw
from scripts.common.settings import SEED, setting
from scripts.common.text import read_line_blocks
from scripts.common.threads import check_threads
from scripts.examples.tokenizer.form import Form

READ = 2  # packed bytes of shards to read for a byte of the sample, some five of text


@dataclass(frozen=True)
class Settings(Form):
    """What a vocabulary is trained by."""

    size: int = setting(4096, "most tokens", minimum=256)
    sample_mb: float = setting(100, "megabytes of text to train on", exclusiveMinimum=0)
    seed: int = setting(42, **SEED)


def train_vocab(shards: list[Path], /, output: Path, settings: Settings, threads: int = 1) -> int:
    """Write a tokenizer folder; return the size of its vocabulary."""
    os.environ["RAYON_NUM_THREADS"] = str(threads)
    check_threads(threads)
    # Not above, as the config's check and `--help` need no tokenizers.
    from scripts.examples.tokenizer.bert_tokenizer import bert_tokenizer, write_folder
    from scripts.examples.tokenizer.wordpiece_trainer import train_tokens

    limit = int(settings.sample_mb * 1e6)
    drawn = draw_shards([shard.stat().st_size for shard in shards], READ * limit, settings.seed)
    cli.log.info("reading %d of %d shards", len(drawn), len(shards))
    lines = draw_sample({number: shards[number] for number in drawn}, limit, settings.seed)
    if not lines:
        raise UserError(f"{shards[0]}: no sentence to train a vocabulary on, here or in the others")
    cli.log.info("training on %d sentences, %.1f MB", len(lines), sum(map(len, lines)) / 1e6)
    tokens = train_tokens(lines, settings.size, settings.lowercase)
    return write_folder(output, bert_tokenizer(tokens, settings.lowercase), settings.max_length)


def draw_shards(sizes: Sequence[int], enough: int, seed: int) -> list[int]:
    """The numbers, in order, of as many shards by chance as hold `enough` bytes, or of all.

    Each shard is a random part of the documents: any of them speak for the corpus.
    """
    order = sorted(range(len(sizes)), key=lambda number: hash64(seed, "vocabulary shards", number))
    held = accumulate(sizes[number] for number in order)
    return sorted(order[: 1 + sum(size < enough for size in held)])


def draw_sample(shards: Mapping[int, Path], limit: int, seed: int) -> list[bytes]:
    """Sentences of at most `limit` bytes in all, each as likely as any other, in their order.

    A sentence is drawn when the hash of its shard's number and its line's is under a bound; whenever
    the sample outgrows the limit the bound is halved, so that one pass and `limit` bytes suffice.
    """
    chosen: list[tuple[int, bytes]] = []
    bound, total = 1 << 64, 0
    for number, shard in shards.items():
        key = hash64(seed, "vocabulary", number)
        for first, text in read_line_blocks(shard):
            lines = text.split(b"\n")
            hashes = draw(key, np.arange(first, first + len(lines)))
            drawn = np.flatnonzero(hashes <= np.uint64(bound - 1)).tolist()
            new = [(int(hashes[index]), lines[index]) for index in drawn if lines[index]]
            chosen += new
            total += sum(len(line) + 1 for _, line in new)
            while total > limit and bound > 1:
                bound >>= 1
                chosen = [item for item in chosen if item[0] < bound]
                total = sum(len(line) + 1 for _, line in chosen)
    return [line for _, line in chosen]


main = cli.step(train_vocab, shards="sentences, one a line")
