from scripts.common import model_files

VOCAB = config["vocab"]

VOCAB_FILES = [f"results/vocab/{name}" for name in model_files.VOCABULARY]

SHARDS = {"train": TRAIN_SHARDS, "validation": VALIDATION_SHARDS}

RANDOM_SHARDS = 4  # beside its own, from which a shard's random segments are drawn

SEQ_LENGTHS = {
    phase["name"]: phase["seq_length"] for phase in config["pretrain"]["phases"]
}

# Ready-made examples: the user's files by phase and split.
GIVEN_EXAMPLES = config["examples"]["paths"]


literal(
    [
        file
        for splits in GIVEN_EXAMPLES.values()
        for files in splits.values()
        for file in files
    ]
)


def example_files(phase, split):
    """The files of examples of a phase, for training or for validation."""
    made_of = GIVEN_EXAMPLES[phase][split] if GIVEN_EXAMPLES else SHARDS[split]
    return [
        f"results/examples/{phase}/{split}/{number:04d}.h5"
        for number in range(len(made_of))
    ]


def given_examples(wildcards):
    """The user's file of examples that is one of a phase."""
    return GIVEN_EXAMPLES[wildcards.phase][wildcards.split][int(wildcards.number)]


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
    for phase in GIVEN_EXAMPLES:
        if phase not in SEQ_LENGTHS:
            yield f"examples.paths.{phase}: no such phase in pretrain.phases"
    for phase in SEQ_LENGTHS if GIVEN_EXAMPLES else ():
        if phase not in GIVEN_EXAMPLES:
            yield f"examples.paths: lacks the files of phase {phase}"
    if GIVEN_EXAMPLES and not VOCAB["path"]:
        yield "vocab.path: must name the vocabulary of the files of examples.paths"


if problems := list(example_mistakes()):
    raise WorkflowError("The config has mistakes:", *problems)


def vocab_files():
    """The files of a given vocabulary: itself, or what a tokenizer folder has."""
    path = Path(VOCAB["path"])
    if not path.is_dir():
        return literal([path])
    names = (
        *model_files.TOKENIZERS,
        *model_files.BESIDE_TOKENIZERS,
        model_files.CONFIG,
    )
    found = [str(path / name) for name in names if (path / name).is_file()]
    if not found:
        raise WorkflowError(f"vocab.path: {path}: a folder without a tokenizer's files")
    return literal(found)


def vocab_source(wildcards, input):
    """A given vocabulary as its step takes it: the file, or the folder of the files."""
    return folder_of(input) if Path(VOCAB["path"]).is_dir() else shlex.quote(input[0])


if VOCAB["path"]:

    rule import_vocab:
        input:
            vocab_files(),
        output:
            VOCAB_FILES,
        log:
            "logs/examples/import_vocab.log",
        conda:
            ENVIRONMENT
        resources:
            mem_mb=memory(1000),
            runtime=10,
        params:
            **step("scripts/examples/import_vocab.py"),
            given=given(vocab_files()),
            flags=flags(lowercase=VOCAB["lowercase"], max_length=VOCAB["max_length"]),
            source=vocab_source,
            folder=output_folder,
        message:
            "Taking the vocabulary of {input[0]}"
        shell:
            "{params.run} --source {params.source} {params.flags} -o {params.folder} --log {log:q}"

else:

    rule train_vocab:
        input:
            TRAIN_SHARDS,
        output:
            VOCAB_FILES,
        log:
            "logs/examples/train_vocab.log",
        benchmark:
            "benchmarks/examples/train_vocab.tsv"
        conda:
            ENVIRONMENT
        threads: 4
        resources:
            mem_mb=memory(1000 + 12 * VOCAB["sample_mb"]),
            runtime=120,
        params:
            **step("scripts/examples/train_vocab.py"),
            flags=flags(seed=config["seed"], **VOCAB | {"path": None}),
            folder=output_folder,
        message:
            "Training the vocabulary"
        shell:
            "{params.run} {input:q} -o {params.folder} {params.flags} "
            "--threads {threads} --log {log:q}"


if GIVEN_EXAMPLES:

    rule import_examples:
        input:
            examples=given_examples,
            vocab=VOCAB_FILES,
        output:
            examples="results/examples/{phase}/{split}/{number}.h5",
            statistics="results/examples/{phase}/{split}/{number}.json",
        log:
            "logs/examples/import_examples/{phase}/{split}/{number}.log",
        wildcard_constraints:
            phase="|".join(SEQ_LENGTHS),
            split="train|validation",
            number="[0-9]{4}",
        conda:
            ENVIRONMENT
        resources:
            mem_mb=memory(2000),
            runtime=120,
        params:
            **step("scripts/examples/import_examples.py"),
            given=given(given_examples),
            vocab=vocab_folder,
            flags=lambda wildcards: flags(seq_length=SEQ_LENGTHS[wildcards.phase]),
        message:
            "Taking the examples of {input.examples}"
        shell:
            "{params.run} {input.examples:q} -o {output.examples:q} "
            "--statistics {output.statistics:q} --tokenizer {params.vocab} {params.flags} "
            "--log {log:q}"

else:

    rule tokenize_shard:
        input:
            shard="results/corpus/shards/{split}/{number}.txt.zst",
            vocab=VOCAB_FILES,
        output:
            "results/tokens/{split}/{number}.h5",
        log:
            "logs/examples/tokenize_shard/{split}/{number}.log",
        benchmark:
            "benchmarks/examples/tokenize_shard/{split}/{number}.tsv"
        conda:
            ENVIRONMENT
        resources:
            mem_mb=memory(1000),
            runtime=120,
        params:
            **step("scripts/examples/tokenize_shard.py"),
            vocab=vocab_folder,
        message:
            "Tokenizing shard {wildcards.split}/{wildcards.number}"
        shell:
            "{params.run} {input.shard:q} --tokenizer {params.vocab} "
            "-o {output:q} --threads {threads} --log {log:q}"

    rule build_examples:
        input:
            shard="results/tokens/{split}/{number}.h5",
            random=random_shards,
            spare=spare_shards,
        output:
            examples="results/examples/{phase}/{split}/{number}.h5",
            statistics="results/examples/{phase}/{split}/{number}.json",
        log:
            "logs/examples/build_examples/{phase}/{split}/{number}.log",
        benchmark:
            "benchmarks/examples/build_examples/{phase}/{split}/{number}.tsv"
        wildcard_constraints:
            phase="|".join(SEQ_LENGTHS),
            split="train|validation",
            number="[0-9]{4}",
        conda:
            ENVIRONMENT
        resources:
            mem_mb=memory(1000),
            runtime=120,
        params:
            **step("scripts/examples/build_examples.py"),
            flags=lambda wildcards: flags(
                seed=config["seed"],
                seq_length=SEQ_LENGTHS[wildcards.phase],
                **config["examples"] | {"paths": None},
            ),
        message:
            "Building examples {wildcards.phase}/{wildcards.split}/{wildcards.number}"
        shell:
            "{params.run} {input.shard:q} --random-from {input.random:q} "
            "--spare {input.spare:q} -o {output.examples:q} --statistics {output.statistics:q} "
            "{params.flags} --log {log:q}"
