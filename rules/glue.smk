rule download_glue:
    output:
        "results/glue/download/{name}",
    log:
        "logs/glue/download_glue/{name}.log",
    resources:
        mem_mb=memory(500),
        runtime=120,
    params:
        **step("scripts/glue/download_glue.py"),
        flags=lambda wildcards: flags(
            mirror=GLUE["mirror"], sha256=GLUE["checksums"].get(wildcards.name)
        ),
    message:
        "Downloading {wildcards.name}"
    shell:
        "{params.run} {wildcards.name} {params.flags} -o {output:q} --log {log:q}"


for FETCHED, FETCH in FETCHES.items():

    rule:
        name:
            f"fetch_glue_{FETCHED.replace('-', '_')}"
        input:
            literal(FETCH.inputs),
        output:
            [file for split in FETCH.names for file in glue_data(FETCHED, split)],
        log:
            f"logs/glue/fetch_glue/{FETCHED}.log",
        resources:
            mem_mb=memory(2000),
            runtime=30,
        params:
            **step(f"scripts/glue/{FETCH.step}.py"),
            given=given(literal(FETCH.inputs)),
            task=shlex.quote(FETCH.argument),
            folder=output_folder,
        message:
            f"Fetching the files of {FETCHED} and checking them line by line"
        shell:
            "{params.run} {params.task} {input:q} -o {params.folder} --log {log:q}"


rule collect_evaluation:
    input:
        [
            file
            for task in GLUE_TASKS
            for split in ("dev", "test")
            for file in glue_data(task, split)
        ],
    output:
        EVALUATION_TEXTS,
    log:
        "logs/glue/collect_evaluation.log",
    resources:
        mem_mb=memory(1000),
        runtime=30,
    params:
        **step("scripts/glue/collect_evaluation.py"),
    message:
        "Collecting the texts of the evaluation"
    shell:
        "{params.run} {input:q} -o {output:q} --log {log:q}"


# The params of all finetuning, beside its flags.
FINETUNE = {
    **step("scripts/glue/finetune.py", MKL_DYNAMIC="FALSE"),
    "given": given(start_model),
    "instructions": instructions(),
    "folder": output_folder,
    "task": lambda wildcards: shlex.quote(TASK_ARGUMENTS[selection.base_task(wildcards.task)]),
}


rule finetune:
    input:
        **RUN_DATA,
        model=start_model,
    output:
        run_outputs("results/glue"),
    log:
        "logs/glue/finetune/{task}/{pretraining}{setting}seed{seed}.log",
    benchmark:
        "benchmarks/glue/finetune/{task}/{pretraining}{setting}seed{seed}.tsv"
    threads: GLUE["cpu_threads"]
    resources:
        mem_mb=memory(8000 if GLUE["model"] else 2000 + 24 * SHAPE.parameters / 1e6),
        # The sample's tasks are small.
        runtime=lambda wildcards, attempt: attempt * (30 if GLUE["source"] == "sample" else 480),
        gpu=GLUE["gpus"],
    params:
        **FINETUNE,
        flags=run_flags,
    message:
        "Finetuning on {wildcards.task}, seed {wildcards.seed} {wildcards.pretraining}{wildcards.setting}"
    shell:
        "{params.run} {params.task} --model {input.model:q}"
        " --train {input.train:q} --dev {input.dev:q} --test {input.test:q} {params.flags}"
        " -o {params.folder} --log {log:q}"


if GLUE["from_mnli"]:

    ruleorder: finetune_mnli > finetune

    use rule finetune as finetune_mnli with:
        output:
            run_outputs("results/glue", *(f"model/{name}" for name in FINETUNED)),
        wildcard_constraints:
            task="MNLI",
        params:
            **FINETUNE,
            flags=lambda wildcards: f"{run_flags(wildcards)} --keep-model",


rule collect_results:
    input:
        metrics=run_files("metrics.json"),
        dev=run_files("dev.tsv"),
        curves=run_files("curve.tsv"),
    output:
        table="glue_results.tsv",
        markdown="glue_results.md",
        runs="results/glue/summary/runs.tsv",
        confusion="results/glue/summary/confusion.tsv",
        curves="results/glue/summary/curves.tsv",
    log:
        "logs/glue/collect_results.log",
    localrule: True
    params:
        **step("scripts/glue/collect_results.py"),
        flags=flags(seed=config["seed"], source=GLUE["source"]),
        folder=lambda wildcards, output: folder_of([output.runs]),
    message:
        "Collecting all runs into {output.table}"
    shell:
        "{params.run} {input.metrics:q} --table {output.table:q}"
        " --markdown {output.markdown:q} --details {params.folder} {params.flags}"
        " --log {log:q}"


rule write_submission:
    input:
        metrics=lambda wildcards: submitted("metrics.json"),
        test=lambda wildcards: submitted("test.tsv"),
    output:
        "glue_submission.zip",
    log:
        "logs/glue/write_submission.log",
    localrule: True
    params:
        **step("scripts/glue/write_submission.py"),
        flags=flags(official_counts=GLUE["source"] != "sample"),
    message:
        "Writing the submission from the best dev runs"
    shell:
        "{params.run} {input.metrics:q} {params.flags} -o {output:q} --log {log:q}"


if not GLUE["model"]:

    use rule finetune as finetune_random with:
        input:
            **RUN_DATA,
            model=pretrained_files(RANDOM),
        output:
            run_outputs("results/glue_random"),
        log:
            "logs/glue/finetune_random/{task}/{pretraining}{setting}seed{seed}.log",
        benchmark:
            "benchmarks/glue/finetune_random/{task}/{pretraining}{setting}seed{seed}.tsv"
        message:
            "Finetuning random weights on {wildcards.task}, seed {wildcards.seed} {wildcards.pretraining}{wildcards.setting}"

    rule compare_pretraining:
        input:
            pretrained=run_files("metrics.json", GLUE_TASKS),
            random=run_files("metrics.json", GLUE_TASKS, "results/glue_random"),
            dev=[
                *run_files("dev.tsv", GLUE_TASKS),
                *run_files("dev.tsv", GLUE_TASKS, "results/glue_random"),
            ],
        output:
            "pretraining_gain.tsv",
        log:
            "logs/glue/compare_pretraining.log",
        localrule: True
        params:
            **step("scripts/glue/compare_pretraining.py"),
            flags=flags(seed=config["seed"]),
        message:
            "Comparing pretrained with random weights"
        shell:
            "{params.run} --pretrained {input.pretrained:q}"
            " --random {input.random:q} {params.flags} -o {output:q} --log {log:q}"
