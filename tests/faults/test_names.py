"""Names of files as people, and attackers, have them: each is a name, and nothing else."""

import json
import re
import shlex
import shutil
from pathlib import Path

import pytest
import yaml

from scripts.common.text import zstd_writer
from scripts.corpus.files.documents import read_notes
from tests.corpus.dumps import many, write
from tests.runs import SMALL, call, clone, snakemake

STEMS = [
    "My Notes", "$(touch pwned)", "`touch pwned`", "q'uote", 'double"quote', "amp&", "semi;touch pwned", "-n",
    "--log", "{b r a}", "}{", "{}", "pipe|touch pwned", "star*", "qu?stion", "hash#", "back\\slash", "%d",
    "~", "größe", "tab\tbed", "!bang", "(round)", "a=b",
]  # fmt: skip
SENTENCE_FILES = ["--until", "split_sentences", "--", "results/corpus/shards/stats.json"]
SENTENCES = "The river is long. It flows to the sea. Many boats sail on it every day.\n" * 3


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return clone(tmp_path_factory.mktemp("a folder with {b r} and $(touch pwned)"))


def configure(folder: Path, **sections) -> None:
    """The small config with some keys of its sections changed."""
    config = yaml.safe_load((Path(__file__).parents[2] / SMALL).read_text())
    for section, values in sections.items():
        config[section] = config.get(section, {}) | values
    (folder / SMALL).write_text(json.dumps(config))


def ids_of(file: Path) -> set[str]:
    return {note.id.rsplit(":", 1)[0] for note in read_notes(file)}


def nothing_was_run(folder: Path) -> None:
    assert not list(folder.rglob("pwned"))
    assert not [path for path in folder.parent.iterdir() if path.name == "pwned"]


@pytest.mark.slow
def test_files_of_a_text_folder(folder):
    texts = folder / "my texts; $(touch pwned)"
    texts.mkdir()
    for number, stem in enumerate(STEMS):
        (texts / f"{stem}.txt").write_text(f"Text {number}. {SENTENCES}")
    configure(folder, corpus={"source": "text", "paths": [texts.name], "shards": 1})
    snakemake(folder, "--cores", "2", *SENTENCE_FILES)
    (ids,) = (folder / "results/corpus/sentences").glob("*.ids.zst")
    found = ids_of(ids)
    assert len(found) == len(STEMS)
    nothing_was_run(folder)


@pytest.mark.slow
def test_a_folder_of_a_hundred_thousand_files(folder):
    """A command has 128 kB at most: names of more files reach the step by a file."""
    texts = folder / "very many"
    texts.mkdir()
    for number in range(100_000):
        (texts / f"long name {number}.txt").write_text(f"The text of number {number} is short.\n")
    configure(folder, corpus={"source": "text", "paths": [texts.name], "shards": 1})
    snakemake(folder, "--cores", "2", *SENTENCE_FILES)
    found = [ids_of(ids) for ids in (folder / "results/corpus/sentences").glob("very*.ids.zst")]
    assert sum(map(len, found)) == 100_000
    (names,) = (folder / ".snakemake/dump2glue/arguments").iterdir()
    assert names.stat().st_size > 1 << 17


@pytest.mark.slow
def test_dumps_and_articles(folder):
    given = folder / "giv en"
    given.mkdir()
    paths = []
    for number, stem in enumerate(STEMS):
        if number % 2:
            write(given / f"{stem}{number}.xml.bz2", many(3))
            paths.append(f"giv en/{stem}{number}.xml.bz2")
            continue
        with zstd_writer(given / f"{stem}{number}.jsonl.zst") as file:
            file.write(json.dumps({"id": f"{number}", "text": SENTENCES}) + "\n")
        paths.append(f"giv en/{stem}{number}.jsonl.zst")
    configure(
        folder, corpus={"source": ["dump", "articles"], "paths": paths, "extract": {"min_words": 1}}
    )
    snakemake(folder, "--cores", "2", *SENTENCE_FILES)
    assert len(list((folder / "results/corpus/sentences").glob("*.ids.zst"))) >= len(STEMS)
    nothing_was_run(folder)


@pytest.mark.slow
@pytest.mark.parametrize("stem", ["My $(touch pwned)", "q'uote {a b}", "-n"])
def test_each_kind_of_folder(folder, finished_run, stem):
    """The commands are read as a shell reads them; none is run."""
    for name, source in (("model", "results/pretrain/long"), ("glue", "results/sample/glue")):
        shutil.copytree(finished_run / source, folder / name / stem, dirs_exist_ok=True)
    configure(folder, glue={"model": f"model/{stem}"})
    said = commands(folder, "glue_results.tsv")
    assert f"model/{stem}/config.json" in said
    configure(folder, pretrain={"init": f"model/{stem}"})
    said = commands(folder, "results/pretrain/short/config.json")
    assert said.count(f"model/{stem}") == 2  # for the vocabulary, and to go on from
    task = {"name": "Mine", "text": "sentence", "label": "label", "metric": "accuracy"}
    files = {split: f"glue/{stem}/SST-2/{split}.tsv" for split in ("train", "dev")}
    configure(
        folder,
        vocab={"path": f"model/{stem}"},
        glue={"source": "folder", "path": f"glue/{stem}", "tasks": ["CoLA", task | files]},
    )
    said = commands(
        folder,
        "results/vocab/vocab.txt",
        *(f"results/glue/data/{t}/train.tsv" for t in ("CoLA", "Mine")),
    )
    assert {f"model/{stem}", f"glue/{stem}/CoLA/train.tsv", *files.values()} <= set(said)
    nothing_was_run(folder)


def commands(folder: Path, *targets: str) -> list[str]:
    """The words of the commands that would be run for these files, as bash would part them."""
    status, said = call(folder, "-n", "-p", "-F", *targets)
    assert status == 0, said[-3000:]
    found = re.findall(r"exec python -m scripts\..*", said)
    assert found, said[-3000:]
    return [word for command in found for word in shlex.split(command)]


@pytest.mark.parametrize("name", ["{bra}.jsonl", "<in>out.jsonl", "{a,b+}.jsonl"])
def test_what_snakemake_reads_otherwise_is_refused(folder, name):
    (folder / name).write_text("{}")
    configure(folder, corpus={"source": "articles", "paths": [name]})
    _, said = call(folder, "-n")
    assert (
        f"{name}: Snakemake takes {{…}} and <…> in a path for names of its own; rename it" in said
    )
