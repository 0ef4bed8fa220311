"""Train a WordPiece vocabulary on a sample of the corpus.

    python -m scripts.examples.train_vocab SHARD... -o results/vocab --size 30522 --lowercase

Writes a tokenizer folder (vocab.txt, tokenizer.json, tokenizer_config.json) that transformers loads
as BERT's tokenizer. The sample is drawn by a hash of each sentence's place, so that memory is
bounded by --sample-mb, whatever the size of the corpus. The same bytes on any number of threads.
"""

import os
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer
from tokenizers.models import WordPiece
from tokenizers.trainers import WordPieceTrainer

from scripts.common import cli
from scripts.common.digest import hash64
from scripts.common.errors import UserError
from scripts.common.random_numbers import draw
from scripts.common.settings import add_flags, from_args, setting
from scripts.common.text import read_chunks
from scripts.examples.tokenizer.folder import SPECIAL, bert_settings, bert_tokenizer, write_folder

BLOCK = 1 << 20  # bytes read together
MAX_ALPHABET = 1000  # characters, as in Hugging Face's trainer; rarer ones become [UNK]


@dataclass(frozen=True)
class Settings:
    """What a vocabulary is trained by."""

    size: int = setting(4096, "most tokens", minimum=256)
    lowercase: bool = setting(True, "lower-case text and strip accents")
    sample_mb: float = setting(100, "megabytes of text to train on", exclusiveMinimum=0)
    max_length: int = setting(512, "longest input of a model, to state", minimum=8)
    seed: int = setting(42, minimum=0, own_key=False)


def train_vocab(shards: Sequence[Path], output: Path, settings: Settings) -> int:
    """Write a tokenizer folder; return the size of its vocabulary."""
    lines = draw_sample(shards, int(settings.sample_mb * 1e6), settings.seed)
    if not lines:
        raise UserError(f"{shards[0]}: no sentence to train a vocabulary on, here or in the others")
    cli.log.info("training on %d sentences, %.1f MB", len(lines), sum(map(len, lines)) / 1e6)
    lowercase = settings.lowercase
    tokens = train(lines, settings.size, lowercase)
    write_folder(
        output,
        tokens,
        bert_tokenizer(tokens, lowercase),
        bert_settings(lowercase, settings.max_length),
    )
    return len(tokens)


def draw_sample(shards: Iterable[Path], limit: int, seed: int) -> list[bytes]:
    """Sentences of at most `limit` bytes in all, each as likely as any other, in their order.

    A sentence is drawn when the hash of its shard's number and its line's is under a bound; whenever
    the sample outgrows the limit the bound is halved, so that one pass and `limit` bytes suffice.
    """
    chosen: list[tuple[int, bytes]] = []
    bound, total = 1 << 64, 0
    for number, shard in enumerate(shards):
        key = hash64(seed, "vocabulary", number)
        for first, lines in blocks(shard):
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


def blocks(path: Path) -> Iterable[tuple[int, list[bytes]]]:
    """The lines of a text in blocks, with the number of each block's first line."""
    first, rest = 0, b""
    for chunk in read_chunks(path, BLOCK):
        *lines, rest = (rest + chunk).split(b"\n")
        yield first, lines
        first += len(lines)
    yield first, [rest]


def train(lines: Iterable[bytes], size: int, lowercase: bool) -> list[str]:
    """The tokens of a WordPiece vocabulary of at most `size`, in the order of their ids.

    The trainer numbers characters in the order of a hash map, and breaks ties by those numbers, so
    that two runs differ. Given the alphabet and all `##` characters in a fixed order beforehand (as
    special tokens), there is nothing left to chance.
    """
    texts = [decoded(line) for line in lines]
    tokenizer = bert_tokenizer(SPECIAL, lowercase)
    alphabet = find_alphabet(texts, tokenizer, min(MAX_ALPHABET, max(64, size // 16)))
    fixed = [*SPECIAL, *alphabet, *("##" + character for character in alphabet)]
    if len(fixed) >= size:
        raise UserError(
            f"vocab.size: {size} is too small, {len(fixed)} are needed for the characters alone"
        )
    trainer = WordPieceTrainer(
        vocab_size=size,
        special_tokens=fixed,
        initial_alphabet=alphabet,
        limit_alphabet=len(alphabet),
        show_progress=False,
    )
    training = Tokenizer(WordPiece(unk_token="[UNK]"))
    training.normalizer, training.pre_tokenizer = tokenizer.normalizer, tokenizer.pre_tokenizer
    training.train_from_iterator(texts, trainer)
    vocabulary = training.get_vocab(with_added_tokens=True)
    tokens = sorted(vocabulary, key=vocabulary.__getitem__)
    if len(tokens) < size:
        cli.log.info("the text gives %d tokens only, not %d", len(tokens), size)
    return tokens


def decoded(line: bytes) -> str:
    try:
        return line.decode()
    except UnicodeDecodeError as error:
        raise UserError(f"a training shard is not UTF-8: {line[:60]!r}") from error


def find_alphabet(texts: Iterable[str], tokenizer: Tokenizer, limit: int) -> list[str]:
    """The most frequent characters after normalising, sorted; ties go to the lower code point."""
    raw: Counter[str] = Counter()
    for text in texts:
        raw.update(text)
    counts: Counter[str] = Counter()
    for character, count in raw.items():
        for normal in tokenizer.normalizer.normalize_str(character):
            counts[normal] += count
    del counts[" "]
    ranked = sorted(counts, key=lambda character: (-counts[character], character))
    return sorted(ranked[:limit])


def main() -> None:
    parser = cli.Parser(__doc__)
    parser.add_argument("shards", type=Path, nargs="+", help="sentences, one a line")
    parser.add_argument("-o", "--output", type=Path, required=True, help="folder to write to")
    add_flags(parser, Settings)
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    os.environ["RAYON_NUM_THREADS"] = str(args.threads)
    size = train_vocab(args.shards, args.output, from_args(Settings, args))
    cli.log.info("%d tokens", size)


if __name__ == "__main__":
    cli.run(main)
