"""Turn a shard of sentences into token ids, once for all phases.

    python -m scripts.examples.tokenize_shard SHARD.txt.zst --tokenizer results/vocab -o TOKENS.h5

The output is one flat array of ids with the borders of sentences and documents, for `build_examples`.
A sentence without a token (of invisible characters only) and a document without one are left out.
"""

import os
from pathlib import Path

import numpy as np

from scripts.common import cli
from scripts.common.digest import file_digest
from scripts.common.errors import UserError
from scripts.common.text import read_line_blocks
from scripts.common.threads import check_threads
from scripts.examples.h5.token_files import write_tokens
from scripts.examples.masking.token_kinds import NEVER_MASKED
from scripts.examples.tokenizer.line_encoder import line_encoder
from scripts.examples.tokenizer.vocabulary import load_vocabulary


def tokenize_shard(shard: Path, /, tokenizer: Path, output: Path, threads: int = 1) -> dict:
    """Write a shard's tokens; return the numbers of documents, sentences and tokens."""
    os.environ["RAYON_NUM_THREADS"] = str(threads)
    check_threads(threads)
    os.environ["TOKENIZERS_PARALLELISM"] = "true" if threads > 1 else "false"
    if not Path(shard).is_file():
        raise UserError(f"{shard}: no such file")
    vocabulary = load_vocabulary(tokenizer)
    encoder = line_encoder(vocabulary.tokenizer, vocabulary.size)
    source = {"name": Path(shard).name, "sha256": file_digest(shard)}
    with write_tokens(output, vocabulary, source) as writer:
        for _, text in read_line_blocks(shard):
            ids, lengths = encoder.encode(text)
            # Some models find a special token's letters in a text.
            special = (vocabulary.token_kinds[ids] & NEVER_MASKED) > 0
            ids = np.where(special, np.array(vocabulary.special_ids["unk"], ids.dtype), ids)
            writer.add(ids, lengths, blank_lines(text))
    counts = writer.counts()
    cli.log.info("%(documents)d documents, %(sentences)d sentences, %(tokens)d tokens", counts)
    return counts


def blank_lines(text: bytes) -> np.ndarray:
    """Which lines are empty, bool [lines]: those part documents."""
    ends = np.flatnonzero(np.frombuffer(text, np.uint8) == ord("\n"))
    return np.diff(np.concatenate([[-1], ends, [len(text)]])) == 1


main = cli.step(
    tokenize_shard,
    shard="sentences, one a line, documents by empty lines",
    tokenizer="tokenizer folder",
    threads="for other tokenizers than BERT's",
)
