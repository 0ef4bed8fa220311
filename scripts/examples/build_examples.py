"""Build examples for masked language modelling from a tokenized shard.

    python -m scripts.examples.build_examples TOKENS.h5 -o EXAMPLES.h5 --statistics EXAMPLES.json \\
        --seq-length 128 --next-sentence --random-from OTHER.h5 ...

BERT's procedure, see pairs/segment_pairs.py; a random B is drawn from this shard and those of --random-from,
which together are a large sample of the corpus. The output's form is in docs/examples-format.md.
"""

import json
import time
from argparse import BooleanOptionalAction
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from scripts.common import cli
from scripts.common.atomic import write_text
from scripts.common.digest import hash64
from scripts.common.errors import UserError
from scripts.examples.h5.example_writer import Writer, write_examples
from scripts.examples.h5.schema import IS_RANDOM, Header
from scripts.examples.h5.token_files import Tokens, open_tokens
from scripts.examples.masking.masks import Masking, keys, mask
from scripts.examples.pairs.segment_pairs import (
    Plan,
    Text,
    join_documents,
    lay_out,
    plan_full,
    plan_pairs,
    strip,
)
from scripts.examples.pairs.windows import blocks, draw_pool, passage, several_documents

BLOCK = 1 << 20  # tokens made into examples together, over all duplicates


@dataclass(frozen=True)
class Settings:
    """What the config says of examples; see config/config.yaml."""

    seq_length: int
    next_sentence: bool = True
    masking: str = "dynamic"
    mlm_probability: float = 0.15
    max_predictions: int = 0
    whole_word: bool = False
    short_fraction: float = 0.1
    join_documents: bool = False
    duplicates: int = 1
    seed: int = 0


