"""Finetuning: what it learns, what it writes, and that it writes it again."""

import json
import subprocess
import sys

import numpy as np
import pytest
import torch
from scipy.stats import spearmanr
from sklearn.metrics import accuracy_score, f1_score

from scripts.common.errors import UserError
from scripts.glue.finetune import best_model, main
from scripts.glue.finetuning import trainer
from scripts.glue.finetuning.hyperparameters import Settings
from scripts.glue.finetuning.one_run import finetune
from scripts.glue.scores.finished_runs import Run, predictions
from scripts.glue.tasks.official_tasks import OFFICIAL
from tests.glue.made import write_diagnostic, write_task
from tests.runs import ROOT

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
    assert json.loads((output / "metrics.json").read_text()) == report
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


def test_of_several_models_the_best_on_dev(tmp_path):
    for name, score in (("a", 0.5), ("b", 0.7), ("c", 0.6)):
        (tmp_path / name / "model").mkdir(parents=True)
        (tmp_path / name / "model" / "config.json").write_text("{}")
        (tmp_path / name / "metrics.json").write_text(json.dumps({"score": score}))
    files = [tmp_path / name / "model" / "config.json" for name in "abc"]
    assert best_model(files) == tmp_path / "b" / "model"
    with pytest.raises(UserError, match="no model folder"):
        best_model([tmp_path / "vocab.txt"])


def test_the_command_line(folders, tmp_path, model_folder, monkeypatch):
    words = [
        *("finetune", "SST-2", "--seed", "1", "--model"),
        *(model_folder / "config.json", model_folder / "vocab.txt"),
        *("--train", folders / "SST-2" / "train.tsv", "--dev", folders / "SST-2" / "dev.tsv"),
        *("--test", "--epochs", "0.5", "--max-length", "32", "-o", tmp_path / "out"),
    ]
    monkeypatch.setattr(sys, "argv", list(map(str, words)))
    main()
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        "metrics.json",
        "dev.tsv",
        "test.tsv",
        "curve.tsv",
        "cost.json",
    }
    assert json.loads((tmp_path / "out" / "metrics.json").read_text())["epoch"] == 0.5


@pytest.mark.slow
def test_a_fault_is_one_line_and_leaves_nothing(tmp_path, model_folder):
    bad = tmp_path / "train.tsv"
    bad.write_text("sentence\tlabel\nfine\t1\ncold\n")
    ended = subprocess.run(
        [
            *(sys.executable, "-m", "scripts.glue.finetune", "SST-2", "--seed", "1"),
            *("--model", model_folder, "--train", bad, "--dev", bad, "-o", tmp_path / "out"),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 1
    assert "train.tsv: line 3: 1 columns instead of 2" in ended.stderr
    assert ended.stderr.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_bias_corrected_adamw_with_linear_decay(monkeypatch, folders, tmp_path, model_folder):
    """The optimizer that the settings promise."""
    seen = {}

    class Spy(trainer.LengthGroupedTrainer):
        def create_scheduler(self, *args, **options):
            seen["optimizer"] = self.optimizer or options.get("optimizer")
            return super().create_scheduler(*args, **options)

    monkeypatch.setattr(trainer, "LengthGroupedTrainer", Spy)
    run("SST-2", folders / "SST-2", tmp_path, model_folder)
    optimizer = seen["optimizer"]
    optimizer = getattr(optimizer, "optimizer", optimizer)
    assert isinstance(optimizer, torch.optim.AdamW)  # torch's corrects its bias always
    decays = {group["weight_decay"] for group in optimizer.param_groups}
    assert decays == {0.0, 0.01}
