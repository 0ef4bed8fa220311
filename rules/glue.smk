# From a pretrained model to glue_results.tsv: fetch the tasks, finetune on each, collect.
from scripts.common.errors import UserError
from scripts.glue import plan
from scripts.glue.tasks import DIAGNOSTIC, OFFICIAL

# Until the earlier stages name them.
globals().setdefault("SAMPLE_GLUE", "results/corpus/sample_glue")
globals().setdefault("PRETRAINED", "results/pretrain/final")
globals().setdefault("RANDOM", "results/pretrain/random")
globals().setdefault(
    "MODEL_NAMES", ["config.json", "model.safetensors", "tokenizer.json"]
)

GLUE = config["glue"]
GLUE_DATA = "results/glue/data"
RUN_FILES = ["metrics.json", "dev.tsv", "test.tsv", "curve.tsv", "cost.json"]
KEPT_MODEL = [
    "config.json",
    "model.safetensors",
    "tokenizer.json",
    "tokenizer_config.json",
]
FROM_MNLI = "-from-MNLI"


def or_refuse(function, *arguments):
    """What the function returns; what the user can mend becomes an error of the config."""
    try:
        return function(*arguments)
    except UserError as error:
        raise WorkflowError(str(error))


GLUE_TASKS = or_refuse(plan.all_tasks, GLUE["tasks"])
or_refuse(plan.check_names, GLUE, GLUE_TASKS)
OWN_TASKS = {entry["name"]: entry for entry in GLUE["tasks"] if isinstance(entry, dict)}


# Where each task's official files come from, and under which names they are kept.
if GLUE["source"] == "folder" and not GLUE["path"]:
    raise WorkflowError(
        "glue.path: the folder of the tasks is needed where glue.source is folder"
    )
GLUE_FOLDER = GLUE["path"] if GLUE["source"] == "folder" else SAMPLE_GLUE


def there(path):
    """Whether a file exists, in the run's storage."""
    return exists(path)


def source_files(task):
    """A task's files by split, where they come from."""
    if GLUE["source"] == "folder":
        return or_refuse(plan.present, task, GLUE["path"], there)
    return plan.complete(task, GLUE_FOLDER)


SOURCE_FILES = {
    name: source_files(task)
    for name, task in GLUE_TASKS.items()
    if name not in OWN_TASKS
}
AX_FILE = f"{GLUE_FOLDER}/{DIAGNOSTIC}/{DIAGNOSTIC}.tsv"
if "MNLI" in GLUE_TASKS and (GLUE["source"] != "folder" or there(AX_FILE)):
    SOURCE_FILES[DIAGNOSTIC] = {"test": [AX_FILE]}


def data_files(task, split):
    """The checked files of a task's split in the results."""
    files = SOURCE_FILES[task].get(split, [])
    names = ["test.tsv"] if task == DIAGNOSTIC else [Path(file).name for file in files]
    return [f"{GLUE_DATA}/{task}/{name}" for name in names]


for TASK, FILES in SOURCE_FILES.items():

    rule:
        name:
            f"fetch_glue_{TASK}"
        input:
            [file for files in FILES.values() for file in files],
        output:
            [file for split in FILES for file in data_files(TASK, split)],
        log:
            f"logs/glue/fetch_glue/{TASK}.log",
        threads: 1
        resources:
            mem_mb=2000,
            runtime=20,
        params:
            code=code("scripts/glue/fetch_glue.py"),
            task=TASK,
            folder=f"{GLUE_DATA}/{TASK}",
        message:
            f"Fetch {TASK} and check it line by line"
        shell:
            "python -m scripts.glue.fetch_glue {params.task} {input:q} -o {params.folder} --log {log}"


# The model: the one pretrained here, or a folder of the user's.
if GLUE["model"]:
    MODEL = or_refuse(plan.model_files, GLUE["model"], there)
else:
    MODEL = [f"{PRETRAINED}/{name}" for name in MODEL_NAMES]


def run_folders(task, results="results/glue"):
    """The folders of all runs of a task: its settings times the seeds."""
    names = plan.settings(GLUE, task.removesuffix(FROM_MNLI))
    return [
        f"{results}/{task}/{name}{'/' if name else ''}seed{seed}"
        for name in names
        for seed in GLUE["seeds"]
    ]


def finetune_model(wildcards):
    """The files of the model that a run starts from."""
    if not wildcards.task.endswith(FROM_MNLI):
        return MODEL
    return [
        f"{folder}/{name}"
        for folder in run_folders("MNLI")
        if folder.endswith(f"seed{wildcards.seed}")
        for name in ["metrics.json", *(f"model/{file}" for file in KEPT_MODEL)]
    ]


def finetune_data(split):
    """The files of a split of a run's task, as a function of its wildcards."""

    def files(wildcards):
        task = wildcards.task.removesuffix(FROM_MNLI)
        extra = [DIAGNOSTIC] if task == "MNLI" and split == "test" else []
        return [file for name in [task, *extra] for file in data_files(name, split)]

    return files


