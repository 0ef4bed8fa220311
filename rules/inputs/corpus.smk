import re
from functools import cache

from scripts.common.errors import UserError
from scripts.corpus import collect_text
from scripts.corpus.dump.mirror import Dump
from scripts.corpus.files.parts import DUMPS, Part, dump_parts, find_parts
from scripts.corpus.files.shard_assignment import Sharding
from scripts.corpus.list_dump import listed
from scripts.workflow import estimates

CORPUS = config["corpus"]
WIKIPEDIA = CORPUS["wikipedia"]

# A mirror is asked by two jobs at once at most, unless --resources mirror=… says otherwise.
internals.limit_resource(workflow, "mirror", 2)


def dump_files():
    """The files of the dump to download, as a small listing states them that is fetched once."""
    if CORPUS["source"] != "wikipedia":
        return []
    dump = Dump(**section_of(Dump, WIKIPEDIA))
    return listed(Path(f"{DUMPS}/{dump.wiki}-{dump.date}.json"), dump)


def corpus_parts(files):
    """The parts of the corpus, each of which is a job of its own."""
    if CORPUS["source"] == "sample":
        return [Part(Path(file).name.split(".")[0], "dump", [file]) for file in SAMPLE_DUMP]
    if CORPUS["source"] == "wikipedia":
        return dump_parts(files, WIKIPEDIA["parts"], CORPUS["range_mb"])
    return find_parts(CORPUS)


try:
    DUMP_FILES = {file["name"]: file for file in dump_files()}
    PARTS = {part.name: part for part in corpus_parts(list(DUMP_FILES.values()))}
except UserError as error:
    raise WorkflowError(str(error))

PARTS_FILES = literal(dict.fromkeys(file for part in PARTS.values() for file in part.files))
if MAIN:
    file_digests(own_files(PARTS_FILES))

SHARDING = section_of(Sharding, CORPUS | {"seed": config["seed"]})
SHARDS = [f"results/corpus/shards/{name}" for name in Sharding(**SHARDING).names()]
TRAIN_SHARDS = SHARDS[: SHARDING["shards"]]
VALIDATION_SHARDS = SHARDS[SHARDING["shards"] :]


def size_of(path):
    """Bytes of a file that is there, or will be downloaded."""
    known = DUMP_FILES.get(path.name, {}).get("size")
    return known or (path.stat().st_size if path.exists() else 0)


@cache
def part_text(name):
    """Bytes of a part as plain text, as its files' sizes tell."""
    if CORPUS["source"] == "sample":
        articles = CORPUS["sample"]["articles"] / len(PARTS)
        return articles * estimates.FIGURES.text_of_article
    sizes = {file: size_of(Path(file)) for file in PARTS[name].files}
    whole = estimates.text_bytes(sizes, PARTS[name].kind == "dump")
    return whole / PARTS[name].cut.get("ranges", 1)


def corpus_text():
    """Bytes of the corpus as plain text."""
    return sum(map(part_text, PARTS))


def minutes(most, share=1.0):
    """Minutes to ask a cluster for: by a part's text, a shard's, or else by a share of the corpus'."""

    def asked(wildcards, attempt):
        if part := getattr(wildcards, "part", None):
            text = part_text(part)
        elif hasattr(wildcards, "number"):
            text = corpus_text() / SHARDING["shards"]
        else:
            text = share * corpus_text()
        seconds = text / 1e6 * estimates.FIGURES.text_seconds
        return min(most, estimates.minutes(seconds, most) * attempt)

    return asked


def one_of(names):
    """A wildcard's pattern that matches one of these names, and nothing where there are none."""
    return "|".join(map(re.escape, names)) or "(?!)"


def parts_of_kind(kind):
    """A wildcard's pattern that matches the parts of a kind."""
    return one_of(name for name, part in PARTS.items() if part.kind == kind)


def part_files(wildcards):
    """The files of a part."""
    return PARTS[wildcards.part].files


def articles_of(wildcards):
    """The articles file of a part: the user's own, or what is extracted from it."""
    part = PARTS[wildcards.part]
    if part.kind == "articles":
        return part.files
    return f"results/corpus/articles/{part.name}.jsonl.zst"


# The texts of the evaluation, of which the corpus knows no more than this file.
EVALUATION_TEXTS = "results/evaluation/texts.tsv.zst"

# The sentence files that shards are made of, and the copies without evaluation texts, if wanted.
SENTENCES = "results/corpus/clean" if CORPUS["decontaminate"] else "results/corpus/sentences"
PART_FILES = {"sentences": f"{SENTENCES}/{{part}}.txt.zst", "ids": f"{SENTENCES}/{{part}}.ids.zst"}
# By which documents are compared, where nearly the same ones are left out.
BANDS = CORPUS["near"]["bands"] if CORPUS["deduplicate"] == "near" else 0
