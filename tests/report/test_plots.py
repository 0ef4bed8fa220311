"""Each plot as a step: from a table to an SVG that says what the table says."""

import importlib
import json
import re
import sys

import pytest

from scripts.common.errors import UserError
from scripts.report.drawing.figures import draw_table, panels

TABLE = """\
task\tmetric\tmedian\tmean\tstd\tbest\truns\tfailed\tmajority_baseline\tdev_examples\tci95_low\tci95_high\tsettings
CoLA\tmcc\t-2.5\t1.0\t\t1.0\t1\t1\t0.0\t10\t-9.0\t4.0\t
MNLI\taccuracy_matched\t61.0\t60.5\t1.0\t62.0\t3\t0\t35.0\t10\t\t\t
average of 2 tasks\t\t29.2\t\t\t\t\t\t\t\t\t\t
"""
CURVES = "task\tpretraining\tseed\tsettings\tstep\tepoch\tquantity\tvalue\n" + "".join(
    f"{task}\t\t{seed}\t\t{step}\t{step / 10}\t{quantity}\t{step / 100}\n"
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
        {"step": 1, "loss": 9.0, "mlm_loss": 8.3, "next_sentence_loss": 0.7},
        {"step": 2, "loss": 8.0, "mlm_loss": 7.4, "next_sentence_loss": None},
        {"step": 2, "validation_mlm_loss": 7.5},
    )
)


@pytest.fixture
def plot(monkeypatch):
    """A function that runs a plot's command in this process."""

    def run(step, target, *args):
        monkeypatch.setattr(sys, "argv", [step, *map(str, args), "-o", str(target)])
        importlib.import_module(f"scripts.report.{step}").main()
        return target.read_text()

    return run


def shown(picture):
    """The texts that a picture shows."""
    found = re.findall(r"<text[^>]*>([^<]+)</text>|<tspan[^>]*>([^<]+)</tspan>", picture)
    return [part for pair in found for part in pair if part]


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
def test_draws_the_same_picture_of_a_table_each_time(tmp_path, plot, step, name, content, words):
    source = tmp_path / name
    source.parent.mkdir(exist_ok=True)
    source.write_text(content)
    picture = plot(step, tmp_path / "one.svg", source)
    assert picture == plot(step, tmp_path / "two.svg", source)
    text = " ".join(shown(picture))
    assert [word for word in words if word not in text] == []


def test_an_average_is_no_bar_and_published_figures_are_asked_for(tmp_path, plot):
    (tmp_path / "t.tsv").write_text(TABLE)
    plain = plot("plot_glue", tmp_path / "plain.svg", tmp_path / "t.tsv")
    published = plot("plot_glue", tmp_path / "published.svg", tmp_path / "t.tsv", "--published")
    assert "average" not in plain
    assert "BERT-base" not in plain
    assert "BERT-base, published" in published


def test_confusions_are_counted_and_shaded_by_label(tmp_path, plot):
    (tmp_path / "c.tsv").write_text(CONFUSION)
    picture = plot("plot_confusions", tmp_path / "c.svg", tmp_path / "c.tsv")
    numbers = [text for text in shown(picture) if text.isdigit()]
    assert numbers == ["7", "3", "0", "13"]
    colours = re.findall(r"<text style=\"[^\"]*fill: ([^;\"]+)[^\"]*\"[^>]*>\d+</text>", picture)
    assert colours == ["#ffffff", "#ffffff"]  # the others are black, as by default


def test_panels_stand_in_lines_and_spare_ones_are_hidden():
    figure, axes = panels(4, 3, 2.0, 1.5)
    assert len(axes) == 4
    assert [axis.get_visible() for axis in figure.axes] == [True] * 4 + [False] * 2
    assert figure.get_size_inches().tolist() == [6.0, 3.0]
    assert len(panels(0, 3, 1.0, 1.0)[1]) == 0


def test_phases_follow_one_another_along_the_steps():
    draw = importlib.import_module("scripts.report.plot_pretraining").draw
    key = importlib.import_module("scripts.report.plot_pretraining").PANELS["Masked-LM loss"]
    rows = [{"step": 1, key: 3.0}, {"step": 4, key: 2.0}, {"step": 4, f"validation_{key}": 2.5}]
    figure = draw({"first": rows, "second": [{"step": 2, key: 1.0}]})
    (axis,) = figure.axes
    assert [line.get_xdata().tolist() for line in axis.lines] == [[1, 4], [4], [6]]
    assert [line.get_label() for line in axis.lines] == ["first", "first, validation", "second"]
    figure = draw({"pretraining1/first": rows, "pretraining7/first": rows[:2]})
    assert [line.get_xdata().tolist() for line in figure.axes[0].lines] == [[1, 4], [4], [1, 4]]


@pytest.mark.parametrize("content", ["", "\n", "task\tmetric\nCoLA\tmcc\n", "a\n\tb\tc\n", '"'])
def test_a_table_that_was_spoilt_by_hand_is_named(tmp_path, content):
    path = tmp_path / "glue_results.tsv"
    path.write_text(content)
    with pytest.raises(UserError, match=r"glue_results\.tsv: not as a run makes it .*edited"):
        draw_table(path, lambda table: table["median"], tmp_path / "out.svg")
    assert not (tmp_path / "out.svg").exists()
