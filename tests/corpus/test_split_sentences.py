import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import zstandard

from scripts.common.errors import UserError
from scripts.common.text import read_lines
from scripts.corpus import split_sentences as step
from scripts.corpus.files.documents import read_notes

TEXT = "The first sentence. The second one.\nAn other paragraph. It has No. 2."


def write_articles(path, *texts):
    lines = [json.dumps({"id": f"a{n}", "text": text}) for n, text in enumerate(texts)]
    data = "".join(f"{line}\n" for line in lines).encode()
    if path.suffix == ".zst":
        data = zstandard.ZstdCompressor().compress(data)
    path.write_bytes(data)
    return path


def ids(path):
    return [note.id for note in read_notes(path)]


def split(path, processes=1):
    """The lines of the sentences and of the ids."""
    folder = path.parent / f"out{processes}"
    step.split_sentences([path], folder / "a.txt.zst", step.Settings(), processes)
    return list(read_lines(folder / "a.txt.zst")), ids(folder / "a.ids.zst")


def test_a_sentence_a_line_and_an_empty_line_behind_each_document(tmp_path):
    lines, ids = split(write_articles(tmp_path / "a.jsonl", TEXT, "Two."))
    assert lines == [
        "The first sentence.",
        "The second one.",
        "An other paragraph.",
        "It has No. 2.",
        "",
        "Two.",
        "",
    ]
    assert ids == ["a0", "a1"]


def test_sentences_hold_single_spaces_and_no_line_ends(tmp_path):
    text = "A\u2028b\x85c\r\n  d\te\u00a0f.\n\n \nGo.\x0bHe."
    lines, _ = split(write_articles(tmp_path / "a.jsonl", text))
    assert lines == ["A b c", "d e f.", "Go.", "He.", ""]


def test_a_document_without_text_is_left_out_with_its_id(tmp_path):
    lines, ids = split(write_articles(tmp_path / "a.jsonl", "One.", " \n ", "Two."))
    assert lines == ["One.", "", "Two.", ""]
    assert ids == ["a0", "a2"]


def test_a_file_without_text_is_an_error(tmp_path):
    with pytest.raises(UserError, match=r"a\.jsonl: it has no text"):
        split(write_articles(tmp_path / "a.jsonl", ""))
    assert not list(tmp_path.rglob("*.zst"))


def test_a_range_of_a_dump_may_be_without_text(tmp_path):
    path, output = write_articles(tmp_path / "a.jsonl"), tmp_path / "out.txt.zst"
    assert step.split_sentences([path], output, step.Settings(), may_be_empty=True) == (0, 0)
    assert output.exists()


def test_the_same_bytes_at_any_number_of_processes(tmp_path, monkeypatch):
    monkeypatch.setattr(step, "BATCH", 2000)
    texts = [f"{TEXT} It is number {number}." for number in range(300)]
    path = write_articles(tmp_path / "a.jsonl.zst", *texts)
    for processes in (1, 2, 4):
        split(path, processes)
    for name in ("a.txt.zst", "a.ids.zst"):
        outputs = {(tmp_path / f"out{processes}" / name).read_bytes() for processes in (1, 2, 4)}
        assert len(outputs) == 1


@pytest.mark.parametrize("processes", [1, 2])
def test_a_malformed_line_is_an_error_with_its_number(tmp_path, monkeypatch, processes):
    monkeypatch.setattr(step, "BATCH", 2000)
    path = write_articles(tmp_path / "a.jsonl", *[TEXT] * 200)
    lines = path.read_text().splitlines()
    lines[150] = lines[150][:-1]
    path.write_text("\n".join(lines))
    with pytest.raises(UserError, match=r"a\.jsonl: line 151 is not JSON"):
        split(path, processes)
    assert not list(tmp_path.rglob("*.zst"))


def test_a_truncated_file_is_an_error(tmp_path):
    path = write_articles(tmp_path / "a.jsonl.zst", *[f"{TEXT} {n}." for n in range(5000)])
    path.write_bytes(path.read_bytes()[:-50])
    with pytest.raises(UserError, match=r"a\.jsonl\.zst: truncated or corrupt"):
        split(path)
    assert not list((tmp_path / "out1").iterdir())


def command(path, *flags):
    module = "scripts.corpus.split_sentences"
    return [sys.executable, "-m", module, str(path), "-o", str(path.parent / "a.txt.zst"), *flags]


@pytest.mark.slow
def test_the_command_line(tmp_path):
    path = write_articles(tmp_path / "a.jsonl", TEXT)
    subprocess.run(command(path, "--processes", "2"), check=True)
    assert ids(tmp_path / "a.ids.zst") == ["a0"]
    done = subprocess.run(command(path, "--model", "xx_none"), capture_output=True, text=True)
    assert done.returncode == 1
    assert "corpus.sentences.model: xx_none" in done.stderr.splitlines()[-1]


def test_killed_in_the_middle_it_leaves_no_output_and_no_process(tmp_path):
    path = tmp_path / "a.jsonl"
    os.mkfifo(path)
    process = subprocess.Popen(
        command(path, "--processes", "2"), stderr=subprocess.PIPE, start_new_session=True
    )
    with open(path, "w") as pipe:
        for number in range(4000):
            pipe.write(json.dumps({"id": number, "text": TEXT * 8}) + "\n")
        pipe.flush()
        time.sleep(0.2)
        process.send_signal(signal.SIGKILL)
    process.stderr.read()  # ends when the last of the processes does
    assert process.wait() == -signal.SIGKILL
    assert not list(Path(tmp_path).glob("a.*.zst"))
