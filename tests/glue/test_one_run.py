"""One finetuning: what it learns, what it writes, and that it writes it again."""

import dataclasses
import json

import numpy as np
import pytest
import torch
from scipy.stats import spearmanr
from sklearn.metrics import accuracy_score, f1_score

from scripts.common.errors import UserError
from scripts.glue.finetune import best_model
from scripts.glue.finetuning.hyperparameters import Settings
from scripts.glue.finetuning.one_run import curve_lines, finetune, metrics_of, prediction_lines
from scripts.glue.finetuning.trainer import Result
from scripts.glue.scores.finished_runs import Run, predictions
from scripts.glue.tasks.official_tasks import OFFICIAL
from scripts.glue.tasks.task import Answers
from tests.glue.made import write_diagnostic, write_task

FAST = Settings(epochs=1, batch_size=8, learning_rate=1e-3, max_length=32, precision="fp32")
LEARNS = Settings(epochs=6, batch_size=8, learning_rate=5e-3, max_length=32, precision="fp32")


def run(name, folder, output, model, settings=FAST, seed=1, **options):
    """Finetune on all files of a task folder."""
    task = OFFICIAL[name]
    files = {
        split: [folder / file for file in task.files(split).values() if (folder / file).exists()]
        for split in ("train", "dev", "test")
    }
    test = options.pop("test", files["test"])
    report = finetune(
        task, model, files["train"][0], files["dev"], test, settings, seed, output, **options
    )
    text = json.dumps(report, indent=1, ensure_ascii=False) + "\n"
    assert (output / "metrics.json").read_text() == text
    return Run(output, report)


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.name != "cost.json"}


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """Task folders with enough examples to learn from."""
    base = tmp_path_factory.mktemp("tasks")
    for name in ("SST-2", "STS-B", "MRPC"):
        write_task(base, name, train=240, dev=60, test=10)
    write_task(base, "MNLI")
    write_diagnostic(base)
    return base


@pytest.mark.slow
def test_learns_and_writes_what_it_learnt(folders, tmp_path, model_folder):
    found = run("SST-2", folders / "SST-2", tmp_path, model_folder, LEARNS)
    assert found.report["metrics"]["accuracy"] > 0.9
    assert found.report["majority"]["accuracy"] < 0.7
    rows = predictions(found)[""]
    assert accuracy_score(*([row[key] for row in rows] for key in ("label", "prediction"))) == (
        pytest.approx(found.report["metrics"]["accuracy"], abs=1e-6)
    )
    for row in rows:
        logits = [float(row["logit_0"]), float(row["logit_1"])]
        assert row["prediction"] == str(int(np.argmax(logits)))
    assert len(predictions(found, "test.tsv")[""]) == 10
    curve = [line.split("\t") for line in (tmp_path / "curve.tsv").read_text().split("\n")[1:-1]]
    losses = [float(value) for _, _, quantity, value in curve if quantity == "train_loss"]
    assert losses[-1] < 0.5 * losses[0]
    rates = [float(value) for _, _, quantity, value in curve if quantity == "learning_rate"]
    assert max(rates) == pytest.approx(LEARNS.learning_rate, rel=0.1)
    assert rates[-1] < 0.1 * LEARNS.learning_rate
    assert [float(epoch) for _, epoch, quantity, _ in curve if quantity == "dev_accuracy"] == [
        1, 2, 3, 4, 5, 6,
    ]  # fmt: skip
    cost = json.loads((tmp_path / "cost.json").read_text())
    assert cost["train_seconds"] > 0
    assert cost["peak_memory_mb"] > 50


@pytest.mark.slow
def test_values_are_learnt_and_scored_from_the_file(folders, tmp_path, model_folder):
    found = run("STS-B", folders / "STS-B", tmp_path, model_folder, LEARNS)
    rows = predictions(found)[""]
    gold, predicted = ([float(row[key]) for row in rows] for key in ("label", "prediction"))
    spearman = found.report["metrics"]["spearman"]
    assert spearman > 0.5
    assert spearman == pytest.approx(spearmanr(gold, predicted).statistic, abs=1e-6)
    assert found.report["majority"] == {"pearson": 0.0, "spearman": 0.0}
    assert np.mean(np.abs(np.array(gold) - predicted)) < 1  # on the labels' scale of 0 to 5


