"""A run that is killed ends as if it had not been."""

import random
import subprocess
import time

from tests.pretrain.conftest import ROOT

DETERMINISTIC = ("model.safetensors", "metrics.jsonl", "README.md", "config.json")


def same(a, b):
    return all((a / name).read_bytes() == (b / name).read_bytes() for name in DETERMINISTIC)


def test_killed_runs_end_the_same(pretrain, command, tmp_path):
    whole = pretrain("whole/m", steps=40)
    assert whole.returncode == 0, whole.stderr
    words = command("killed/m", "--checkpoint-steps", "3", steps=40)
    rng = random.Random(5)
    for _ in range(4):
        process = subprocess.Popen(words, cwd=ROOT, stderr=subprocess.PIPE, text=True)
        for line in process.stderr:
            if "training on" in line:
                break
        time.sleep(rng.uniform(0.05, 0.6))
        process.kill()
        process.wait()
        process.stderr.close()
    last = subprocess.run(words, cwd=ROOT, capture_output=True, text=True)
    assert last.returncode == 0, last.stderr
    assert "resumed at step" in last.stderr
    assert same(tmp_path / "whole/m", tmp_path / "killed/m")
    assert not list((tmp_path / "checkpoints").glob("*/step-*"))
