if GIVEN_VOCAB:

    rule import_vocab:
        input:
            GIVEN_VOCAB,
        output:
            VOCAB_FILES,
        log:
            "logs/examples/import_vocab.log",
        resources:
            mem_mb=memory(1000),
            runtime=10,
        params:
            **step("scripts/examples/import_vocab.py"),
            given=given(GIVEN_VOCAB),
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
        threads: 4
        resources:
            mem_mb=memory(300 + 8 * VOCAB["sample_mb"]),
            runtime=minutes(240, share=0.05),
        params:
            **step("scripts/examples/train_vocab.py"),
            files=handed_over(lambda input: input),
            flags=flags(seed=config["seed"], **VOCAB | {"path": None}),
            folder=output_folder,
        message:
            "Training the vocabulary"
        shell:
            "{params.run} {params.files} -o {params.folder} {params.flags} "
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
        resources:
            mem_mb=memory(2000),
            runtime=minutes(240),
        params:
            **step("scripts/examples/import_examples.py"),
            given=given(given_examples),
            vocab=vocab_folder,
            flags=lambda wildcards: flags(seq_length=SEQ_LENGTHS[wildcards.phase]),
        message:
            "Taking the examples of {input.examples:q}"
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
            passing("results/tokens/{split}/{number}.h5"),
        log:
            "logs/examples/tokenize_shard/{split}/{number}.log",
        benchmark:
            "benchmarks/examples/tokenize_shard/{split}/{number}.tsv"
        resources:
            mem_mb=memory(300),
            runtime=minutes(240),
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
        resources:
            mem_mb=memory(300),
            runtime=minutes(240),
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
