from scripts.common import model_files

VOCAB = config["vocab"]


VOCAB_FILES = [f"results/vocab/{name}" for name in model_files.VOCABULARY]


SHARDS = {"train": TRAIN_SHARDS, "validation": VALIDATION_SHARDS}


RANDOM_SHARDS = 4  # beside its own, from which a shard's random segments are drawn


SEQ_LENGTHS = {
    phase["name"]: phase["seq_length"] for phase in config["pretrain"]["phases"]
}


# Ready-made examples: phase, split and number of each of the user's files.
GIVEN_EXAMPLES = {
    (phase, split, f"{number:04d}"): file
    for phase, splits in config["examples"]["paths"].items()
    for split, files in splits.items()
    for number, file in enumerate(files)
}


def example_files(phase, split):
    """The files of examples of a phase, for training or for validation."""
    numbers = [given[2] for given in GIVEN_EXAMPLES if given[:2] == (phase, split)]
    if not GIVEN_EXAMPLES:
        numbers = [f"{number:04d}" for number in range(len(SHARDS[split]))]
    return [f"results/examples/{phase}/{split}/{number}.h5" for number in numbers]


def vocab_folder(wildcards, input):
    """The tokenizer's folder, as a param of rules with an input `vocab`."""
    return folder_of(input.vocab)


def tokens_of(split):
    """The tokenized shards of a split."""
    return [
        f"results/tokens/{split}/{number:04d}.h5"
        for number in range(len(SHARDS[split]))
    ]


def random_shards(wildcards):
    """The shards after this one, around the ring, so that each is drawn from equally often."""
    if not config["examples"]["next_sentence"]:
        return []
    files = tokens_of(wildcards.split)
    number = int(wildcards.number)
    return (files[number + 1 :] + files[:number])[:RANDOM_SHARDS]


def spare_shards(wildcards):
    """A training shard for validation shards that hold a single document between them."""
    needed = config["examples"]["next_sentence"] and wildcards.split == "validation"
    return tokens_of("train")[:1] if needed else []


def example_mistakes():
    """Say what is wrong with ready-made examples, a line for each mistake."""
    paths = config["examples"]["paths"]
    for phase in paths:
        if phase not in SEQ_LENGTHS:
            yield f"examples.paths.{phase}: no such phase in pretrain.phases"
    for phase in SEQ_LENGTHS if paths else ():
        if phase not in paths:
            yield f"examples.paths: lacks the files of phase {phase}"
    if paths and not VOCAB["path"]:
        yield "vocab.path: must name the vocabulary of the files of examples.paths"


if problems := list(example_mistakes()):
    raise WorkflowError("The config has mistakes:", *problems)


def vocab_source(wildcards, input):
    """A given vocabulary as its step takes it: the file, or the folder of the files."""
    return folder_of(input) if Path(VOCAB["path"]).is_dir() else shlex.quote(input[0])


def vocab_files():
    """The files of a given vocabulary: itself, or what a tokenizer folder has."""
    path = Path(VOCAB["path"])
    if not path.is_dir():
        return [str(path)]
    names = (
        *model_files.TOKENIZERS,
        *model_files.BESIDE_TOKENIZERS,
        model_files.CONFIG,
    )
    found = [str(path / name) for name in names if (path / name).is_file()]
    if not found:
        raise WorkflowError(f"vocab.path: {path}: a folder without a tokenizer's files")
    return found
