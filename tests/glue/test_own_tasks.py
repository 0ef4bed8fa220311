"""What a config or a command line calls a task."""

import json

import pytest

from scripts.common.errors import UserError
from scripts.common.settings import schema_of
from scripts.glue.tasks.kinds import KINDS, kind_of
from scripts.glue.tasks.official_tasks import OFFICIAL, diagnostic
from scripts.glue.tasks.own_tasks import Entry, own_task, parse_task, text_columns

ENTRY = {"name": "Mine", "text": ["a", "b"], "label": "c", "metric": ["spearman"]}


def test_names_and_json_on_the_command_line():
    assert parse_task("RTE") is OFFICIAL["RTE"]
    assert parse_task("AX") == diagnostic()
    assert parse_task(json.dumps(ENTRY)) == own_task(ENTRY)
    with pytest.raises(UserError, match="Rte: no such task; known here: CoLA, SST-2, MRPC"):
        parse_task("Rte")


def test_columns_in_the_results():
    task = own_task(ENTRY)
    assert (task.texts, task.label) == (("sentence1", "sentence2"), "label")
    assert (task.metrics, task.kind.name) == (("spearman",), "regression")
    assert own_task(ENTRY | {"text": "a"}).texts == ("sentence1",)
    assert text_columns(ENTRY) == ["a", "b"]
    assert text_columns({"text": "a"}) == ["a"]


def test_a_metric_belongs_to_one_kind():
    names = [metric for kind in KINDS for metric in kind.metrics]
    assert len(set(names)) == len(names)
    for kind in KINDS:
        assert kind_of(kind.metrics) is kind
    assert kind_of(["accuracy", "pearson"]) is None
    assert schema_of(Entry)["metric"]["anyOf"][0] == {"enum": names}
    assert schema_of(Entry)["metric"]["description"].startswith("one or more of accuracy, f1,")


def test_the_diagnostic_set_is_mnlis_without_labels():
    task = diagnostic()
    assert (task.name, task.metrics, task.labels) == ("AX", (), OFFICIAL["MNLI"].labels)
    assert task.files("test") == {"": "test.tsv"}
