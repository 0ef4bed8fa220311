VOCAB = config["vocab"]
VOCAB_FILES = [
    f"results/vocab/{name}"
    for name in ("vocab.txt", "tokenizer.json", "tokenizer_config.json")
]
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


def EXAMPLES(phase, split):
    """The files of examples of a phase, for training or for validation."""
    numbers = [given[2] for given in GIVEN_EXAMPLES if given[:2] == (phase, split)]
    if not GIVEN_EXAMPLES:
        numbers = [f"{number:04d}" for number in range(len(SHARDS[split]))]
    return [f"results/examples/{phase}/{split}/{number}.h5" for number in numbers]


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


def vocab_files():
    """The files of a given vocabulary: itself, or what a tokenizer folder has."""
    path = Path(VOCAB["path"])
    if not path.is_dir():
        return [str(path)]
    names = (
        "vocab.txt", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json",
        "added_tokens.json", "vocab.json", "merges.txt", "config.json", "spiece.model",
        "sentencepiece.bpe.model", "tokenizer.model",
    )  # fmt: skip
    found = [str(path / name) for name in names if (path / name).is_file()]
    if not found:
        raise WorkflowError(f"vocab.path: {path}: a folder without a tokenizer's files")
    return found


if VOCAB["path"]:

    rule import_vocab:
        input:
            vocab_files(),
        output:
            VOCAB_FILES,
        log:
            "logs/examples/import_vocab.log",
        resources:
            mem_mb=1000,
            runtime=10,
        params:
            code=code("scripts/examples/import_vocab.py"),
            flags=flags(
                source=VOCAB["path"],
                lowercase=VOCAB["lowercase"],
                max_length=VOCAB["max_length"],
            ),
        message:
            "Taking the vocabulary of {input[0]}"
        shell:
            "python -m scripts.examples.import_vocab {params.flags} -o results/vocab --log {log}"

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
        threads: 4
        resources:
            mem_mb=1000 + 12 * VOCAB["sample_mb"],
            runtime=120,
        params:
            code=code("scripts/examples/train_vocab.py"),
            flags=flags(
                size=VOCAB["size"],
                lowercase=VOCAB["lowercase"],
                sample_mb=VOCAB["sample_mb"],
                max_length=VOCAB["max_length"],
                seed=config["seed"],
            ),
        message:
            "Training the vocabulary"
        shell:
            "python -m scripts.examples.train_vocab {input} -o results/vocab {params.flags} "
            "--threads {threads} --log {log}"


if GIVEN_EXAMPLES:

    rule import_examples:
        input:
            examples=lambda wildcards: GIVEN_EXAMPLES[
                wildcards.phase, wildcards.split, wildcards.number
            ],
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
        resources:
            mem_mb=2000,
            runtime=120,
        params:
            code=code("scripts/examples/import_examples.py"),
            flags=lambda wildcards: flags(seq_length=SEQ_LENGTHS[wildcards.phase]),
        message:
            "Taking the examples of {input.examples}"
        shell:
            "python -m scripts.examples.import_examples {input.examples} -o {output.examples} "
            "--statistics {output.statistics} --tokenizer results/vocab {params.flags} --log {log}"

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
        resources:
            mem_mb=1000,
            runtime=120,
        params:
            code=code("scripts/examples/tokenize_shard.py"),
        message:
            "Tokenizing shard {wildcards.split}/{wildcards.number}"
        shell:
            "python -m scripts.examples.tokenize_shard {input.shard} --tokenizer results/vocab "
            "-o {output} --threads {threads} --log {log}"

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
        resources:
            mem_mb=1000,
            runtime=120,
        params:
            code=code("scripts/examples/build_examples.py"),
            flags=lambda wildcards: flags(
                seed=config["seed"],
                seq_length=SEQ_LENGTHS[wildcards.phase],
                **{
                    key: value
                    for key, value in config["examples"].items()
                    if key != "paths"
                },
            ),
        message:
            "Building examples {wildcards.phase}/{wildcards.split}/{wildcards.number}"
        shell:
            "python -m scripts.examples.build_examples {input.shard} --random-from {input.random} "
            "--spare {input.spare} -o {output.examples} --statistics {output.statistics} "
            "{params.flags} --log {log}"
