"""Make what tests/benchmarks/gpu.py measures on: examples of two lengths, and a CPU's losses on them.

    python -m tests.benchmarks.gpu_data --output gpu_data

Text is that of real articles with BERT's vocabulary, where D2G_SHARED or ../shared/data has them, else the
sample's with one of its own. The folder gets 128.h5 and 512.h5, some 20 MB in all, vocab/ and
reference.json; it is all that a machine with a GPU needs beside the repository.
"""

import argparse
import json
import tempfile
from pathlib import Path

import torch

from scripts.common.atomic import write_text
from scripts.corpus import extract_articles
from scripts.examples.build_examples import Settings, build_examples
from scripts.examples.import_vocab import import_vocab
from scripts.examples.tokenize_shard import tokenize_shard
from scripts.examples.tokenizer.form import Form
from scripts.examples.train_vocab import Settings as VocabSettings
from scripts.examples.train_vocab import train_vocab
from scripts.sample import make_sample
from tests.benchmarks import examples_build, gpu_parts

LENGTHS = (128, 512)
VOCABULARY = 30522  # tokens, as BERT's
ARTICLES = 700  # of the sample for a megabyte of text, more than enough


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("-o", "--output", type=Path, default=Path("gpu_data"), help="folder (%(default)s)")
    add("--mb", type=float, default=15, help="of text (%(default)s)")
    add("--sample", action="store_true", help="the sample's text, though there is real text")
    options = parser.parse_args()
    shared = examples_build.SHARED
    real = shared.is_dir() and not options.sample
    make(options.output, options.mb, shared if real else None)
    size = sum(file.stat().st_size for file in options.output.rglob("*") if file.is_file())
    print(f"{options.output}: {size / 1e6:.1f} MB, of {'real articles' if real else 'the sample'}")


def make(folder: Path, megabytes: float, shared: Path | None) -> None:
    """Fill a folder from so much text, of the real data in `shared` or of the sample."""
    with tempfile.TemporaryDirectory() as name:
        text = Path(name) / "text.txt"
        if shared:
            articles = shared / "articles/enwiki-2014-articles.jsonl.zst"
            vocabulary = shared / "vocab/bert-base-uncased-vocab.txt"
        else:
            articles = sample_articles(Path(name), int(ARTICLES * max(megabytes, 1)))
            vocabulary = Path(name) / "vocab.txt"
        examples_build.write_text(articles, text, megabytes)
        if not shared:
            vocabulary.write_text("\n".join(sample_tokens(text, Path(name) / "trained")) + "\n")
        import_vocab(vocabulary, folder / "vocab", Form())
        tokens = Path(name) / "tokens.h5"
        tokenize_shard(text, folder / "vocab", tokens)
        for length in LENGTHS:
            build_examples(tokens, folder / f"{length}.h5", Settings(seq_length=length))
    known = gpu_parts.reference(folder) | {"torch": torch.__version__}
    write_text(folder / "reference.json", json.dumps(known, indent=1) + "\n")


def sample_articles(folder: Path, count: int) -> Path:
    """So many of the sample's articles, as JSON lines."""
    dump, articles = folder / "sample.xml.bz2", folder / "articles.jsonl.zst"
    make_sample.make_sample(make_sample.Settings(count), [dump])
    settings = extract_articles.Settings()
    extract_articles.extract_articles(dump, articles, folder / "statistics.json", settings)
    return articles


def sample_tokens(text: Path, folder: Path) -> list[str]:
    """A vocabulary of the text's own, filled up to the size of BERT's."""
    train_vocab([text], folder, VocabSettings(size=VOCABULARY, sample_mb=10))
    tokens = (folder / "vocab.txt").read_text(encoding="utf-8").splitlines()
    return tokens + [f"[unused{number}]" for number in range(VOCABULARY - len(tokens))]


if __name__ == "__main__":
    main()
