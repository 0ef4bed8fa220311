rule pretrain:
    input:
        train=lambda wildcards: example_files(Path(wildcards.phase).name, "train"),
        validation=lambda wildcards: example_files(Path(wildcards.phase).name, "validation"),
        vocab=VOCAB_FILES,
        start=phase_start,
    output:
        multiext(
            "results/pretrain/{phase}/",
            *model_files.PRETRAINED,
            "training.json",
            "metrics.jsonl",
            "timing.jsonl",
            "cost.json",
        ),
    log:
        "logs/pretrain/{phase}.log",
    benchmark:
        "benchmarks/pretrain/{phase}.tsv"
    threads: max(1, PRETRAIN["gpus"]) * PRETRAIN["cpu_threads"]
    resources:
        **several_nodes(),
        mem_mb=memory(training_mb()),
        runtime=phase_minutes,
        gpu=PRETRAIN["gpus"] * PRETRAIN["nodes"],
        nodes=PRETRAIN["nodes"],
    params:
        **step("scripts/pretrain/pretrain.py", launcher="scripts/pretrain/launch.py"),
        **cpu_nodes(),
        given=given(phase_start),
        files=handed_over(lambda input: [*input.train, "--validation", *input.validation]),
        instructions=instructions(),
        flags=phase_flags,
        init=phase_init,
        vocab=vocab_folder,
        folder=output_folder,
        checkpoints=checkpoints_folder,
        launch=untracked(processes=PRETRAIN["gpus"], nodes=PRETRAIN["nodes"]),
        runtime_options=untracked(**section_of(RuntimeOptions, PRETRAIN)),
    message:
        "Pretraining, phase {wildcards.phase}"
    shell:
        "{params.run} {params.launch} --cpus {threads} --log {log:q} "
        "-- {params.files} --tokenizer {params.vocab} -o {params.folder} {params.init} {params.flags} "
        "--checkpoint-folder {params.checkpoints} {params.runtime_options}"


rule init_model:
    input:
        vocab=VOCAB_FILES,
        start=INIT_FILES,
    output:
        pretrained_files(RANDOM),
    log:
        "logs/pretrain/init_model/{pretraining}random.log",
    resources:
        mem_mb=memory(4000),
        runtime=10,
    params:
        **step("scripts/pretrain/init_model.py"),
        given=given(INIT_FILES),
        flags=lambda wildcards: flags(
            seed=PRETRAININGS[wildcards.pretraining],
            initial_weights=PRETRAIN["initial_weights"],
            model=NEW_MODEL,
        ),
        config=lambda wildcards, input: (
            f"--model {shlex.quote(input.start[0])}" if input.start else ""
        ),
        vocab=vocab_folder,
        folder=output_folder,
    message:
        "Making an untrained model to compare with"
    shell:
        "{params.run} {params.flags} {params.config} "
        "--tokenizer {params.vocab} -o {params.folder} --log {log:q}"
