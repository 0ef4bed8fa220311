from scripts.common.errors import UserError
from scripts.common.model_files import FINETUNED, find_model
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
    FETCHES = selection.fetches(GLUE, GLUE_TASKS, SAMPLE_GLUE, "results/glue/download", there)
except UserError as error:
    raise WorkflowError(str(error))

STARTS = [""] if GLUE["model"] else list(PRETRAININGS)  # folders of the pretrainings to finetune
PRETRAINED = pretrained_files(f"results/pretrain/{{pretraining}}{LAST}")
if GLUE["model"]:
    try:
        PRETRAINED = literal(find_model(GLUE["model"], there))
    except UserError as error:
        raise WorkflowError(f"glue.model: {error}")

TASK_ARGUMENTS = selection.arguments(GLUE["tasks"])
RESULT_TASKS = [*GLUE_TASKS, *(task + selection.FROM_MNLI for task in GLUE["from_mnli"])]


def glue_data(task, split):
    """The checked files of a task's split."""
    names = FETCHES[task].names.get(split, []) if task in FETCHES else []
    return [f"results/glue/data/{task}/{name}" for name in names]


def run_files(name, tasks=RESULT_TASKS, base="results/glue"):
    """One file of all runs of these tasks."""
    return [
        f"{folder}/{name}"
        for task in tasks
        for folder in selection.run_folders(GLUE, task, base, STARTS)
    ]


def run_outputs(base, *more):
    """The files of a run, beside which there are `more`."""
    names = ["metrics.json", "dev.tsv", "test.tsv", "curve.tsv", "cost.json", *more]
    return [f"{base}/{{task}}/{{pretraining}}{{setting}}seed{{seed}}/{name}" for name in names]


def start_model(wildcards):
    """The files of the model that a run starts from; for several, those that tell the best."""
    if selection.base_task(wildcards.task) == wildcards.task:
        return PRETRAINED if GLUE["model"] else expand(PRETRAINED, **wildcards)
    return [
        f"{folder}/{name}"
        for folder in selection.run_folders(GLUE, "MNLI", "results/glue", [wildcards.pretraining])
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


RUN_DATA = {split: run_data(split) for split in selection.SPLITS}


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
