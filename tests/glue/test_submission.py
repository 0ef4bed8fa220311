"""The submission and its check."""

import json
import sys
import zipfile

import pytest

from scripts.common.errors import UserError
from scripts.glue import check_submission, write_submission
from scripts.glue.files import submission
from scripts.glue.files.official_files import ROWS
from scripts.glue.scores import finished_runs
from scripts.glue.tasks.official_tasks import DIAGNOSTIC, OFFICIAL
from scripts.glue.write_submission import submit

NAMES = ["CoLA", "SST-2", "MRPC", "STS-B", "QQP", "MNLI-m", "MNLI-mm", "QNLI", "RTE", "WNLI", "AX"]


def write_run(folder, task, score, rows=4, init_from=None, parts=None):
    """A finished run whose test predictions tell its score."""
    official = OFFICIAL[task]
    lines = ["part\tindex\tprediction"]
    for part in parts or ([*official.parts, DIAGNOSTIC] if task == "MNLI" else [""]):
        for index in range(rows):
            cell = str(8 * score - 1) if not official.labels else official.labels[int(score > 0.5)]
            lines.append(f"{part}\t{index}\t{cell}")
    folder.mkdir(parents=True)
    (folder / "test.tsv").write_text("\n".join(lines) + "\n")
    report = {"task": task, "score": score, "init_from": init_from}
    (folder / "metrics.json").write_text(json.dumps(report))
    return folder / "metrics.json"


@pytest.fixture
def found(tmp_path):
    """Two runs of each task: the second is better."""
    files = [
        write_run(tmp_path / task / str(score), task, score)
        for task in OFFICIAL
        for score in (0.4, 0.6)
    ]
    files.append(write_run(tmp_path / "from", "RTE", 0.99, init_from="MNLI", rows=9))
    return finished_runs.read(files)


def texts(path):
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def test_eleven_files_of_the_best_plain_runs(tmp_path, found):
    submit(found, tmp_path / "glue.zip", official=False)
    files = texts(tmp_path / "glue.zip")
    assert list(files) == [f"{name}.tsv" for name in NAMES]
    assert files["CoLA.tsv"] == "index\tprediction\n0\t1\n1\t1\n2\t1\n3\t1\n"
    assert files["RTE.tsv"].split("\n")[1] == "0\tnot_entailment"
    assert files["AX.tsv"].split("\n")[1] == files["MNLI-mm.tsv"].split("\n")[1] == "0\tentailment"
    assert files["STS-B.tsv"].split("\n")[1] == "0\t3.800"
    first = (tmp_path / "glue.zip").read_bytes()
    submit(found, tmp_path / "again.zip", official=False)
    assert (tmp_path / "again.zip").read_bytes() == first


def test_other_test_sets_than_the_official_are_refused(tmp_path, found):
    with pytest.raises(
        UserError, match=r"CoLA\.tsv: 4 predictions instead of 1063 \(and 10 more\)"
    ):
        submit(found, tmp_path / "glue.zip", official=True)
    assert not (tmp_path / "glue.zip").exists()


def test_a_task_or_a_test_set_that_is_missing(tmp_path, found):
    with pytest.raises(UserError, match="no run of WNLI"):
        submit([run for run in found if run.row != "WNLI"], tmp_path / "glue.zip", False)
    other = finished_runs.read(
        [write_run(tmp_path / "m", "MNLI", 0.9, parts=["matched", DIAGNOSTIC])]
    )
    with pytest.raises(UserError, match="no predictions for MNLI-mm"):
        submit([*found, *other], tmp_path / "glue.zip", False)


def test_scores_stay_on_their_scale():
    sts = OFFICIAL["STS-B"]
    assert [submission.prediction(cell, sts) for cell in ("-0.3", "5.2", "2.34567", "1e-9")] == [
        *("0.000", "5.000", "2.346", "0.000")
    ]
    assert submission.prediction("neutral", OFFICIAL["MNLI"]) == "neutral"