def build_examples(
    shard: Path,
    output: Path,
    settings: Settings,
    random_from: Sequence[Path] = (),
    spare: Sequence[Path] = (),
) -> dict:
    """Write the examples of a tokenized shard; return its statistics."""
    with ExitStack() as stack:
        own, *others = [stack.enter_context(open_tokens(path)) for path in (shard, *random_from)]
        extra = [stack.enter_context(open_tokens(path)) for path in spare]
        own.verify()
        compare(own, [*others, *extra])
        sources = [own]
        if settings.next_sentence and own.sentence_count:
            sources = several_documents([own, *others], extra)
        header = header_of(own, sources, settings)
        builder = Builder(sources, settings, header)
        with write_examples(output, header, own.token_kinds) as writer:
            for start, stop in blocks(own, max(1 << 17, BLOCK // settings.duplicates)):
                builder.build(start, stop, writer)
        return builder.statistics()


def compare(own: Tokens, others: Sequence[Tokens]) -> None:
    """Refuse shards of another vocabulary."""
    for other in others:
        if other.attributes["tokenizer_sha256"] != own.attributes["tokenizer_sha256"]:
            raise UserError(f"{other.path}: made with another tokenizer than {own.path}")


def header_of(own: Tokens, sources: Sequence[Tokens], settings: Settings) -> Header:
    """What the file says of itself."""
    values = vars(settings) | {
        "tokenizer_sha256": own.attributes["tokenizer_sha256"],
        "vocab_size": int(own.attributes["vocab_size"]),
        "special_ids": json.loads(own.attributes["special_ids"]),
        "sources": [json.loads(tokens.attributes["source"]) for tokens in sources],
    }
    return Header(**values)


class Builder:
    """Turns blocks of sentences into examples and counts what it made."""

    def __init__(self, sources: Sequence[Tokens], settings: Settings, header: Header):
        self.sources, self.settings = sources, settings
        self.own, ids = sources[0], header.special_ids
        self.cls, self.sep = ids["cls"], ids["sep"]
        self.key = hash64(settings.seed, "examples", self.own.digest)
        self.room = settings.seq_length - (3 if settings.next_sentence else 2)
        self.masking = Masking(
            self.own.token_kinds,
            ids["mask"],
            settings.mlm_probability,
            settings.max_predictions,
            settings.whole_word,
        )
        self.counts: Counter[str] = Counter()
        self.seconds: Counter[str] = Counter()

    def build(self, start: int, stop: int, writer: Writer) -> None:
        """Add the examples of the sentences start…stop to the file."""
        clock = time.perf_counter()
        text = passage(self.own, start, stop)
        pool = np.zeros(0, text.tokens.dtype)
        if self.settings.next_sentence:
            plan, pool = self.pairs(text, start, stop)
        else:
            plan, text = self.full(text)
        self.check(text.tokens)
        tokens, lengths, segment_b = lay_out(plan, text.tokens, pool, self.cls, self.sep)
        self.count(plan, lengths)
        masks = None
        if self.settings.masking == "static":
            tokens, masks = self.mask(tokens, lengths)
        self.seconds["assemble"] += time.perf_counter() - clock
        clock = time.perf_counter()
        writer.add(tokens, lengths, segment_b, plan.next_sentence, masks)
        self.seconds["write"] += time.perf_counter() - clock

    def pairs(self, text: Text, start: int, stop: int) -> tuple[Plan, np.ndarray]:
        """Pairs of A and B, and the tokens that random B come from."""
        settings = self.settings
        pool = draw_pool(self.sources, self.key, start, stop)
        first = int(self.own.sentences(start, start)[0])
        plan = plan_pairs(
            text, pool, self.key, first, self.room, settings.short_fraction, settings.duplicates
        )
        long = np.diff(text.sentences) > max(1, self.room // 2)
        self.counts["split_sentences"] += int(long.sum())
        return plan, pool.tokens

    def full(self, text: Text) -> tuple[Plan, Text]:
        """Examples without B, and the text they are cut from."""
        if not self.settings.join_documents:
            return plan_full(text, self.key, self.room, self.settings.duplicates), text
        text = join_documents(text, self.sep)
        plan = plan_full(text, self.key, self.room, self.settings.duplicates)
        return strip(plan, text.tokens, self.sep), text

    def check(self, tokens: np.ndarray) -> None:
        highest, size = int(tokens.max(initial=0)), len(self.masking.kinds)
        if highest >= size:
            raise UserError(
                f"{self.own.path}: token id {highest} is beyond the vocabulary of {size}"
            )

    def mask(self, tokens: np.ndarray, lengths: np.ndarray) -> tuple[np.ndarray, tuple]:
        """The tokens with masks, and what they hide: counts, positions, ids."""
        offsets = np.concatenate([[0], np.cumsum(lengths)])
        numbers = np.arange(len(lengths)) + self.counts["examples"] - len(lengths)
        tokens = tokens.astype(np.int32)
        seed = hash64(self.key, "masks")
        places, labels = mask(tokens, offsets, keys(seed, 0, numbers), self.masking)
        rows = np.searchsorted(offsets, places, "right") - 1
        self.counts["masked"] += len(places)
        counts = np.bincount(rows, minlength=len(lengths))
        return tokens, (counts, places - offsets[rows], labels)

    def count(self, plan: Plan, lengths: np.ndarray) -> None:
        """Add a block to the statistics."""
        self.counts["examples"] += len(lengths)
        self.counts["tokens"] += int(lengths.sum())
        self.counts["random_b"] += int((plan.next_sentence == IS_RANDOM).sum())
        self.counts["random_b_tokens"] += int(
            np.diff(plan.b, axis=1)[plan.next_sentence == IS_RANDOM].sum()
        )
        self.counts["short"] += int(plan.short.sum())

    def statistics(self) -> dict:
        """The counts, and shares that follow from them."""
        counts, length = self.counts, self.settings.seq_length
        examples = max(1, counts["examples"])
        padded = counts["examples"] * length
        result = {
            "seq_length": length,
            "duplicates": self.settings.duplicates,
            "documents": len(self.own.documents) - 1,
            "sentences": self.own.sentence_count,
            "split_sentences": counts["split_sentences"],
            "corpus_tokens": self.own.token_count,
            "examples": counts["examples"],
            "tokens": counts["tokens"],
            "padding": padded - counts["tokens"],
            "padding_share": round(1 - counts["tokens"] / max(1, padded), 6),
            "short_share": round(counts["short"] / examples, 6),
            "random_b_share": round(counts["random_b"] / examples, 6),
            "random_b_tokens": counts["random_b_tokens"],
        }
        if self.settings.masking == "static":
            result["masked_share"] = round(counts["masked"] / max(1, counts["tokens"]), 6)
        for part, seconds in self.seconds.items():
            cli.log.info("%s: %.2f s", part, seconds)
        return result


def main() -> None:
    parser = cli.Parser(__doc__)
    add = parser.add_argument
    add("shard", type=Path, help="tokens, of tokenize_shard")
    add("-o", "--output", type=Path, required=True, help="HDF5 file to write")
    add("--statistics", type=Path, help="JSON file to write")
    add(
        "--random-from", type=Path, nargs="*", default=[], help="other shards' tokens, for random B"
    )
    add("--spare", type=Path, nargs="*", default=[], help="more, if those hold one document only")
    add("--seq-length", type=int, required=True, help="most tokens, with [CLS] and [SEP]")
    add(
        "--next-sentence",
        action=BooleanOptionalAction,
        default=False,
        help="pairs of segments with a label",
    )
    add("--masking", choices=["dynamic", "static"], default="dynamic")
    add("--mlm-probability", type=float, default=0.15)
    add("--max-predictions", type=int, default=0, help="masks an example; 0: no bound")
    add("--whole-word", action=BooleanOptionalAction, default=False)
    add("--short-fraction", type=float, default=0.1, help="of documents, with a shorter target")
    add(
        "--join-documents",
        action=BooleanOptionalAction,
        default=False,
        help="without pairs: go on over documents' ends",
    )
    add("--duplicates", type=int, default=1, help="passes over the text, each cut otherwise")
    add("--seed", type=int, default=0)
    args = vars(parser.parse_args())
    paths = {name: args.pop(name) for name in ("shard", "output", "random_from", "spare")}
    statistics = args.pop("statistics")
    args.pop("log")
    if args["seq_length"] < 8:
        raise UserError("--seq-length: must be at least 8")
    result = build_examples(settings=Settings(**args), **paths)
    cli.log.info("%(examples)d examples, %(tokens)d tokens", result)
    if statistics:
        write_text(statistics, json.dumps(result, indent=2) + "\n")


if __name__ == "__main__":
    cli.run(main)
