"""What a config asks for."""

import pytest

from scripts.common.errors import UserError
from scripts.glue.tasks import selection
from scripts.glue.tasks.official_tasks import OFFICIAL

OWN = {
    "name": "Mine",
    "train": "t.tsv",
    "dev": "d.tsv",
    "text": "a",
    "label": "b",
    "metric": "accuracy",
}


def glue(**changes):
    """The `glue` section of a config."""
    section = {
        "source": "sample",
        "path": None,
        "tasks": list(OFFICIAL),
        "seeds": [1, 2],
        "from_mnli": [],
        "finetune": {"learning_rate": 2e-5, "batch_size": 32, "epochs": 3, "warmup": 0.1},
        "per_task": {},
    }
    return section | changes


def fetches(section, files=()):
    tasks = selection.all_tasks(section["tasks"])
    return selection.fetches(section, tasks, "sample", "downloads", lambda path: path in files)


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        (["CoLA", "Cola"], "glue.tasks: Cola: no such task; known here: CoLA, SST-2"),
        (["AX"], "glue.tasks: AX: it is predicted with MNLI"),
        ([OWN, {**OWN}], "glue.tasks: Mine: there twice"),
        ([{**OWN, "name": "CoLA"}], "glue.tasks: CoLA: this name is taken"),
        ([{**OWN, "name": "RTE-from-MNLI"}], "this name is taken"),
    ],
)
def test_wrong_tasks_are_named(entries, message):
    with pytest.raises(UserError, match=message):
        selection.all_tasks(entries)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"per_task": {"Rte": {}}}, "glue.per_task: Rte: no such task"),
        ({"from_mnli": ["MNLI"]}, "glue.from_mnli: MNLI"),
        ({"from_mnli": ["RTE"], "tasks": ["RTE"]}, "MNLI itself must be one"),
        ({"from_mnli": ["RTE"], "tasks": ["MNLI"]}, "glue.from_mnli: RTE: not one of glue.tasks"),
    ],
)
def test_wrong_names_elsewhere_are_named(changes, message):
    section = glue(**changes)
    with pytest.raises(UserError, match=message):
        selection.check_names(section, selection.all_tasks(section["tasks"]))


def test_settings_of_a_task_win_and_a_task_at_rest_may_have_some():
    section = glue(per_task={"RTE": {"epochs": 10}}, tasks=["CoLA"])
    selection.check_names(section, selection.all_tasks(section["tasks"]))
    assert selection.settings(section, "RTE")[""]["epochs"] == 10
    assert selection.settings(section, "CoLA")[""]["epochs"] == 3


def test_a_grid_names_only_what_varies():
    section = glue()
    section["finetune"] |= {"learning_rate": [2e-5, 3e-5], "epochs": [3], "batch_size": [16, 32]}
    found = selection.settings(section, "CoLA")
    assert list(found) == [
        "learning_rate-2e-05_batch_size-16",
        "learning_rate-2e-05_batch_size-32",
        "learning_rate-3e-05_batch_size-16",
        "learning_rate-3e-05_batch_size-32",
    ]
    assert found["learning_rate-3e-05_batch_size-16"] == {
        "learning_rate": 3e-5,
        "batch_size": 16,
        "epochs": 3,
        "warmup": 0.1,
    }
    folders = selection.run_folders(section, "CoLA", "results/glue")
    assert folders[1] == "results/glue/CoLA/learning_rate-2e-05_batch_size-16/seed2"
    assert len(set(folders)) == 8


def test_without_a_grid_folders_are_plain():
    assert selection.run_folders(glue(), "RTE-from-MNLI", "results/glue") == [
        "results/glue/RTE-from-MNLI/seed1",
        "results/glue/RTE-from-MNLI/seed2",
    ]


def test_a_folder_needs_training_and_dev_files_and_no_others():
    section = glue(source="folder", path="g/", tasks=["MNLI", "RTE"])
    files = [f"g/MNLI/{name}" for name in ("train.tsv", "dev_matched.tsv")]
    files += [f"g/RTE/{name}.tsv" for name in ("train", "dev", "test")]
    found = fetches(section, files)
    assert found["MNLI"].names == {"train": ["train.tsv"], "dev": ["dev_matched.tsv"], "test": []}
    assert "AX" not in found
    with pytest.raises(UserError, match=r"glue\.path: g/RTE/dev\.tsv: no such file; put RTE there"):
        fetches(section, [name for name in files if name != "g/RTE/dev.tsv"])


def test_samples_and_downloads_have_all_files():
    for source in ("sample", "download"):
        found = fetches(glue(source=source))
        assert selection.missing_tests(found) == []
        assert found["MNLI"].names["dev"] == ["dev_matched.tsv", "dev_mismatched.tsv"]
    assert found["MRPC"].inputs[2] == "downloads/mrpc_dev_ids.tsv"
    assert found["AX"].inputs == ["downloads/AX.tsv"]


def test_missing_tests_are_named():
    assert selection.missing_tests(fetches(glue(tasks=list(OFFICIAL)[1:]))) == ["CoLA/test.tsv"]
    assert "AX/test.tsv" in selection.missing_tests(fetches(glue(tasks=["CoLA"])))


def test_own_files_must_be_there():
    section = glue(tasks=["CoLA", OWN])
    with pytest.raises(UserError, match=r"glue\.tasks: Mine: dev: d\.tsv: no such file"):
        fetches(section, ["t.tsv"])
    found = fetches(section, ["t.tsv", "d.tsv"])["Mine"]
    assert (found.step, found.inputs) == ("import_task", ["t.tsv", "d.tsv"])
    assert '"train"' not in found.argument
