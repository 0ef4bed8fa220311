from scripts.common.errors import UserError
from scripts.common.model_files import FINETUNED
from scripts.glue.files import given_model
from scripts.glue.files.official_files import SOURCES
from scripts.glue.tasks import selection
from scripts.glue.tasks.official_tasks import DIAGNOSTIC

GLUE = config["glue"]


def there(path):
    """Whether a file of the user's exists; `exists` asks its caller's module for the storage."""
    return exists(path)


if GLUE["source"] == "folder" and not GLUE["path"]:
    raise WorkflowError("glue.path: needed where glue.source is folder")

try:
    GLUE_TASKS = selection.all_tasks(GLUE["tasks"])
    selection.check_names(GLUE, GLUE_TASKS)
    FETCHES = selection.fetches(
        GLUE, GLUE_TASKS, SAMPLE_GLUE, "results/glue/download", there
    )
    if GLUE["model"]:
        MODEL = literal(given_model.find(GLUE["model"], there))
    else:
        MODEL = pretrained_files(PRETRAINED)
except UserError as error:
    raise WorkflowError(str(error))

TASK_ARGUMENTS = selection.arguments(GLUE["tasks"])
RESULT_TASKS = [
    *GLUE_TASKS,
    *(task + selection.FROM_MNLI for task in GLUE["from_mnli"]),
]


def glue_data(task, split):
    """The checked files of a task's split."""
    names = FETCHES[task].names.get(split, []) if task in FETCHES else []
    return [f"results/glue/data/{task}/{name}" for name in names]


def run_files(name, tasks=RESULT_TASKS, base="results/glue"):
    """One file of all runs of these tasks."""
    return [
        f"{folder}/{name}"
        for task in tasks
        for folder in selection.run_folders(GLUE, task, base)
    ]


def run_outputs(base, *more):
    """The files of a run, beside which there are `more`."""
    names = ["metrics.json", "dev.tsv", "test.tsv", "curve.tsv", "cost.json", *more]
    return [f"{base}/{{task}}/{{setting}}seed{{seed}}/{name}" for name in names]


def start_model(wildcards):
    """The files of the model that a run starts from; for several, those that tell the best."""
    if selection.base_task(wildcards.task) == wildcards.task:
        return MODEL
    return [
        f"{folder}/{name}"
        for folder in selection.run_folders(GLUE, "MNLI", "results/glue")
        if Path(folder).name == f"seed{wildcards.seed}"
        for name in ["metrics.json", *(f"model/{file}" for file in FINETUNED)]
    ]


def run_data(split):
    """A function of wildcards: the files of a split of a run's task."""

    def files(wildcards):
        task = selection.base_task(wildcards.task)
        both = task == "MNLI" and split == "test"
        return glue_data(task, split) + (glue_data(DIAGNOSTIC, split) if both else [])

    return files


def run_flags(wildcards):
    """A run's settings as flags."""
    task = selection.base_task(wildcards.task)
    settings = selection.settings(GLUE, task)[wildcards.setting.rstrip("/")]
    return flags(
        seed=wildcards.seed,
        cpu_threads=GLUE["cpu_threads"],
        init_from="MNLI" if task != wildcards.task else None,
        **settings,
    )


def submitted(name):
    """A file of all plain runs; an error where the benchmark's eleven files cannot be made."""
    missing = selection.missing_tests(FETCHES)
    if missing:
        raise WorkflowError(
            "glue_submission.zip needs all nine tasks and their test files; "
            f"missing: {', '.join(missing)}"
        )
    return run_files(name, selection.OFFICIAL)


rule download_glue:
    output:
        "results/glue/download/{name}",
    log:
        "logs/glue/download_glue/{name}.log",
    wildcard_constraints:
        name="|".join(SOURCES),
    conda:
        ENVIRONMENT
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
        conda:
            ENVIRONMENT
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
    conda:
        ENVIRONMENT
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
    "task": lambda wildcards: shlex.quote(
        TASK_ARGUMENTS[selection.base_task(wildcards.task)]
    ),
}


rule finetune:
    input:
        model=start_model,
        train=run_data("train"),
        dev=run_data("dev"),
        test=run_data("test"),
    output:
        run_outputs("results/glue"),
    log:
        "logs/glue/finetune/{task}/{setting}seed{seed}.log",
    benchmark:
        "benchmarks/glue/finetune/{task}/{setting}seed{seed}.tsv"
    wildcard_constraints:
        task="[^/]+",
        setting="([^/]+/)?",
        seed=r"\d+",
    conda:
        ENVIRONMENT
    threads: GLUE["cpu_threads"]
    resources:
        mem_mb=memory(6000),
        runtime=480,
        gpu=GLUE["gpus"],
    params:
        **FINETUNE,
        flags=run_flags,
    message:
        "Finetuning on {wildcards.task}, seed {wildcards.seed} {wildcards.setting}"
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
            setting="([^/]+/)?",
            seed=r"\d+",
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
    conda:
        ENVIRONMENT
    resources:
        mem_mb=memory(2000),
        runtime=30,
    params:
        **step("scripts/glue/collect_results.py"),
        flags=flags(seed=config["seed"]),
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
    conda:
        ENVIRONMENT
    resources:
        mem_mb=memory(2000),
        runtime=30,
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
            model=pretrained_files(RANDOM),
            train=run_data("train"),
            dev=run_data("dev"),
            test=run_data("test"),
        output:
            run_outputs("results/glue_random"),
        log:
            "logs/glue/finetune_random/{task}/{setting}seed{seed}.log",
        benchmark:
            "benchmarks/glue/finetune_random/{task}/{setting}seed{seed}.tsv"
        message:
            "Finetuning random weights on {wildcards.task}, seed {wildcards.seed} {wildcards.setting}"

    rule compare_pretraining:
        input:
            pretrained=run_files("metrics.json", GLUE_TASKS),
            random=run_files("metrics.json", GLUE_TASKS, "results/glue_random"),
        output:
            "pretraining_gain.tsv",
        log:
            "logs/glue/compare_pretraining.log",
        localrule: True
        conda:
            ENVIRONMENT
        resources:
            mem_mb=memory(2000),
            runtime=30,
        params:
            **step("scripts/glue/compare_pretraining.py"),
        message:
            "Comparing pretrained with random weights"
        shell:
            "{params.run} --pretrained {input.pretrained:q}"
            " --random {input.random:q} -o {output:q} --log {log:q}"
