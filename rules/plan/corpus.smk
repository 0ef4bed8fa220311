import re


from scripts.common.errors import UserError


from scripts.corpus.places import validation_shards


from scripts.corpus.sources import Part, find_parts

SAMPLE_DUMP = [f"results/corpus/dump/sample{part}.xml.bz2" for part in (1, 2)]

SAMPLE_FILES = {
    "MNLI": [
        "train",
        "dev_matched",
        "dev_mismatched",
        "test_matched",
        "test_mismatched",
    ],
    "AX": ["AX"],
}

SAMPLE_GLUE = "results/corpus/sample_glue"

SAMPLE_GLUE_FILES = [
    f"{SAMPLE_GLUE}/{task}/{name}.tsv"
    for task in "CoLA SST-2 MRPC STS-B QQP MNLI QNLI RTE WNLI AX".split()
    for name in SAMPLE_FILES.get(task, ["train", "dev", "test"])
]

CORPUS = config["corpus"]


def corpus_parts():
    """The parts of the corpus, each of which is a job of its own."""
    if CORPUS["source"] == "sample":
        return [
            Part(Path(file).name.split(".")[0], "dump", [file]) for file in SAMPLE_DUMP
        ]
    try:
        return find_parts(CORPUS)
    except UserError as error:
        raise WorkflowError(str(error))


PARTS = {part.name: part for part in corpus_parts()}


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