def finetune_flags(wildcards):
    """A run's settings as flags."""
    task, name = wildcards.task.removesuffix(FROM_MNLI), wildcards.setting.rstrip("/")
    source = "MNLI" if wildcards.task != task else None
    chosen = plan.settings(GLUE, task)[name]
    return flags(
        seed=wildcards.seed, cpu_threads=GLUE["cpu_threads"], init_from=source, **chosen
    )


def finetune_task(wildcards):
    """A run's task as a word of the command line."""
    task = wildcards.task.removesuffix(FROM_MNLI)
    return shlex.quote(
        json.dumps(OWN_TASKS[task], sort_keys=True) if task in OWN_TASKS else task
    )


rule finetune:
    input:
        model=finetune_model,
        train=finetune_data("train"),
        dev=finetune_data("dev"),
        test=finetune_data("test"),
    output:
        [f"results/glue/{{task}}/{{setting}}seed{{seed}}/{name}" for name in RUN_FILES],
    log:
        "logs/glue/finetune/{task}/{setting}seed{seed}.log",
    benchmark:
        "benchmarks/glue/finetune/{task}/{setting}seed{seed}.tsv"
    wildcard_constraints:
        task="[^/]+",
        setting="([^/]+/)?",
        seed=r"\d+",
    threads: GLUE["cpu_threads"]
    resources:
        mem_mb=6000,
        runtime=480,
        gpu=GLUE["gpus"],
    params:
        code=code("scripts/glue/finetune.py"),
        task=finetune_task,
        flags=finetune_flags,
    message:
        "Finetune on {wildcards.task}, seed {wildcards.seed} {wildcards.setting}"
    shell:
        "MKL_DYNAMIC=FALSE RAYON_NUM_THREADS={threads} HF_HUB_OFFLINE=1"
        " python -m scripts.glue.finetune {params.task} --model {input.model:q}"
        " --train {input.train:q} --dev {input.dev:q} --test {input.test:q} {params.flags}"
        " -o $(dirname {output[0]:q}) --log {log}"


if GLUE["from_mnli"]:

    ruleorder: finetune_mnli > finetune

    use rule finetune as finetune_mnli with:
        output:
            rules.finetune.output,
            [
                f"results/glue/{{task}}/{{setting}}seed{{seed}}/model/{name}"
                for name in KEPT_MODEL
            ],
        wildcard_constraints:
            task="MNLI",
            setting="([^/]+/)?",
            seed=r"\d+",
        params:
            code=code("scripts/glue/finetune.py"),
            task=finetune_task,
            flags=lambda wildcards: f"{finetune_flags(wildcards)} --keep-model",


def run_files(name, tasks, results="results/glue"):
    """One file of all runs of these tasks."""
    return [
        f"{folder}/{name}" for task in tasks for folder in run_folders(task, results)
    ]


RESULT_TASKS = [*GLUE_TASKS, *(task + FROM_MNLI for task in GLUE["from_mnli"])]


rule collect_results:
    input:
        metrics=run_files("metrics.json", RESULT_TASKS),
        dev=run_files("dev.tsv", RESULT_TASKS),
        curves=run_files("curve.tsv", RESULT_TASKS),
    output:
        table="glue_results.tsv",
        markdown="glue_results.md",
        runs="results/glue/summary/runs.tsv",
        confusion="results/glue/summary/confusion.tsv",
        curves="results/glue/summary/curves.tsv",
    log:
        "logs/glue/collect_results.log",
    threads: 1
    resources:
        mem_mb=2000,
        runtime=20,
    params:
        code=code("scripts/glue/collect_results.py"),
        flags=flags(seed=config["seed"]),
    message:
        "Make the GLUE table from all runs"
    shell:
        "python -m scripts.glue.collect_results {input.metrics:q} --table {output.table}"
        " --markdown {output.markdown} --details $(dirname {output.runs}) {params.flags}"
        " --log {log}"


if not GLUE["model"]:

    use rule finetune as finetune_random with:
        input:
            model=[f"{RANDOM}/{name}" for name in MODEL_NAMES],
            train=finetune_data("train"),
            dev=finetune_data("dev"),
            test=finetune_data("test"),
        output:
            [
                f"results/glue_random/{{task}}/{{setting}}seed{{seed}}/{name}"
                for name in RUN_FILES
            ],
        log:
            "logs/glue/finetune_random/{task}/{setting}seed{seed}.log",
        benchmark:
            "benchmarks/glue/finetune_random/{task}/{setting}seed{seed}.tsv"
        message:
            "Finetune from random weights on {wildcards.task}, seed {wildcards.seed} {wildcards.setting}"

    rule compare_pretraining:
        input:
            pretrained=run_files("metrics.json", GLUE_TASKS),
            random=run_files("metrics.json", GLUE_TASKS, "results/glue_random"),
        output:
            "pretraining_gain.tsv",
        log:
            "logs/glue/compare_pretraining.log",
        threads: 1
        resources:
            mem_mb=2000,
            runtime=20,
        params:
            code=code("scripts/glue/compare_pretraining.py"),
        message:
            "Show what pretraining gained over random weights"
        shell:
            "python -m scripts.glue.compare_pretraining --pretrained {input.pretrained:q}"
            " --random {input.random:q} -o {output} --log {log}"


localrules:
    collect_results,
