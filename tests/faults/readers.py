"""Every reader of what a user brings: a whole file of its kind, and the call that reads it."""

import bz2
import gzip
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import zstandard

from scripts.common.model_weights import read_weights
from scripts.common.text import read_lines
from scripts.corpus import collect_text
from scripts.corpus.dump.pages import read_pages
from scripts.examples.export_nvidia import export_nvidia
from scripts.examples.h5.example_files import Examples
from scripts.examples.import_vocab import import_vocab
from scripts.examples.tokenizer.form import Form
from scripts.glue.import_task import import_task
from scripts.pretrain.architectures.model_config import read_config
from tests.corpus.dumps import many, read_articles
from tests.examples import made
from tests.examples.texts import tokenizer_folder
from tests.glue.made import write_model


@dataclass(frozen=True)
class Reader:
    """`write` lays a whole file, and what belongs beside it, into a folder and returns its path."""

    name: str
    write: Callable[[Path], Path]
    read: Callable[[Path], Any]


ZSTD = zstandard.ZstdCompressor(write_checksum=True)


def packed(name: str, data: bytes) -> Callable[[Path], Path]:
    """A file of two streams, compressed as its name says."""
    pack: dict[str, Callable[[bytes], bytes]] = {
        ".bz2": bz2.compress,
        ".gz": gzip.compress,
        ".zst": ZSTD.compress,
    }
    streams = map(pack.get(Path(name).suffix, bytes), (data[:400], data[400:]))

    def write(folder: Path) -> Path:
        path = folder / name
        path.write_bytes(b"".join(streams))
        return path

    return write


ARTICLES = "".join(
    json.dumps({"id": n, "title": f"T {n}", "url": "", "text": "One. Two.\nThree."}) + "\n"
    for n in range(30)
).encode()
TEXT = "".join(f"Line {n} of words.\n" + "\n" * (n % 5 == 0) for n in range(60)).encode()
TASK = {"name": "Mine", "text": ["a", "b"], "label": "class", "metric": "accuracy"}
TSV = "a\tb\tclass\n" + "".join(f"one {n}\ttwo\t{n % 2}\n" for n in range(30))
CSV = "a,b,class\n" + "".join(f'"one, {n}",two,{n % 2}\n' for n in range(30))
JSONL = "".join(json.dumps({"a": f"x {n}", "b": "y", "class": n % 2}) + "\n" for n in range(30))


def task(path: Path) -> None:
    import_task(TASK, {"train": path, "dev": path}, path.parent / "out")


def vocabulary(name: str) -> Callable[[Path], Path]:
    def write(folder: Path) -> Path:
        return tokenizer_folder(folder / "given") / name

    return write


def nvidia(folder: Path) -> Path:
    given = made.make(folder / "ours.h5")
    export_nvidia(given, folder / "theirs.h5")
    given.unlink()
    return folder / "theirs.h5"


def read_examples(path: Path) -> None:
    examples = Examples([path])
    examples.verify()


def model(name: str) -> Callable[[Path], Path]:
    def write(folder: Path) -> Path:
        return write_model(folder / "model") / name

    return write


READERS = [
    *(
        Reader(f"text{end}", packed(f"t.txt{end}", TEXT), lambda p: list(read_lines(p)))
        for end in ("", ".gz", ".bz2", ".zst")
    ),
    *(
        Reader(
            f"articles{end}", packed(f"a.jsonl{end}", ARTICLES), lambda p: list(read_articles(p))
        )
        for end in ("", ".gz", ".bz2", ".zst")
    ),
    *(
        Reader(f"dump{end}", packed(f"d.xml{end}", many(12)), lambda p: list(read_pages(p)))
        for end in ("", ".bz2")
    ),
    Reader("dump.bz2 by two", packed("d.xml.bz2", many(12)), lambda p: list(read_pages(p, 2))),
    Reader(
        "collect",
        packed("c.txt", TEXT),
        lambda p: collect_text.collect_text(
            [p], p.parent / "out/x.jsonl.zst", collect_text.Settings()
        ),
    ),
    *(
        Reader(f"task.{kind}", packed(f"t.{kind}", text.encode()), task)
        for kind, text in (("tsv", TSV), ("csv", CSV), ("jsonl", JSONL))
    ),
    *(
        Reader(
            f"vocabulary {name}",
            vocabulary(name),
            lambda p: import_vocab(p.parent, p.parent.parent / "out", Form(max_length=128)),
        )
        for name in ("vocab.txt", "tokenizer.json", "tokenizer_config.json")
    ),
    Reader("examples", lambda folder: made.make(folder / "e.h5"), read_examples),
    Reader("NVIDIA's examples", nvidia, read_examples),
    Reader("config", model("config.json"), lambda p: read_config(p.parent)),
    Reader("weights", model("model.safetensors"), lambda p: read_weights(p.parent)),
]
