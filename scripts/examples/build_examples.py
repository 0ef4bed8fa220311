"""Build examples for masked language modelling from a tokenized shard.

    python -m scripts.examples.build_examples TOKENS.h5 -o EXAMPLES.h5 --statistics EXAMPLES.json \\
        --seq-length 128 --next-sentence --random-from OTHER.h5 ...

BERT's procedure, see pairs/segment_pairs.py; a random B is drawn from this shard and those of
--random-from, which together are a large sample of the corpus. The output's form is in
docs/examples-format.md.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from scripts.common import cli
from scripts.common.atomic import write_text
from scripts.common.settings import SEED, setting


@dataclass(frozen=True)
class Settings:
    """What the config says of examples, the length of a phase's, and the seed."""

    seq_length: int = setting(help="most tokens, with [CLS] and [SEP]", own_key=False, minimum=8)
    next_sentence: bool = setting(True, "pairs of segments with a label")
    masking: str = setting("dynamic", "drawn when read, or stored", enum=["dynamic", "static"])
    mlm_probability: float = setting(
        0.15, "of a token to be predicted", exclusiveMinimum=0, exclusiveMaximum=1
    )
    max_predictions: int | None = setting(None, "masks an example; no bound by default", minimum=1)
    whole_word: bool = setting(False, "mask all pieces of a word or none")
    short_fraction: float = setting(0.1, "of documents with a shorter target", minimum=0, maximum=1)
    join_documents: bool = setting(False, "without pairs: go on over documents' ends")
    duplicates: int = setting(1, "passes over the text, each cut otherwise", minimum=1)
    seed: int = setting(42, **SEED)


def build_examples(
    shard: Path,
    /,
    output: Path,
    settings: Settings,
    random_from: Sequence[Path] = (),
    spare: Sequence[Path] = (),
    statistics: Path | None = None,
) -> dict[str, Any]:
    """Write the examples of a tokenized shard; return its statistics, which are written too.

    Random B come from the shard itself and the tokens of `random_from`, and from those of `spare`
    where the others hold a single document. Raises UserError where tokens are missing, damaged or
    made with another tokenizer, or hold a single document altogether.
    """
    from scripts.examples.pairs.shard_builder import build_shard  # h5py, which --help must not need

    values = asdict(settings) | {"max_predictions": settings.max_predictions or 0}
    found = build_shard(shard, output, values, random_from, spare)
    cli.log.info("%(examples)d examples, %(tokens)d tokens", found)
    if statistics:
        write_text(statistics, json.dumps(found, indent=2) + "\n")
    return found


main = cli.step(
    build_examples,
    shard="tokens, of tokenize_shard",
    random_from="other shards, for random B",
    spare="more, if those hold one document only",
)
