"""Each plot as a step: from a table to an SVG that says what the table says."""

import json
import re
import subprocess
import sys

import pytest

TABLE = """\
task\tmetric\tmedian\tmean\tstd\tbest\truns\tfailed\tmajority_baseline\tdev_examples\tci95_low\tci95_high\tsettings
CoLA\tmcc\t-2.5\t1.0\t\t1.0\t1\t1\t0.0\t10\t-9.0\t4.0\t
MNLI\taccuracy_matched\t61.0\t60.5\t1.0\t62.0\t3\t0\t35.0\t10\t\t\t
average of 2 tasks\t\t29.2\t\t\t\t\t\t\t\t\t\t
"""
CURVES = "task\tseed\tsettings\tstep\tepoch\tquantity\tvalue\n" + "".join(
    f"{task}\t{seed}\t\t{step}\t{step / 10}\t{quantity}\t{step / 100}\n"
    for task in ("CoLA", "STS-B")
    for seed in (1, 2)
    for step in (10, 20)
    for quantity in ("train_loss", "dev_score")
)
CONFUSION = """\
task\tpart\tlabel\tprediction\texamples
MNLI\tmatched\tentailment\tentailment\t7
MNLI\tmatched\tentailment\tneutral\t3
MNLI\tmatched\tneutral\tneutral\t13
"""
METRICS = "".join(
    json.dumps(row) + "\n"
    for row in (
        {"step": 1, "loss": 9.0, "masked_loss": 8.3, "next_sentence_loss": 0.7},
        {"step": 2, "loss": 8.0, "masked_loss": 7.4, "next_sentence_loss": None},
        {"step": 2, "validation_masked_loss": 7.5},
    )
)


def plot(step, target, *args):
    command = [sys.executable, "-m", f"scripts.report.{step}", *map(str, args), "-o", str(target)]
    return subprocess.run(command, capture_output=True, text=True)


@pytest.mark.parametrize(
    ("step", "name", "content", "words"),
    [
        ("plot_glue", "glue_results.tsv", TABLE, ["CoLA", "MNLI", "accuracy matched", "majority"]),
        ("plot_finetuning", "curves.tsv", CURVES, ["CoLA", "STS-B", "score"]),
        ("plot_confusions", "confusion.tsv", CONFUSION, ["MNLI, matched", "neutral", "13"]),
        (
            "plot_pretraining",
            "phase/metrics.jsonl",
            METRICS,
            ["Masked-LM loss", "phase, validation"],
        ),
    ],
)
def test_draws_the_same_picture_of_a_table_each_time(tmp_path, step, name, content, words):
    source = tmp_path / name
    source.parent.mkdir(exist_ok=True)
    source.write_text(content)
    for target in ("one.svg", "two.svg"):
        ended = plot(step, tmp_path / target, source)
        assert ended.returncode == 0, ended.stderr
    picture = (tmp_path / "one.svg").read_text()
    assert picture == (tmp_path / "two.svg").read_text()
    shown = re.findall(r"<text[^>]*>([^<]+)</text>|<tspan[^>]*>([^<]+)</tspan>", picture)
    text = " ".join(part for pair in shown for part in pair)
    assert [word for word in words if word not in text] == []


def test_an_average_is_no_bar_and_published_figures_are_asked_for(tmp_path):
    (tmp_path / "t.tsv").write_text(TABLE)
    plot("plot_glue", tmp_path / "plain.svg", tmp_path / "t.tsv")
    plot("plot_glue", tmp_path / "published.svg", tmp_path / "t.tsv", "--published")
    assert "average" not in (tmp_path / "plain.svg").read_text()
    assert "BERT-base" not in (tmp_path / "plain.svg").read_text()
    assert "BERT-base, published" in (tmp_path / "published.svg").read_text()
