rule pretrain:
    input:
        train=lambda wildcards: example_files(wildcards.phase, "train"),
        validation=lambda wildcards: example_files(wildcards.phase, "validation"),
        vocab=VOCAB_FILES,
        start=phase_start,
    output:
        multiext(
            "results/pretrain/{phase}/",
            *model_files.PRETRAINED,
            "README.md",
            "metrics.jsonl",
            "timing.jsonl",
            "cost.json",
            "events.out.tfevents.0.pretrain",
        ),
    log:
        "logs/pretrain/{phase}.log",
    benchmark:
        "benchmarks/pretrain/{phase}.tsv"
    wildcard_constraints:
        phase="|".join(PHASES),
    conda:
        "../config/environment.yaml"
    threads: max(1, PRETRAIN["gpus"]) * PRETRAIN["cpu_threads"]
    resources:
        **several_nodes(),
        mem_mb=8000 * max(1, PRETRAIN["gpus"]),
        runtime=PRETRAIN["runtime"],
        gpu=PRETRAIN["gpus"] * PRETRAIN["nodes"],
        nodes=PRETRAIN["nodes"],
    params:
        code=code("scripts/pretrain/pretrain.py"),
        flags=phase_flags,
        launch=untracked(processes=PRETRAIN["gpus"], nodes=PRETRAIN["nodes"]),
        safety=untracked(
            checkpoint_minutes=PRETRAIN["checkpoint_minutes"],
            checkpoint_steps=PRETRAIN["checkpoint_steps"],
            keep=PRETRAIN["checkpoints"],
            keep_checkpoints=PRETRAIN["keep_checkpoints"],
            compile=PRETRAIN["compile"],
            sharded=PRETRAIN["sharded"],
        ),
    message:
        "Pretraining, phase {wildcards.phase}"
    shell:
        "exec python -m scripts.pretrain.launch {params.launch} --cpus {threads} --log {log} "
        "-- {input.train} --validation {input.validation} "
        "--tokenizer results/vocab -o results/pretrain/{wildcards.phase} {params.flags} "
        "--checkpoints results/checkpoints {params.safety}"


rule init_model:
    input:
        vocab=VOCAB_FILES,
        start=init_files() if PRETRAIN["init"] else [],
    output:
        multiext(f"{RANDOM}/", *model_files.PRETRAINED, "README.md"),
    log:
        "logs/pretrain/init_model.log",
    conda:
        "../config/environment.yaml"
    threads: 1
    resources:
        mem_mb=memory(4000),
        runtime=10,
    params:
        code=code("scripts/pretrain/init_model.py"),
        flags=flags(
            seed=config["seed"],
            initial_weights=PRETRAIN["initial_weights"],
            model=(
                f"{PRETRAIN['init']}/config.json"
                if PRETRAIN["init"]
                else json.dumps(NEW_MODEL, sort_keys=True)
            ),
        ),
    message:
        "Making an untrained model to compare with"
    shell:
        "python -m scripts.pretrain.init_model {params.flags} --tokenizer results/vocab "
        f"-o {RANDOM} --log {{log}}"
