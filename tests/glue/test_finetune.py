"""The step that finetunes: its command line, its model and its machine."""

import json
import os
import subprocess
import sys
import tempfile

import pytest
import torch

from scripts.common.errors import UserError
from scripts.glue.finetune import best_model, main, settle
from tests.glue.made import write_task
from tests.runs import ROOT


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    base = tmp_path_factory.mktemp("tasks")
    write_task(base, "SST-2")
    return base


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
        *(
            "--test",
            "--epochs",
            "0.5",
            "--batch-size",
            "6",
            "--max-length",
            "32",
            "-o",
            tmp_path / "out",
        ),
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
    report = json.loads((tmp_path / "out" / "metrics.json").read_text())
    assert report["epoch"] == 0.5
    assert report["settings"]["learning_rate"] == 5e-4


def test_help_and_wrong_arguments_come_without_torch(capsys, monkeypatch):
    code = "import sys, scripts.glue.finetune as f\ntry: f.main()\nfinally: print('torch' in sys.modules)"
    for words, status in ((["--help"], 0), (["CoLA"], 2)):
        ended = subprocess.run(
            [sys.executable, "-c", code, *words], cwd=ROOT, capture_output=True, text=True
        )
        assert ended.returncode == status
        assert ended.stdout.endswith("False\n")


def test_a_setting_out_of_bounds_is_refused_before_anything_is_read(monkeypatch, tmp_path):
    words = ["finetune", "CoLA", "--seed", "1", "--model", "m", "--train", "t", "--dev", "d"]
    monkeypatch.setattr(sys, "argv", [*words, "-o", str(tmp_path), "--warmup", "1"])
    with pytest.raises(UserError, match=r"--warmup 1\.0: must be below 1"):
        main()


def test_of_several_gpus_a_process_takes_one_that_is_free(monkeypatch, tmp_path):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    threads = torch.get_num_threads()
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 3)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch, "use_deterministic_algorithms", lambda mode: None)
    monkeypatch.setattr(torch.utils.deterministic, "fill_uninitialized_memory", True)
    monkeypatch.delenv("CUBLAS_WORKSPACE_CONFIG", raising=False)
    free = [("", "0"), ("", "1"), ("4,5,6", "4"), ("4,MIG-a/1/0,6", "MIG-a/1/0"), ("4,5,6", "5")]
    for visible, taken in [
        *free,
        ("4,5,6", "6"),
        ("4,5,6", "4"),
        ("4,5,6", "5"),
    ]:  # again the first
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
        settle(threads)
        assert os.environ["CUDA_VISIBLE_DEVICES"] == taken
    assert os.environ["CUBLAS_WORKSPACE_CONFIG"] == ":4096:8"
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "2")
    settle(threads)
    assert os.environ["CUDA_VISIBLE_DEVICES"] == "2"


def test_a_gpu_is_told_to_sum_in_order_and_not_merely_to_warn(monkeypatch):
    """With a warning alone, attention's backward pass goes on adding in any order."""
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.utils.deterministic, "fill_uninitialized_memory", True)
    monkeypatch.setenv("CUBLAS_WORKSPACE_CONFIG", ":16:8")
    try:
        settle(torch.get_num_threads())
        assert torch.are_deterministic_algorithms_enabled()
        assert not torch.is_deterministic_algorithms_warn_only_enabled()
    finally:
        torch.use_deterministic_algorithms(False)
    assert os.environ["CUBLAS_WORKSPACE_CONFIG"] == ":16:8"  # the user's own


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