def good_archive(path, counts, changes=()):
    """An archive as the benchmark takes it, with some members replaced, added or (None) left out."""
    answers = {"STS-B": "2.5", "QNLI": "entailment", "RTE": "not_entailment"}
    members = {}
    for name, count in counts.items():
        answer = "neutral" if name[:2] in ("MN", "AX") else answers.get(name, "1")
        lines = ["index\tprediction", *(f"{index}\t{answer}" for index in range(count))]
        members[f"{name}.tsv"] = "\n".join(lines) + "\n"
    members |= dict(changes)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members.items():
            if text is not None:
                archive.writestr(name, text)
    return path


def test_the_official_counts():
    counts = submission.official_counts()
    assert list(counts) == NAMES
    assert [counts[name] for name in ("MNLI-m", "MNLI-mm", "AX", "QQP")] == [
        9796,
        9847,
        1104,
        390965,
    ]
    assert set(ROWS) == {*OFFICIAL, DIAGNOSTIC}


def wnli(*lines):
    return "\n".join(["index\tprediction", *lines]) + "\n"


GOOD = [f"{index}\t1" for index in range(146)]


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        ("WNLI.tsv", None, "WNLI.tsv is missing"),
        ("extra.tsv", "x", "extra.tsv does not belong there"),
        ("WNLI.tsv", wnli(*GOOD[:-1]), "WNLI.tsv: 145 predictions instead of 146"),
        ("WNLI.tsv", wnli(*GOOD, "146\t1"), "WNLI.tsv: 147 predictions instead of 146"),
        ("WNLI.tsv", wnli(*GOOD).replace("index", "id"), "WNLI.tsv: line 1: the header must be"),
        ("WNLI.tsv", wnli("0\t2", *GOOD[1:]), "WNLI.tsv: line 2: '2' is no prediction for WNLI"),
        ("WNLI.tsv", wnli(*GOOD[1:], GOOD[0]), "WNLI.tsv: line 2: '1\\t1' instead of index 0"),
        ("WNLI.tsv", wnli("0 1", *GOOD[1:]), "WNLI.tsv: line 2: '0 1' instead of index 0"),
        ("WNLI.tsv", wnli(*GOOD[:5], "", *GOOD[5:]), "WNLI.tsv: line 7: ''"),
        ("WNLI.tsv", b"\xff\xfe", "WNLI.tsv: not UTF-8"),
    ],
)
def test_the_check_names_each_fault(tmp_path, name, text, problem):
    counts = {name: min(count, 146) for name, count in submission.official_counts().items()}
    path = good_archive(tmp_path / "glue.zip", counts, {name: text}.items())
    problems = list(submission.faults(path, counts))
    assert len(problems) == 1
    assert problems[0].startswith(problem)


@pytest.mark.parametrize("score", ["nan", "inf", "5.01", "-1", "high", ""])
def test_scores_off_the_scale_are_named(score):
    assert not submission.allowed(score, OFFICIAL["STS-B"])
    assert submission.allowed("5", OFFICIAL["STS-B"])


def test_a_good_archive_and_no_archive(tmp_path):
    counts = submission.official_counts()
    good = good_archive(tmp_path / "glue.zip", counts)
    assert list(submission.faults(good, counts)) == []
    (tmp_path / "bad.zip").write_text("no")
    problems = list(submission.faults(tmp_path / "bad.zip", counts))
    assert problems[0].startswith("not a zip archive")


def test_the_commands_write_and_check(tmp_path, found, monkeypatch):
    files = [str(run.folder / "metrics.json") for run in found]
    target = str(tmp_path / "glue.zip")
    monkeypatch.setattr(sys, "argv", ["write_submission", *files, "-o", target])
    write_submission.main()
    monkeypatch.setattr(sys, "argv", ["check_submission", target])
    with pytest.raises(UserError, match=r"glue\.zip: 11 problems; not fit for submission"):
        check_submission.main()
    good_archive(target, submission.official_counts())
    check_submission.main()
    monkeypatch.setattr(
        sys, "argv", ["write_submission", *files, "-o", target, "--official-counts"]
    )
    with pytest.raises(UserError, match="4 predictions instead of 1063"):
        write_submission.main()
