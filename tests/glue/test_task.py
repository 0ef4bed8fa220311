"""Tasks: their files, parts and metrics."""

import numpy as np

from scripts.glue.tasks.official_tasks import OFFICIAL
from scripts.glue.tasks.task import rounded

MNLI, RTE = OFFICIAL["MNLI"], OFFICIAL["RTE"]


def test_files_by_part():
    assert MNLI.files("train") == RTE.files("train") == {"": "train.tsv"}
    assert MNLI.files("dev") == {"matched": "dev_matched.tsv", "mismatched": "dev_mismatched.tsv"}
    assert RTE.files("test") == {"": "test.tsv"}
    assert [MNLI.part("dev_matched"), RTE.part("dev_old"), RTE.part("dev")] == ["matched", "", ""]


def test_metrics_by_part_in_table_order():
    assert MNLI.metric_names(("matched", "mismatched")) == [
        ("accuracy_matched", "matched", "accuracy"),
        ("accuracy_mismatched", "mismatched", "accuracy"),
    ]
    assert OFFICIAL["MRPC"].metric_names(("",)) == [("accuracy", "", "accuracy"), ("f1", "", "f1")]


def test_official_tasks_in_the_order_of_the_benchmark():
    assert list(OFFICIAL) == [
        "CoLA",
        "SST-2",
        "MRPC",
        "STS-B",
        "QQP",
        "MNLI",
        "QNLI",
        "RTE",
        "WNLI",
    ]
    assert OFFICIAL["CoLA"].header == ("source", "label", "mark", "sentence")
    assert OFFICIAL["QQP"].drops_short_rows
    assert not RTE.drops_short_rows
    assert OFFICIAL["STS-B"].labels == ()


def test_six_digits():
    assert rounded(np.array([1.23456789, -0.000123456789])).tolist() == [
        1.23457,
        -0.000123457,
    ]
