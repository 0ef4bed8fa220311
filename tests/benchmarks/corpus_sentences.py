"""Sentence boundaries and speed: the rules, a plain spaCy sentencizer, and what else is installed.

python -m tests.benchmarks.corpus_sentences ../shared/data/articles/enwiki-2014-articles.jsonl.zst

Prints precision, recall and F1 on both halves of tests/corpus/boundaries, and MB/s and sentences a
second on the first megabytes of the articles, one process, in one run, median of three rounds that
take turns. blingfire and nltk's punkt, trained on the same text, take part where they can be
imported.
"""

import argparse
import statistics
import time
from collections.abc import Callable
from pathlib import Path

from scripts.corpus.sentences.splitter import rules, split
from tests.corpus.dumps import read_articles
from tests.corpus.marked import Score, paragraphs

Splitter = Callable[[list[str]], list[list[str]]]


def ours() -> Splitter:
    pipeline = rules()

    def run(texts: list[str]) -> list[list[str]]:
        with pipeline.memory_zone():
            return list(split(pipeline, texts))

    return run


def sentencizer() -> Splitter:
    import spacy

    pipeline = spacy.blank("en")
    pipeline.add_pipe("sentencizer")

    def run(texts: list[str]) -> list[list[str]]:
        return [[sentence.text for sentence in doc.sents] for doc in pipeline.pipe(texts)]

    return run


def blingfire() -> Splitter:
    from blingfire import text_to_sentences

    return lambda texts: [text_to_sentences(text).split("\n") for text in texts]


def punkt(text: str) -> Splitter:
    from nltk.tokenize.punkt import PunktSentenceTokenizer, PunktTrainer

    trainer = PunktTrainer()
    trainer.INCLUDE_ALL_COLLOCS = True
    trainer.train(text, finalize=True)
    tokenizer = PunktSentenceTokenizer(trainer.get_params())
    return lambda texts: [tokenizer.tokenize(text) for text in texts]


def read_paragraphs(articles: Path, megabytes: float) -> list[str]:
    """The first paragraphs of an articles file."""
    found: list[str] = []
    size = 0
    for article in read_articles(articles):
        for line in article.text.split("\n"):
            found.append(" ".join(line.split()))
            size += len(line.encode())
        if size > megabytes * 1e6:
            break
    return [line for line in found if line]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("articles", type=Path)
    parser.add_argument("--megabytes", type=float, default=2.5)
    args = parser.parse_args()
    texts = read_paragraphs(args.articles, args.megabytes)
    size = sum(len(text.encode()) for text in texts) / 1e6
    makers = {
        "rules": ours,
        "spaCy sentencizer": sentencizer,
        "blingfire": blingfire,
        "punkt": lambda: punkt("\n".join(texts)),
    }
    splitters: dict[str, Splitter] = {}
    for name, make in makers.items():
        try:
            splitters[name] = make()
        except ImportError as error:
            print(f"{name}: left out ({error})")
    print(
        "| | half | boundaries | precision | recall | F1 |\n| --- | --- | --- | --- | --- | --- |"
    )
    for half in ("seen", "hidden"):
        marked = paragraphs(half)
        for name, run in splitters.items():
            score = Score()
            for paragraph in marked:
                score.add(paragraph, run([paragraph.text])[0])
            print(
                f"| {name} | {half} | {score.true} | {score.precision:.4f} "
                f"| {score.recall:.4f} | {score.f1:.4f} |"
            )
    seconds: dict[str, list[float]] = {name: [] for name in splitters}
    counts = {}
    for _ in range(3):
        for name, run in splitters.items():
            start = time.perf_counter()
            counts[name] = sum(map(len, run(texts)))
            seconds[name].append(time.perf_counter() - start)
    plain = statistics.median(seconds["spaCy sentencizer"])
    print(f"\n{size:.1f} MB in {len(texts):,} paragraphs, one process")
    print("| | MB/s | sentences/s | times the sentencizer |\n| --- | --- | --- | --- |")
    for name, rounds in seconds.items():
        took = statistics.median(rounds)
        print(f"| {name} | {size / took:.1f} | {counts[name] / took:,.0f} | {plain / took:.1f} |")


if __name__ == "__main__":
    main()