@pytest.mark.slow
def test_f1_is_scored_from_the_file(folders, tmp_path, model_folder):
    found = run("MRPC", folders / "MRPC", tmp_path, model_folder, LEARNS)
    rows = predictions(found)[""]
    f1 = f1_score(*([row[key] for row in rows] for key in ("label", "prediction")), pos_label="1")
    assert found.report["metrics"]["f1"] == pytest.approx(f1, abs=1e-6)
    assert list(found.report["metrics"]) == ["accuracy", "f1"]


@pytest.mark.slow
def test_the_same_bytes_again_and_others_for_another_seed(folders, tmp_path, model_folder):
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        run("SST-2", folders / "SST-2", tmp_path / name, model_folder, seed=seed)
    assert contents(tmp_path / "a") == contents(tmp_path / "b")
    assert contents(tmp_path / "a")["dev.tsv"] != contents(tmp_path / "c")["dev.tsv"]


def test_one_training_predicts_all_sets_of_mnli(folders, tmp_path, model_folder):
    mnli = folders / "MNLI"
    test = [mnli / "test_matched.tsv", mnli / "test_mismatched.tsv", folders / "AX" / "AX.tsv"]
    found = run("MNLI", mnli, tmp_path, model_folder, test=test)
    assert list(found.report["metrics"]) == ["accuracy_matched", "accuracy_mismatched"]
    assert {part: len(rows) for part, rows in predictions(found).items()} == {
        "matched": 12,
        "mismatched": 12,
    }
    assert list(predictions(found, "test.tsv")) == ["matched", "mismatched", "AX"]


def test_mnli_without_its_second_set_and_without_tests(tmp_path, model_folder):
    folder = write_task(tmp_path, "MNLI")
    for name in ("dev_mismatched", "test_matched", "test_mismatched"):
        (folder / f"{name}.tsv").unlink()
    found = run("MNLI", folder, tmp_path / "out", model_folder)
    assert list(found.report["metrics"]) == ["accuracy_matched"]
    assert (tmp_path / "out" / "test.tsv").read_text().count("\n") == 1
    assert found.report | {"score": 0, "metrics": 0, "majority": 0} == {
        "task": "MNLI",
        "init_from": None,
        "seed": 1,
        "score": 0,
        "metrics": 0,
        "majority": 0,
        "dev_examples": {"accuracy_matched": 12},
        "train_examples": 24,
        "epoch": 1.0,
        "steps": 3,
        "diverged": False,
        "labels": ["contradiction", "entailment", "neutral"],
        "settings": dataclasses.asdict(FAST),
    }
    cost = json.loads((tmp_path / "out" / "cost.json").read_text())
    assert cost.pop("device") == "cpu" or torch.cuda.is_available()
    assert all(value == float(f"{value:.4g}") and value > 0 for value in cost.values())
    speed = 3 * 8 / cost["train_seconds"]
    assert cost["train_examples_per_second"] == pytest.approx(speed, rel=1e-2)
    assert 50 < cost["peak_memory_mb"] < 50_000


def test_the_best_epoch_is_kept(folders, tmp_path, model_folder):
    settings = Settings(
        epochs=3, batch_size=8, learning_rate=0.05, max_length=32, precision="fp32", keep="best"
    )
    found = run("SST-2", folders / "SST-2", tmp_path, model_folder, settings)
    curve = [line.split("\t") for line in (tmp_path / "curve.tsv").read_text().split("\n")[1:-1]]
    scores = {
        float(e): float(value) for _, e, quantity, value in curve if quantity == "dev_accuracy"
    }
    assert found.report["score"] == pytest.approx(max(scores.values()), abs=1e-6)
    assert scores[found.report["epoch"]] == max(scores.values())


def test_a_run_that_diverges_is_a_failed_run(folders, tmp_path, model_folder):
    settings = Settings(epochs=2, batch_size=8, learning_rate=1e30, max_length=32, precision="fp32")
    for name in ("SST-2", "STS-B"):
        found = run(name, folders / name, tmp_path / name, model_folder, settings)
        assert found.report["diverged"]
        assert all(map(found.failed, found.report["metrics"]))


def test_a_model_kept_is_the_model_that_predicted(folders, tmp_path, model_folder):
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    found = run("MRPC", folders / "MRPC", tmp_path, model_folder, keep_model=True)
    model = AutoModelForSequenceClassification.from_pretrained(tmp_path / "model")
    tokenizer = AutoTokenizer.from_pretrained(tmp_path / "model")
    line = (folders / "MRPC" / "dev.tsv").read_text().split("\n")[1].split("\t")
    with torch.inference_mode():
        logits = model(**tokenizer(line[3], line[4], return_tensors="pt")).logits[0]
    row = predictions(found)[""][0]
    assert logits.tolist() == pytest.approx(
        [float(row["logit_0"]), float(row["logit_1"])], abs=1e-4
    )
    best = best_model([tmp_path / "model" / "config.json", tmp_path / "model" / "tokenizer.json"])
    assert best == tmp_path / "model"


