"""The stage's rules: what runs, what runs again, and mistakes that are named before any job."""

import re
from pathlib import Path

import pytest
import yaml

from tests.glue.made import write_diagnostic, write_task
from tests.runs import call, clone, snakemake

TABLE = "glue_results.tsv"
COLLECT = "Collecting all runs into glue_results.tsv"
FAST = {"epochs": 1, "max_length": 32}


@pytest.fixture(scope="module")
def base(tmp_path_factory, model_folder) -> Path:
    """A clone with task files and a model; nothing has run. Tests change its config only."""
    folder = clone(tmp_path_factory.mktemp("rules"))
    for name in ("RTE", "SST-2", "MNLI"):
        write_task(folder / "tasks", name)
    (folder / "tasks" / "MNLI" / "dev_mismatched.tsv").unlink()
    write_diagnostic(folder / "tasks")
    (folder / "model").symlink_to(model_folder)
    return folder


def configure(folder: Path, **glue) -> None:
    """Write the config: the folder of tasks and the model, with these changes."""
    section = {
        "source": "folder",
        "path": "tasks",
        "model": "model",
        "tasks": ["RTE", "MNLI"],
        "seeds": [1],
        "finetune": FAST,
    }
    path = folder / "tests/workflow/small.yaml"
    path.write_text(yaml.safe_dump({"glue": section | glue}))


def plan(folder: Path, target: str = TABLE, *options: str) -> list[str]:
    """The messages of the jobs that would run."""
    status, text = call(folder, "--dry-run", *options, "--", target)
    assert status == 0, text[-8000:]
    return sorted(re.findall(r"^Job \d+: (.*?)\s*$", text, re.MULTILINE))


@pytest.mark.slow
def test_a_run_and_what_changes_run_again(base):
    """One real run, with a task of the user's own, then the plans after a user's changes."""
    moods = (("fine", "good"), ("poor", "bad"))
    lines = [f"{word},{label}" for word, label in moods for _ in range(20)]
    (base / "mine.csv").write_text("\n".join(["text,mood", *lines]) + "\n")
    own = {
        "name": "Mood",
        "train": "mine.csv",
        "dev": "mine.csv",
        "text": "text",
        "label": "mood",
        "metric": ["accuracy", "f1"],
    }
    mood = {"epochs": 20, "learning_rate": 5e-3}
    configure(base, tasks=["RTE", "MNLI", own], per_task={"Mood": mood})
    snakemake(base, "--cores", "2", "--", TABLE)
    rows = [line.split("\t") for line in (base / TABLE).read_text().split("\n")[1:-1]]
    assert [row[:2] for row in rows] == [
        ["RTE", "accuracy"],
        ["MNLI", "accuracy_matched"],
        ["Mood", "accuracy"],
        ["Mood", "f1"],
        ["average", "2 tasks: MNLI, RTE"],
    ]
    assert [row[2] for row in rows if row[0] == "Mood"] == ["100.0", "100.0"]
    assert (base / "glue_results.md").exists()
    assert "AX" in (base / "results/glue/MNLI/seed1/test.tsv").read_text()

    configure(base, tasks=["RTE", "MNLI", own], per_task={"Mood": mood}, gpus=0)
    assert plan(base) == []
    configure(base, tasks=["RTE", "MNLI"], seeds=[1, 2])
    assert plan(base) == [
        COLLECT,
        "Finetuning on MNLI, seed 2",
        "Finetuning on RTE, seed 2",
    ]
    configure(base, tasks=["RTE", "MNLI", "SST-2"], per_task={"RTE": {"epochs": 2}})
    assert plan(base) == [
        COLLECT,
        "Fetching the files of SST-2 and checking them line by line",
        "Finetuning on RTE, seed 1",
        "Finetuning on SST-2, seed 1",
    ]


@pytest.mark.slow
def test_grids_and_runs_from_mnli_are_jobs_of_their_own(base):
    configure(base, from_mnli=["RTE"], finetune=FAST | {"learning_rate": [1e-4, 2e-4]})
    jobs = plan(base, TABLE, "--forceall")
    assert [job for job in jobs if job.startswith("Finetuning")] == [
        f"Finetuning on {task}, seed 1 learning_rate-{rate}/"
        for task in ("MNLI", "RTE", "RTE-from-MNLI")
        for rate in ("0.0001", "0.0002")
    ]
    # nothing of the pretraining graph is asked for
    assert [job for job in jobs if not job.startswith("Finetuning")] == [
        COLLECT,
        *(
            f"Fetching the files of {task} and checking them line by line"
            for task in ("AX", "MNLI", "RTE")
        ),
    ]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("changes", "target", "message"),
    [
        ({"model": "nowhere"}, TABLE, "glue.model: nowhere: no such folder"),
        (
            {"per_task": {"RTE": {"epoch": 1}}},
            TABLE,
            "glue.per_task.RTE.epoch: unknown key; did you",
        ),
        ({}, "glue_submission.zip", "missing: CoLA/test.tsv, SST-2/test.tsv"),
    ],
)
def test_mistakes_are_named_before_any_job(base, changes, target, message):
    configure(base, **changes)
    status, said = call(base, "--dry-run", "--", target)
    assert status
    assert message in said
