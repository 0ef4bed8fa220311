import re

from scripts.common.errors import UserError
from scripts.corpus.list_dump import listed
from scripts.corpus.files.shard_assignment import validation_shards
from scripts.corpus.files.parts import DUMPS, Part, dump_parts, find_parts

CORPUS = config["corpus"]
WIKIPEDIA = CORPUS["wikipedia"]

# A mirror is asked by two jobs at once at most, unless --resources mirror=… says otherwise.
limit_resource(workflow, "mirror", 2)


def dump_files():
    """The files of the dump to download, as a small listing states them that is fetched once."""
    if CORPUS["source"] != "wikipedia":
        return []
    listing = Path(f"{DUMPS}/{WIKIPEDIA['wiki']}-{WIKIPEDIA['date']}.json")
    return listed(listing, WIKIPEDIA["mirror"], WIKIPEDIA["wiki"], WIKIPEDIA["date"])


def corpus_parts(files):
    """The parts of the corpus, each of which is a job of its own."""
    if CORPUS["source"] == "sample":
        return [
            Part(Path(file).name.split(".")[0], "dump", [file]) for file in SAMPLE_DUMP
        ]
    if CORPUS["source"] == "wikipedia":
        return dump_parts(files, WIKIPEDIA["parts"])
    return find_parts(CORPUS)


try:
    DUMP_FILES = {file["name"]: file for file in dump_files()}
    PARTS = {part.name: part for part in corpus_parts(list(DUMP_FILES.values()))}
except UserError as error:
    raise WorkflowError(str(error))

TRAIN_SHARDS = [
    f"results/corpus/shards/train/{number:04d}.txt.zst"
    for number in range(CORPUS["shards"])
]

VALIDATION_SHARDS = [
    f"results/corpus/shards/validation/{number:04d}.txt.zst"
    for number in range(
        validation_shards(CORPUS["shards"], CORPUS["validation_fraction"])
    )
]


def parts_of_kind(*kinds):
    """A wildcard's pattern that matches the parts of these kinds, or nothing."""
    names = [re.escape(name) for name, part in PARTS.items() if part.kind in kinds]
    return "|".join(names) or "(?!)"


def articles_of(wildcards):
    """The articles file of a part: the user's own, or what is extracted from it."""
    part = PARTS[wildcards.part]
    if part.kind == "articles":
        return part.files
    return f"results/corpus/articles/{part.name}.jsonl.zst"


# The sentence files that shards are made of, and the copies without evaluation texts, if wanted.
SENTENCES = (
    "results/corpus/clean" if CORPUS["decontaminate"] else "results/corpus/sentences"
)

CLEAN_FILES = (
    [f"{SENTENCES}/{{part}}.txt.zst", f"{SENTENCES}/{{part}}.ids.zst"]
    if CORPUS["decontaminate"]
    else []
)


def signatures(parts):
    """The files by which documents are compared, where nearly the same ones are left out."""
    if CORPUS["deduplicate"] != "near":
        return []
    return [f"results/corpus/signatures/{part}.npy" for part in parts]
