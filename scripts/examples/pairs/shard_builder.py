"""The examples of a tokenized shard, block by block, and what is counted of them."""

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from scripts.common.digest import hash64
from scripts.common.errors import UserError
from scripts.examples.h5.schema import IS_RANDOM, Header, sizes, write_examples
from scripts.examples.h5.token_files import Tokens, open_tokens
from scripts.examples.h5.writer import ArrayWriter
from scripts.examples.masking.masks import keys, mask
from scripts.examples.pairs import segment_pairs, windows
from scripts.examples.pairs.segment_pairs import Plan

BLOCK = 1 << 20  # tokens made into examples together, over all duplicates


def build_shard(
    shard: Path,
    output: Path,
    settings: dict[str, Any],
    random_from: Sequence[Path],
    spare: Sequence[Path],
) -> dict[str, Any]:
    """Write the examples of a tokenized shard; return its statistics.

    `settings` are those fields of the output's header that its tokens do not tell.
    """
    own, *others = map(open_tokens, (shard, *random_from))
    extra = [open_tokens(path) for path in spare]
    for other in (*others, *extra):
        if other.attributes["tokenizer_sha256"] != own.attributes["tokenizer_sha256"]:
            raise UserError(f"{other.path}: made with another tokenizer than {own.path}")
    sources = [own]
    if settings["next_sentence"] and own.sentence_count:
        sources = windows.several_documents([own, *others], extra)
    for source in sources:
        source.verify()
    header = Header(
        **settings,
        tokenizer_sha256=own.attributes["tokenizer_sha256"],
        vocab_size=own.attributes["vocab_size"],
        special_ids=json.loads(own.attributes["special_ids"]),
        sources=[json.loads(tokens.attributes["source"]) for tokens in sources],
    )
    builder = ShardBuilder(sources, header)
    with write_examples(output, header, own.token_kinds) as writer:
        for start, stop in windows.block_ranges(own, max(1 << 17, BLOCK // header.duplicates)):
            builder.build(start, stop, writer)
    return builder.statistics()


class ShardBuilder:
    """Turns blocks of sentences into examples and counts what it made."""

    def __init__(self, sources: Sequence[Tokens], header: Header):
        self.sources, self.header, self.own = sources, header, sources[0]
        self.cls, self.sep = header.special_ids["cls"], header.special_ids["sep"]
        self.key = hash64(header.seed, "examples", self.own.digest)
        self.room = header.seq_length - (3 if header.next_sentence else 2)
        self.masking = header.procedure(self.own.token_kinds)
        self.counts: Counter[str] = Counter()

    def build(self, start: int, stop: int, writer: ArrayWriter) -> None:
        text = windows.read_window(self.own, start, stop)
        pool = np.zeros(0, text.tokens.dtype)
        header, key = self.header, self.key
        if header.next_sentence:
            source = windows.draw_pool(self.sources, key, start, stop)
            first, pool = int(self.own.sentences[start]), source.tokens
            plan = segment_pairs.plan_pairs(
                text, source, key, first, self.room, header.short_fraction, header.duplicates
            )
            long = np.diff(text.sentences) > self.room // 2
            self.counts["split_sentences"] += int(long.sum())
        else:
            text = segment_pairs.join_documents(text, self.sep) if header.join_documents else text
            plan = segment_pairs.plan_full(text, key, self.room, header.duplicates)
            if header.join_documents:
                plan = segment_pairs.strip_separators(plan, text.tokens, self.sep)
        tokens, lengths, segment_b = segment_pairs.lay_out(
            plan, text.tokens, pool, self.cls, self.sep
        )
        self.count(plan, lengths)
        masks: dict[str, np.ndarray] = {}
        if header.masking == "static":
            tokens, masks = self.mask(tokens, lengths)
        labels = {"segment_b": segment_b, "next_sentence": plan.next_sentence}
        writer.add(tokens=tokens, offsets=lengths, **labels, **masks)

    def mask(
        self, tokens: np.ndarray, lengths: np.ndarray
    ) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        offsets = np.concatenate([[0], np.cumsum(lengths)])
        numbers = np.arange(len(lengths)) + self.counts["examples"] - len(lengths)
        tokens = tokens.astype(np.int32)
        seed = hash64(self.key, "masks")
        positions, labels = mask(tokens, offsets, keys(seed, 0, numbers), self.masking)
        rows = np.searchsorted(offsets, positions, "right") - 1
        self.counts["masked"] += len(positions)
        counts = np.bincount(rows, minlength=len(lengths))
        columns = positions - offsets[rows]
        return tokens, {"mask_offsets": counts, "mask_positions": columns, "mask_ids": labels}

    def count(self, plan: Plan, lengths: np.ndarray) -> None:
        random = plan.next_sentence == IS_RANDOM
        self.counts.update(
            examples=len(lengths),
            tokens=int(lengths.sum()),
            random_b=int(random.sum()),
            random_b_tokens=int(np.diff(plan.b, axis=1)[random].sum()),
            short=int(plan.short.sum()),
        )

    def statistics(self) -> dict[str, Any]:
        counts, length = self.counts, self.header.seq_length
        examples = max(1, counts["examples"])
        result = {
            "seq_length": length,
            "duplicates": self.header.duplicates,
            "documents": len(self.own.documents) - 1,
            "sentences": self.own.sentence_count,
            "split_sentences": counts["split_sentences"],
            "corpus_tokens": len(self.own.tokens),
            **sizes(counts["examples"], counts["tokens"], length),
            "short_share": round(counts["short"] / examples, 6),
            "random_b_share": round(counts["random_b"] / examples, 6),
            "random_b_tokens": counts["random_b_tokens"],
        }
        if self.header.masking == "static":
            result["masked_share"] = round(counts["masked"] / max(1, counts["tokens"]), 6)
        return result
