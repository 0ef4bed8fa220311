"""The loss trace of a tiny run, kept: a change that should not matter shows the same one.

A change that should matter writes it anew: `python -m tests.pretrain.test_golden`.
"""

import json
import tempfile
from pathlib import Path

import pytest

from tests.pretrain import conftest
from tests.pretrain.runs import Training

GOLDEN = Path(__file__).with_name("golden.jsonl")
KEYS = ("loss", "mlm_accuracy", "gradient_norm", "learning_rate", "validation_loss")


def trace(run: Training) -> list[dict]:
    """What is kept of a run's metrics."""
    return [{key: row[key] for key in ("step", *KEYS) if key in row} for row in run.rows()]


def test_the_loss_trace_is_the_kept_one(whole):
    golden = [json.loads(line) for line in GOLDEN.read_text().splitlines()]
    rows = trace(whole)
    assert [row["step"] for row in rows] == [row["step"] for row in golden]
    for row, kept in zip(rows, golden, strict=True):
        assert row["step"] == kept["step"]
        for key in kept:
            loose = 0.02 if key == "mlm_accuracy" else 1e-3  # a guess may flip elsewhere
            assert row[key] == pytest.approx(kept[key], rel=loose, abs=loose), (row, kept)


def write() -> None:
    """Write the trace anew."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        vocabulary = conftest.make_tokenizer(folder / "tokenizer")
        conftest.make_data(folder / "data", vocabulary)
        run = Training(folder / "data", vocabulary, folder / "run", steps=30)
        assert run.run() == 0, run.said
        GOLDEN.write_text("".join(json.dumps(row) + "\n" for row in trace(run)))


if __name__ == "__main__":
    write()
