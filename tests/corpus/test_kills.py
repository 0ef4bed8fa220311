"""Corpus steps that are killed in the middle; those with inputs of their own have theirs elsewhere."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.corpus.test_shard_corpus import made, write_part

STEPS = {
    "collect_text": ["text.txt", "--documents", "line", "-o", "out/a.jsonl.zst"],
    "sign_documents": ["a.txt.zst", "-o", "out/a.npy", "--processes", "2"],
    "find_contamination": [
        "a.txt.zst", "--evaluation", "texts.tsv", "-o", "out/a.json", "--clean", "out/a.txt.zst",
        "--processes", "2",
    ],
}  # fmt: skip


def workers(process: subprocess.Popen) -> list[str]:
    return Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()


@pytest.mark.parametrize("step", STEPS)
def test_killed_in_the_middle_it_leaves_no_output_and_no_process(step, tmp_path):
    write_part(tmp_path, "a", made(0, 60_000))
    sentence = "This is document 7. It is number 7."
    (tmp_path / "texts.tsv").write_text(f"T/dev\t{sentence}\n")
    (tmp_path / "text.txt").write_text(f"{sentence}\n" * 2_000_000)
    (tmp_path / "out").mkdir()
    process = subprocess.Popen(
        [sys.executable, "-m", f"scripts.corpus.{step}", *STEPS[step]],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": os.getcwd()},
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    while process.poll() is None and not workers(process) and not os.listdir(tmp_path / "out"):
        time.sleep(0.01)
    time.sleep(0.2)
    process.send_signal(signal.SIGKILL)
    process.stderr.read()  # ends when the last of the processes does
    assert process.wait() == -signal.SIGKILL
    finals = {"a.jsonl.zst", "a.npy", "a.json", "a.txt.zst", "a.ids.zst"}
    assert not finals & set(os.listdir(tmp_path / "out"))