def test_a_kept_model_of_numbers_gives_those_of_the_file(folders, tmp_path, model_folder):
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    found = run("STS-B", folders / "STS-B", tmp_path, model_folder, keep_model=True)
    model = AutoModelForSequenceClassification.from_pretrained(tmp_path / "model")
    tokenizer = AutoTokenizer.from_pretrained(tmp_path / "model")
    lines = (folders / "STS-B" / "dev.tsv").read_text().splitlines()[1:]
    pairs = [line.split("\t")[7:9] for line in lines]
    with torch.inference_mode():
        inputs = tokenizer(*map(list, zip(*pairs, strict=True)), return_tensors="pt", padding=True)
        values = model(**inputs).logits[:, 0].tolist()
    rows = predictions(found)[""]
    assert values == pytest.approx([float(row["prediction"]) for row in rows], abs=1e-4)


def test_a_model_of_numbers_whose_head_has_no_bias_is_not_kept(folders, tmp_path, model_folder):
    from tests.glue.test_families import write_family

    gpt2 = write_family(tmp_path / "gpt2", model_folder, "gpt2")
    with pytest.raises(UserError, match="gpt2: its head has no bias"):
        run("STS-B", folders / "STS-B", tmp_path / "out", gpt2, keep_model=True)
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
def test_a_run_from_mnlis_model_is_marked(folders, tmp_path, model_folder):
    run("MNLI", folders / "MNLI", tmp_path / "mnli", model_folder, keep_model=True)
    assert {path.name for path in (tmp_path / "mnli" / "model").iterdir()} == {
        "config.json",
        "model.safetensors",
        "tokenizer.json",
        "tokenizer_config.json",
    }
    start = tmp_path / "mnli" / "model"
    found = run("STS-B", folders / "STS-B", tmp_path / "sts", start, init_from="MNLI")
    assert found.row == "STS-B (from MNLI)"
    plain = run("STS-B", folders / "STS-B", tmp_path / "plain", model_folder)
    assert plain.row == "STS-B"
    assert contents(tmp_path / "sts")["dev.tsv"] != contents(tmp_path / "plain")["dev.tsv"]


def test_lines_of_classes_have_a_logit_a_label():
    task = OFFICIAL["CoLA"]
    answers = {"": Answers(["1", "0"], np.array([[-1.0, 2.5], [1 / 3, -1e-7]]))}
    assert list(prediction_lines(task, answers, {"": ["1", "1"]})) == [
        "part\tindex\tlabel\tprediction\tlogit_0\tlogit_1\n",
        "\t0\t1\t1\t-1\t2.5\n",
        "\t1\t1\t0\t0.333333\t-1e-07\n",
    ]
    assert list(prediction_lines(task, answers, None))[1] == "\t0\t1\t-1\t2.5\n"


def test_lines_of_values_have_the_value_alone():
    answers = {"a": Answers([2.0], np.empty((1, 0))), "b": Answers([1 / 3], np.empty((1, 0)))}
    gold = {"a": [2.5], "b": [0.123456789]}
    assert list(prediction_lines(OFFICIAL["STS-B"], answers, gold)) == [
        "part\tindex\tlabel\tprediction\n",
        "a\t0\t2.5\t2\n",
        "b\t0\t0.123457\t0.333333\n",
    ]


def test_metrics_have_six_digits_and_their_parts():
    answers = {"matched": Answers(["neutral"] * 3, np.empty(0))}
    gold = {"matched": ["neutral", "neutral", "entailment"]}
    assert metrics_of(OFFICIAL["MNLI"], answers, gold) == {"accuracy_matched": 0.666667}


def test_lines_of_the_curve():
    curve = [(5, 1 / 3, "train_loss", 0.123456789), (15, 1.0, "dev_mcc", -0.5)]
    assert list(curve_lines(Result(curve=curve))) == [
        "step\tepoch\tquantity\tvalue\n",
        "5\t0.333333\ttrain_loss\t0.123457\n",
        "15\t1\tdev_mcc\t-0.5\n",
    ]
